"""The place of an error is the innermost frame of the submission."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backproof.sandbox.tracebacks import DETAIL_FRAMES, Frames, frames_of
from backproof.specs import Dropout

SOURCE = """
import json
import numpy as np

def parse(text):
    return json.loads(text)

def add():
    return np.stack([np.ones(2), np.ones(3)])

def deep(n):
    return deep(n - 1) if n else 1 / 0

def wrapped():
    try:
        deep(0)
    except ZeroDivisionError as error:
        raise ValueError("wrapped") from error
"""


@pytest.fixture
def functions(tmp_path: Path) -> dict[str, Callable[..., object]]:
    path = tmp_path / "Layers" / "Dropout.py"
    path.parent.mkdir()
    path.write_text(SOURCE, encoding="utf-8")
    names: dict[str, Callable[..., object]] = {}
    exec(compile(SOURCE, str(path), "exec"), names)
    return names


def frames(function: Callable[..., object], *arguments: object, roots: tuple[str, ...] = ()) -> Frames:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the exception is not the point
        function(*arguments)
    # Without the frames of this test and of pytest.
    return frames_of(caught.value.with_traceback(caught.tb.tb_next if caught.tb else None), roots)


def test_the_innermost_frame_of_the_submission_is_named(
    functions: dict[str, Callable[..., object]], tmp_path: Path
) -> None:
    found = frames(functions["parse"], "{", roots=(str(tmp_path),))
    assert found.where == "Layers/Dropout.py:6 in parse"
    assert found.detail == "Layers/Dropout.py:6 in parse: return json.loads(text)"


def test_frames_of_numpy_are_left_out(functions: dict[str, Callable[..., object]], tmp_path: Path) -> None:
    assert frames(functions["add"], roots=(str(tmp_path),)).where == "Layers/Dropout.py:9 in add"


def test_a_single_file_is_named_by_its_name(functions: dict[str, Callable[..., object]], tmp_path: Path) -> None:
    root = str(tmp_path / "Layers" / "Dropout.py")
    assert frames(functions["parse"], "{", roots=(root,)).where == "Dropout.py:6 in parse"


def test_without_roots_two_parts_of_the_path_are_given(functions: dict[str, Callable[..., object]]) -> None:
    assert frames(functions["parse"], "{").where == "Layers/Dropout.py:6 in parse"


def test_a_submission_inside_of_a_library_folder_is_still_its_own() -> None:
    root = Path(np.__file__).parent
    found = frames(np.stack, [np.ones(2), np.ones(3)], roots=(str(root),))
    assert found.where.endswith("in stack")
    assert frames(np.stack, [np.ones(2), np.ones(3)]).where == ""


def test_frames_of_a_library_inside_of_the_submission_are_not_its_own(
    functions: dict[str, Callable[..., object]], tmp_path: Path
) -> None:
    above = Path(np.__file__).parents[2]  # holds site-packages
    assert frames(functions["add"], roots=(str(above), str(tmp_path))).where == "Layers/Dropout.py:9 in add"


def test_the_house_itself_is_not_the_submission() -> None:
    found = frames(lambda: Dropout(keep=2.0))
    assert found.where.startswith("sandbox/test_tracebacks.py")
    assert "domain.py" not in found.detail


def test_without_a_frame_of_the_submission_all_are_shown() -> None:
    found = frames(np.stack, [])
    assert found.where == ""
    assert "in stack" in found.detail


def test_long_tracebacks_are_cut_in_the_middle(functions: dict[str, Callable[..., object]]) -> None:
    lines = frames(functions["deep"], 100).detail.splitlines()
    assert len(lines) == DETAIL_FRAMES + 1
    assert lines[3] == "... 89 more frames"
    assert lines[-1].endswith("1 / 0")


@pytest.mark.parametrize(
    ("file", "where"),
    [
        ("<cell 3>", "cell 3, line 2 in f"),
        ("<cell three>", "<cell three>:2 in f"),
        ("<ipython-1>", "<ipython-1>:2 in f"),
    ],
)
def test_code_without_a_file_is_named_as_it_is(file: str, where: str) -> None:
    names: dict[str, Callable[..., object]] = {}
    exec(compile("def f():\n    1 / 0", file, "exec"), names)
    assert frames(names["f"]).where == where


def test_a_cause_in_the_submission_is_found(functions: dict[str, Callable[..., object]], tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        functions["deep"](0)
    cause = caught.value.with_traceback(caught.tb.tb_next if caught.tb else None)
    outer = ValueError("from the adapter")
    outer.__cause__ = cause
    assert frames_of(outer, (str(tmp_path),)).where == "Layers/Dropout.py:12 in deep"


def test_an_error_without_a_traceback_has_no_place() -> None:
    assert frames_of(ValueError("new")) == Frames("", "")
