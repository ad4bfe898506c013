"""The table of what submissions do in different ways names tests that are there, and every convention."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from backproof.specs import all_specs

from ..checks.test_conventions import MIXTURES, OPTIONS
from ..packaging.documents import read
from ..packaging.house import ROOT

PAGE = PurePosixPath("docs/reference/conventions.md")
ROWS = [row.strip("|").split("|") for row in read(PAGE).rpartition("|---|---|---|\n")[2].splitlines()]
NAMED = [(topic.strip(), re.findall(r"`([^`]+)`", how), re.findall(r"`([^`]+)`", tests)) for topic, how, tests in ROWS]


def test_every_row_names_tests_that_are_there() -> None:
    assert len(NAMED) >= 18
    for topic, _, tests in NAMED:
        assert tests, topic
        for name in tests:
            assert name in OPTIONS or name in MIXTURES or (ROOT / name).is_file(), (topic, name)


def test_every_option_and_every_mixture_has_a_row() -> None:
    named = {name for _, _, tests in NAMED for name in tests if "/" not in name}
    assert named == OPTIONS.keys() | MIXTURES.keys()


def test_every_convention_has_a_row() -> None:
    declared = {convention.name for spec in all_specs().values() for convention in spec.conventions}
    assert {name for _, conventions, _ in NAMED for name in conventions} == declared
