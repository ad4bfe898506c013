"""The line of a student's traceback that says most."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ..checks.results import Finding
from .wording import capped

LONGEST_LINE = 400  # characters; an exception may carry a whole array

_FRAME = re.compile(r'^\s*File "(?P<file>.+?)", line (?P<line>\d+)(?:, in (?P<function>\S+))?', re.MULTILINE)
_FOREIGN = re.compile(r"site-packages|dist-packages|/lib/python3|^<frozen |^<__array_function__")


def raised_line(finding: Finding, subject: str) -> str:
    """Where the subject raised and what, in one line; empty if the finding has no traceback."""
    traceback = finding.evidence.get("traceback")
    if not isinstance(traceback, str) or not traceback.strip():
        return ""
    return capped(innermost(traceback, subject), LONGEST_LINE)


def innermost(traceback: str, subject: str = "") -> str:
    """One line: file, line, function and exception, such as `Layers/Dropout.py:17 in forward: NameError: ...`.

    The innermost frame of the student's own is named: an error raised inside NumPy is caused where NumPy was called.

    Args:
        traceback: as Python prints it.
        subject: what the user named; the file is shown relative to it.
    """
    frames = list(_FRAME.finditer(traceback))
    if not frames:
        return _last_line(traceback)
    own = [frame for frame in frames if not _FOREIGN.search(_slashes(frame["file"]))]
    frame = own[-1] if own else frames[-1]
    where = f"{relative(frame['file'], subject)}:{frame['line']}"
    function = f" in {frame['function']}" if frame["function"] else ""
    return f"{where}{function}: {_exception(traceback[frames[-1].end() :])}"


def relative(file: str, subject: str) -> str:
    """The file's path from the subject's folder on; unchanged if the file is not below it."""
    folder = PurePosixPath(_slashes(subject)).name
    parts = PurePosixPath(_slashes(file)).parts
    if folder not in parts[:-1]:
        return file
    last = len(parts) - 1 - parts[::-1].index(folder)
    return str(PurePosixPath(*parts[last + 1 :]))


def _slashes(path: str) -> str:
    return path.replace("\\", "/")


def _exception(after_last_frame: str) -> str:
    """The first line that is not indented: source lines and position marks are."""
    lines = [line.rstrip() for line in after_last_frame.splitlines()[1:]]
    return next((line for line in lines if line and not line[0].isspace()), _last_line(after_last_frame))


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "no traceback"
