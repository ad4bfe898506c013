"""Importing a room loads neither a room it may not know nor a module that would slow the worker down.

Importing any room imports `backproof` first, so this also holds the front door to loading the others when first used.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import PurePosixPath

import pytest

from .house import ROOMS, module_name, sources
from .imports import ALLOWED, may_import

WORKER_SIDE = ("backproof.specs", "backproof.adapters", "backproof.sandbox")
SLOW = {"fastjsonschema", "hypothesis", "jinja2", "pytest", "rich", "scipy"}
LIST_MODULES = "import importlib, sys; importlib.import_module(sys.argv[1]); print(*sys.modules, sep='\\n')"


def modules_loaded_by(name: str) -> set[str]:
    command = [sys.executable, "-P", "-c", LIST_MODULES, name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"import {name} failed:\n{done.stderr}"
    return set(done.stdout.split())


def rooms_within_reach(room: str) -> set[str]:
    """The room, and every room that it may import, directly or through another."""
    reach: set[str] = set()
    waiting = [room]
    while waiting:
        current = waiting.pop()
        reach.add(current)
        # A name such as no file has, so that rules for one file alone (adapters/builtin.py) do not count.
        ordinary = PurePosixPath(current, "ordinary.py")
        targets = {module.split(".")[1] for _, module in ALLOWED if "." in module and may_import(ordinary, module)}
        waiting += sorted(targets - reach)
    return reach


def worker_modules() -> list[str]:
    return sorted(module_name(path) for path in sources(("sandbox",)) if str(path).startswith("sandbox/worker"))


@pytest.mark.parametrize("room", ["framework", "specs", "adapters", "sandbox", "mistakes"])
def test_a_room_loads_only_rooms_within_its_reach(room: str) -> None:
    loaded = {module.split(".")[1] for module in modules_loaded_by(f"backproof.{room}") if "backproof." in module}
    assert (loaded & set(ROOMS)) - rooms_within_reach(room) == set()


@pytest.mark.parametrize("name", [*WORKER_SIDE, "backproof.framework", *worker_modules()])
def test_what_the_worker_loads_is_light(name: str) -> None:
    assert {module.partition(".")[0] for module in modules_loaded_by(name)} & SLOW == set()


@pytest.mark.parametrize("name", worker_modules())
def test_the_worker_loads_nothing_it_judges_by(name: str) -> None:
    prefixes = ("backproof.framework", "backproof.checks", "backproof.mistakes", "backproof.reports")
    assert [module for module in sorted(modules_loaded_by(name)) if module.startswith(prefixes)] == []


def test_the_listing_sees_what_is_loaded() -> None:
    assert {"scipy", "numpy"} <= modules_loaded_by("scipy")
    assert "scipy" not in modules_loaded_by("json")


def test_reach_follows_the_directions() -> None:
    assert rooms_within_reach("framework") == {"framework"}
    assert rooms_within_reach("adapters") == {"adapters", "specs"}
    assert rooms_within_reach("sandbox") == {"sandbox", "specs"}
    assert rooms_within_reach("checks") == {"checks", "specs", "sandbox", "mistakes", "framework", "adapters"}
