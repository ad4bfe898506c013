"""Rooms import each other only in the directions of the house; each rule is shown to catch a planted wrong import."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from .house import ROOMS, project_settings, sources
from .imports import (
    ALLOWED,
    COURSES,
    FINDS_COURSES,
    direction_errors,
    function_errors,
    imports_of,
    length_errors,
    style_errors,
    third_party_errors,
)

DEPENDENCIES = frozenset({"hypothesis", "numpy", "scipy"})


def planted(path: str, source: str) -> dict[PurePosixPath, str]:
    return {PurePosixPath(path): source}


def declared_dependencies() -> set[str]:
    requirements: list[str] = project_settings()["project"]["dependencies"]
    return {re.split(r"[^\w.-]", requirement)[0].lower() for requirement in requirements}


# The tree itself.


def test_rooms_import_each_other_only_in_the_allowed_directions() -> None:
    assert list(direction_errors(sources())) == []


def test_rooms_import_each_other_relatively() -> None:
    assert list(style_errors(sources())) == []


def test_rooms_load_no_third_party_module_they_should_not() -> None:
    assert list(third_party_errors(sources(), declared_dependencies())) == []


def test_no_file_is_too_long() -> None:
    assert list(length_errors(sources((*ROOMS, "tests", "benchmarks", ".ci")))) == []


def test_no_function_is_too_long() -> None:
    assert list(function_errors(sources())) == []


def test_every_room_was_read() -> None:
    assert {path.parts[0] for path in sources()} == set(ROOMS)


def test_every_rule_speaks_of_a_room() -> None:
    assert {files.partition("/")[0] for files, _ in ALLOWED} <= set(ROOMS)


def test_every_course_is_known_by_its_folder() -> None:
    assert len(COURSES) >= 4
    assert "class_api" not in COURSES
    assert {PurePosixPath(file) for file in FINDS_COURSES} <= set(sources(("adapters",)))


# Planted imports: the wrong ones are named, the right ones are not.


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("framework/layers/dropout.py", "from ...specs import Dropout"),
        ("framework/network.py", "from ..checks import run"),
        ("framework/network.py", "from .. import __version__"),
        ("specs/dropout.py", "from ..framework.layers import Dropout"),
        ("specs/dropout.py", "from .. import framework"),
        ("specs/dropout.py", "import backproof.framework.layers"),
        ("adapters/folder.py", "from ..framework import Network"),
        ("adapters/builtin.py", "from ..checks import run"),
        ("adapters/builtin_more.py", "from ..framework import Network"),
        ("adapters/folder.py", "from ..sandbox import Remote"),
        ("adapters/tutorial/layers.py", "from ..fau.layout import Layout"),
        ("adapters/tutorial/layers.py", "from .. import fau"),
        ("adapters/class_api/layers.py", "from ..fau.layout import Layout"),
        ("adapters/builtin.py", "def f():\n    from .fau.course import COURSE"),
        ("mistakes/dropout.py", "from ..checks import laws"),
        ("mistakes/dropout.py", "from ..adapters import folder"),
        ("sandbox/remote.py", "from ..adapters import load"),
        ("sandbox/remote.py", "from ..checks.results import Finding"),
        ("sandbox/worker.py", "from ..framework import Network"),
        ("checks/runner.py", "from ..framework import Network"),
        ("checks/laws/values.py", "from ...adapters import load"),
        ("checks/laws/values.py", "from ...reports import render"),
        ("reports/html.py", "from ..checks import run"),
        ("reports/html.py", "from ..checks.runner import run"),
        ("reports/html.py", "from ..checks.results_of_others import read"),
        ("reports/html.py", "from ..specs import Dropout"),
        ("reports/html.py", "from .. import *"),
        ("specs/dropout.py", "def f():\n    from ..framework import Network"),
        ("specs/dropout.py", "class C:\n    async def f(self):\n        from ..framework import Network"),
        ("specs/dropout.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..checks import run"),
        ("specs/dropout.py", "try:\n    import json\nexcept ImportError:\n    from ..framework import Network"),
        ("specs/dropout.py", "import importlib\nimportlib.import_module('backproof.framework')"),
        ("specs/dropout.py", "import_module('..framework', __package__)"),
        ("specs/dropout.py", "__import__('backproof.checks.run.runner')"),
        ("specs/dropout.py", "from ... import outside"),
        ("specs/dropout.py", "from .... import far_outside"),
    ],
)
def test_a_wrong_direction_is_named(path: str, source: str) -> None:
    (error,) = direction_errors(planted(path, source))
    assert error.startswith(f"{path}:{len(source.splitlines())}: {path.partition('/')[0]}/ may not import ")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "api/cli.py",
            "from .framework import Network\nfrom .reports.html import render\nfrom . import sandbox, checks",
        ),
        ("api/__init__.py", "from .checks import run\nfrom .display import show"),
        ("framework/layers/dropout.py", "from ..base import Layer\nfrom . import relu\nimport math"),
        ("specs/__init__.py", "from .dropout import Dropout"),
        ("adapters/folder.py", "from ..specs import Dropout\nfrom .. import specs\nfrom ..specs.spec import LayerSpec"),
        ("adapters/builtin.py", "from ..framework.layers import Dropout"),
        ("adapters/tutorial/layers.py", "from ..class_api.layers import CourseLayer\nfrom .phases import set_phase"),
        ("adapters/fau/adapter.py", "from ..course import Course\nfrom . import layout\nfrom ...specs import Spec"),
        ("adapters/loading.py", "from .fau.layout import find_layout"),
        ("mistakes/dropout.py", "from ..framework import Network\nfrom ..specs import Dropout"),
        ("mistakes/subjects.py", "from ..adapters import builtin"),
        ("sandbox/worker.py", "from ..adapters import load\nfrom ..specs import Dropout"),
        ("sandbox/worker_main.py", "from ..adapters import load"),
        ("sandbox/worker/loop.py", "from ...adapters import load"),
        (
            "checks/laws/values.py",
            "from ...specs import Dropout\nfrom ...sandbox import Remote\nfrom ...mistakes import all_of",
        ),
        ("checks/__init__.py", "import_module('.runner', __name__)"),
        (
            "reports/html.py",
            "from ..checks.results import Finding\nfrom ..checks import results\nfrom .text import plain",
        ),
        ("sandbox/remote.py", "import_module(name)\nimport_module('framework')"),  # a submission's own module
    ],
)
def test_a_right_direction_is_accepted(path: str, source: str) -> None:
    assert list(direction_errors(planted(path, source))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import backproof",
        "import backproof.specs as specs",
        "from backproof.specs import Dropout",
        "from backproof import specs",
        "import specs",
        "from specs import Dropout",
        "def f():\n    from framework.layers import Dropout",
    ],
)
def test_an_absolute_import_of_a_room_is_named(source: str) -> None:
    (error,) = style_errors(planted("mistakes/dropout.py", source))
    assert "relative import" in error


@pytest.mark.parametrize(
    "source", ["from ..specs import Dropout", "import importlib\nimportlib.import_module('backproof.specs')"]
)
def test_a_relative_import_of_a_room_is_accepted(source: str) -> None:
    assert list(style_errors(planted("mistakes/dropout.py", source))) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("framework/network.py", "import scipy.signal"),
        ("specs/cases.py", "from hypothesis import strategies"),
        ("sandbox/wire.py", "try:\n    import msgpack\nexcept ImportError:\n    msgpack = None"),
        ("sandbox/wire.py", "if ready:\n    import scipy"),
        ("specs/cases.py", "if TYPE_CHECKING:\n    pass\nelse:\n    import hypothesis"),
        ("specs/cases.py", "class C:\n    import hypothesis"),
        ("adapters/folder.py", "import torch"),
        ("adapters/torch_modules.py", "import keras"),
        ("sandbox/torch.py", "import torch"),
        ("checks/runner.py", "import pandas"),
    ],
)
def test_a_third_party_module_is_named(path: str, source: str) -> None:
    (error,) = third_party_errors(planted(path, source), DEPENDENCIES)
    assert "at import time" in error


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("framework/network.py", "import numpy as np\nfrom numpy.typing import NDArray\nimport json, os.path"),
        ("specs/cases.py", "def f():\n    from hypothesis import strategies\n    return lambda: strategies"),
        ("specs/cases.py", "if TYPE_CHECKING:\n    from hypothesis import strategies"),
        ("specs/cases.py", "import typing\nif typing.TYPE_CHECKING:\n    from hypothesis import strategies"),
        ("adapters/torch_modules.py", "import torch.nn\nfrom torch import nn"),
        ("checks/definitions/convolution.py", "import scipy.signal"),
        ("specs/cases.py", "from .dropout import Dropout\nfrom __future__ import annotations"),
    ],
)
def test_an_allowed_third_party_module_is_accepted(path: str, source: str) -> None:
    assert list(third_party_errors(planted(path, source), DEPENDENCIES)) == []


def test_the_length_of_a_file_is_held() -> None:
    assert list(length_errors(planted("specs/dropout.py", "x = 1\n" * 400))) == []
    (error,) = length_errors(planted("specs/dropout.py", "x = 1\n" * 401))
    assert error.startswith("specs/dropout.py: 401 lines")


def test_the_length_of_a_function_is_held() -> None:
    body = "    x = 1\n" * 49
    assert list(function_errors(planted("specs/dropout.py", f"def f():\n{body}"))) == []
    said = '    """Say.\n\n    More.\n    """\n'
    assert list(function_errors(planted("specs/dropout.py", f"def f():\n{said}{body}"))) == []
    (error,) = function_errors(planted("specs/dropout.py", f"class C:\n  @property\n  def f():\n{body}    x = 2\n"))
    assert error.startswith("specs/dropout.py:3: f has 51 lines")


def test_targets_are_resolved_as_python_resolves_them() -> None:
    source = "from . import a\nfrom .b import c\nfrom .. import d\nfrom ...specs.e import f as g\nimport h.i as j"
    targets = [found.target for found in imports_of(PurePosixPath("framework/layers/dropout.py"), source)]
    assert targets == [
        "backproof.framework.layers.a",
        "backproof.framework.layers.b.c",
        "backproof.framework.d",
        "backproof.specs.e.f",
        "h.i",
    ]
    (initial,) = imports_of(PurePosixPath("api/__init__.py"), "from .cli import main")
    assert initial.target == "backproof.cli.main"
