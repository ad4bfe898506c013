"""Where in the submission an exception came from."""

from __future__ import annotations

import linecache
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np

DETAIL_FRAMES = 12

_CELL = re.compile(r"<(cell \d+)>")  # as the adapters call the cells of a notebook

_HOUSE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
# Frames in these are not the submission's, unless it lies deeper than they do. The reference framework is not among
# them: it can be the subject.
_INTERNAL = (
    *(os.path.join(_HOUSE, room) for room in ("adapters", "checks", "specs", "sandbox")),
    os.path.dirname(os.path.realpath(os.__file__)),
    os.path.dirname(os.path.dirname(os.path.realpath(np.__file__))),
)


@dataclass(frozen=True)
class Frames:
    """The frames of a traceback that lie in the submission.

    Attributes:
        where: the innermost, for example `Layers/Dropout.py:17 in forward`; empty if there is none.
        detail: one line per frame with its source, outermost first; of all frames if none is the submission's.
    """

    where: str
    detail: str


def frames_of(error: BaseException, roots: Sequence[str] = ()) -> Frames:
    """Read the traceback of `error`, or of its cause where the error itself has no frame in the submission.

    Args:
        error: what was raised.
        roots: folders and files of the submission; names are given relative to them.
    """
    if isinstance(error, SyntaxError) and error.filename and _is_own(error.filename, roots):
        place = _line(error.filename, error.lineno, roots)
        return Frames(place, f"{place}: {(error.text or '').strip()}")
    cause: BaseException | None = error
    for _ in range(5):
        if cause is None:
            break
        frames = _walk(cause.__traceback__)
        own = [frame for frame in frames if _is_own(frame[0], roots)]
        if own:
            return Frames(_place(own[-1], roots), _lines(own, roots))
        cause = cause.__cause__ or cause.__context__
    return Frames("", _lines(_walk(error.__traceback__), roots))


def _walk(traceback: TracebackType | None) -> list[tuple[str, int, str]]:
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append((code.co_filename, traceback.tb_lineno, code.co_name))
        traceback = traceback.tb_next
    return frames


def _is_own(filename: str, roots: Sequence[str]) -> bool:
    if filename.startswith("<"):  # a notebook's cell, but neither the import system nor a generated `__init__`
        return not filename.startswith(("<frozen", "<string>", "<__array_function__"))
    path = os.path.realpath(filename)
    internal = _depth(path, _INTERNAL)
    return internal == 0 or _depth(path, [os.path.realpath(root) for root in roots]) >= internal


def _depth(path: str, folders: Sequence[str]) -> int:
    """Length of the longest of `folders` that contains `path`; 0 if none does."""
    return max((len(folder) for folder in folders if _lies_in(path, folder)), default=0)


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


def _place(frame: tuple[str, int, str], roots: Sequence[str]) -> str:
    filename, line, function = frame
    return f"{_line(filename, line, roots)} in {function}"


def _line(filename: str, line: int | None, roots: Sequence[str]) -> str:
    """`Layers/Dropout.py:17`, or for the cell of a notebook `cell 7, line 3`."""
    cell = _CELL.fullmatch(filename)
    return f"{cell[1]}, line {line}" if cell else f"{_short(filename, roots)}:{line}"


def _short(filename: str, roots: Sequence[str]) -> str:
    """The file relative to the submission's folder; else its last two parts."""
    if filename.startswith("<"):
        return filename
    path = os.path.realpath(filename)
    folders = [os.path.realpath(root) for root in roots if os.path.isdir(root)]
    for folder in sorted(folders, key=len):
        if _lies_in(path, folder):
            return os.path.relpath(path, folder)
    if any(path == os.path.realpath(root) for root in roots):
        return os.path.basename(path)
    return os.sep.join(path.split(os.sep)[-2:])


def _lines(frames: list[tuple[str, int, str]], roots: Sequence[str]) -> str:
    shown = frames if len(frames) <= DETAIL_FRAMES else [*frames[:3], *frames[-(DETAIL_FRAMES - 3) :]]
    lines = []
    for number, frame in enumerate(shown):
        if number == 3 and len(frames) > len(shown):
            lines.append(f"... {len(frames) - len(shown)} more frames")
        source = linecache.getline(frame[0], frame[1]).strip()
        lines.append(f"{_place(frame, roots)}: {source}" if source else _place(frame, roots))
    return "\n".join(lines)
