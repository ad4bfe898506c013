"""No file of the rooms imports itself through others; the search is shown to see every kind of import."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from .cycles import cycle_errors, import_graph
from .house import sources


def planted(**files: str) -> dict[PurePosixPath, str]:
    """Files of `specs/` by their stems."""
    return {PurePosixPath("specs", f"{stem}.py"): source for stem, source in files.items()}


def test_the_rooms_have_no_import_cycle() -> None:
    assert list(cycle_errors(sources())) == []


@pytest.mark.parametrize(
    "back",
    [
        "from .one import name",
        "from . import one",
        "import backproof.specs.one",
        "from ..specs.one import name",
        "def f():\n    from .one import name",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .one import name",
        "import importlib\nimportlib.import_module('.one', __package__)",
    ],
)
def test_a_cycle_is_named(back: str) -> None:
    (error,) = cycle_errors(planted(one="from .two import name", two=back))
    assert error.startswith("specs/one.py → specs/two.py → specs/one.py is a cycle (2 files")


def test_a_cycle_through_others_is_told_once() -> None:
    files = planted(
        a="from . import b", b="from . import c", c="from . import a, d", d="from . import e", e="from . import d"
    )
    errors = list(cycle_errors(files))
    assert [error.partition(" is a cycle")[0] for error in errors] == [
        "specs/a.py → specs/b.py → specs/c.py → specs/a.py",
        "specs/d.py → specs/e.py → specs/d.py",
    ]


def test_a_cycle_through_a_package_is_named() -> None:
    files = planted(__init__="from .one import name", one="from . import other")
    (error,) = cycle_errors(files)
    assert error.startswith("specs/__init__.py → specs/one.py → specs/__init__.py")


@pytest.mark.parametrize(
    "files",
    [
        {"__init__": "from .one import name", "one": "from . import two", "two": "import math"},
        {"one": "from . import two, three", "two": "from . import three", "three": ""},
        {"one": "from .one import name"},
        {"one": "import specs", "two": "from one import name"},
    ],
)
def test_what_goes_one_way_is_no_cycle(files: dict[str, str]) -> None:
    assert list(cycle_errors(planted(**files))) == []


def test_a_name_belongs_to_the_module_that_it_is_taken_from() -> None:
    graph = import_graph(planted(__init__="", one="from .two import name\nfrom . import two as again", two=""))
    assert graph[PurePosixPath("specs/one.py")] == {PurePosixPath("specs/two.py")}
