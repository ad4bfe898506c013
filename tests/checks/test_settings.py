"""Settings: each field is declared and documented once, in one record, and nobody declares it again."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import backproof
import backproof.checks
import backproof.commands
from backproof.checks.law import Level
from backproof.checks.plan.plan import make_plan
from backproof.checks.run.run import Options, Run
from backproof.checks.run.source import DirectSource
from backproof.checks.settings import CHOSEN, DEFAULTS, Settings
from backproof.mistakes import correct
from backproof.request import Request, UsageError
from backproof.specs import Deviation

FIELDS = {field.name for field in dataclasses.fields(Settings)}

OF_ITS_OWN = {
    "Header": "what is written of the settings in the results file",
    "Finding": "the level of one law, and how long one check took",
    "Footer": "how long the run took, and the deviations that were met, as sentences",
    "Check": "the level of one law, by case",
    "Planned": "the level of one planned finding",
    "ArrayRecord": "the type of one array",
    "Score": "the families that catch one mistake",
    "SpecScore": "how many mistakes each family catches",
    "Precision": "the type of which it is the precision",
    "Layout": "the names of an output's parts",
    "_Settings": "how `train` trains",
    "GradientResult": "of `check_gradient`, which has no run",
    "_Run": "one call of `check_gradient`",
    "Calling": "the names of the blocks of one call of `check_gradient`",
}
"""Records with a field that is called like one of the settings, and what it is there."""


def modules() -> Iterator[ModuleType]:
    """Those of `checks` with everything below it, and of `api`."""
    below = pkgutil.walk_packages(backproof.checks.__path__, "backproof.checks.")
    front = pkgutil.iter_modules(backproof.__path__, "backproof.")
    commands = pkgutil.iter_modules(backproof.commands.__path__, "backproof.commands.")
    for found in (*below, *front, *commands):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def records() -> dict[str, type[Any]]:
    """Their dataclasses."""
    rooms = re.compile(r"backproof(\.checks|\.commands|\.\w+$)")
    return {
        value.__name__: value
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, type)
        and dataclasses.is_dataclass(value)
        and value.__module__ == module.__name__
        and rooms.match(module.__name__)
        and value is not Settings
    }


def test_no_record_declares_a_setting_again() -> None:
    found = records()
    assert {"Request", "Options", "Run", "Runner", "GroupRunner", "Context", "Shrinker", "Watch"} <= found.keys()
    again = {
        name: sorted(FIELDS & {field.name for field in dataclasses.fields(record)}) for name, record in found.items()
    }
    assert {name for name, fields in again.items() if fields} - OF_ITS_OWN.keys() == set(), again
    assert OF_ITS_OWN.keys() <= {name for name, fields in again.items() if fields}, "an exemption that nothing needs"


def test_settings_documents_each_field_once() -> None:
    text = inspect.getdoc(Settings) or ""
    listed = re.findall(r"^    (\w+): ", text[text.index("Attributes:") : text.index("Raises:")], flags=re.MULTILINE)
    assert listed == [field.name for field in dataclasses.fields(Settings)]


def test_settings_cannot_be_changed_and_are_given_by_name() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULTS.seed = 1  # type: ignore[misc]  # what is tested
    with pytest.raises(TypeError):
        Settings(0)  # type: ignore[call-arg, misc]  # what is tested


def test_what_a_user_chooses_is_a_part_of_the_settings() -> None:
    assert CHOSEN < FIELDS
    request = Request.of(
        subject="here", seed=3, level="core", course="own@2", names=("ReLU",), effort="quick", jobs=2, seconds=1.5
    )
    assert request == Request(
        subject="here",
        settings=Settings(
            seed=3, level=Level.CORE, course="own", edition="2", names=("ReLU",), effort="quick", jobs=2, seconds=1.5
        ),
    )


@pytest.mark.parametrize("name", sorted(FIELDS - CHOSEN))
def test_what_a_user_does_not_choose_is_no_option(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        Request.of(**{name: getattr(DEFAULTS, name)})


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"seed": -1}, "seed=-1, but should be an integer from 0"),
        ({"seed": 2**32}, "seed=4294967296"),
        ({"seed": True}, "seed=True"),
        ({"effort": "much"}, "effort='much', but should be quick, standard, thorough"),
        ({"level": "most"}, "level='most', but should be core, full or strict"),
        ({"dtype": "float16"}, "dtype='float16', but should be float64 or float32"),
        ({"seconds": 0.0}, "timeout=0, but should be more than 0"),
        ({"seconds": float("nan")}, "timeout=nan"),
        ({"seconds": float("inf")}, "timeout=inf"),
        ({"jobs": -1}, "jobs=-1, but should be a number of processes"),
        ({"names": ("ReLU", " ")}, "a name is empty"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_is_out_of_range_is_said(option: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        Request.of(**option)


def test_what_the_subject_says_is_added_at_the_start_of_a_run() -> None:
    demanded = {
        edition: Deviation(
            findings=(), spec="ReLU", method="forward", factor="", sentence=edition, source="", editions=editions
        )
        for edition, editions in (("always", ()), ("old", ("1",)), ("new", ("2",)))
    }
    asked = Settings(names=("ReLU/vector/value.forward",), seed=5, deviations=tuple(demanded.values()))
    facts = {"offered": ["ReLU"], "course": "own", "edition": "2", "conventions": {"relu'(0)": "1"}}
    run = Run.prepare(DirectSource(correct, facts), asked, Options())
    assert run.settings == dataclasses.replace(
        asked,
        course="own",
        edition="2",
        deviations=(demanded["always"], demanded["new"]),
        conventions={"relu'(0)": "1"},
    )
    assert run.runner.settings is run.settings is run.runner.group_runner.settings
    assert run.plan.selected == make_plan(["ReLU"], asked).selected
    named = Run.prepare(
        DirectSource(correct, facts), dataclasses.replace(asked, course="theirs", edition="1"), Options()
    )
    assert (named.settings.course, named.settings.deviations) == ("theirs", (demanded["always"], demanded["old"]))
