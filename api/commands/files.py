"""Files that the user names: opened before the work starts, so that no result is lost at the end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..checks.results import Result
from ..reports import render


class CannotWrite(Exception):  # noqa: N818 - a usage error, phrased for the user
    """A file cannot be written; the text says which and why."""


def require_writable(paths: Mapping[str, str | None]) -> None:
    """Raise CannotWrite unless every file named can be written; keys are the options that name them.

    A file that exists is left as it is.
    """
    for option, path in paths.items():
        if path is None or path == "-":
            continue
        folder = Path(path).parent
        if not folder.is_dir():
            raise CannotWrite(f"{option} {path}: there is no folder {folder}; create it first")
        if Path(path).is_dir() or not os.access(path if Path(path).exists() else folder, os.W_OK):
            raise CannotWrite(f"{option} {path}: cannot be written; name another file")


def write_reports(result: Result, formats: Mapping[str, str | None]) -> None:
    """Render `result` into every file named; keys are formats of the room `reports`."""
    for format_name, path in formats.items():
        if path is not None:
            try:
                Path(path).write_text(render(result, format_name), encoding="utf-8")
            except OSError as error:
                raise CannotWrite(f"{path}: {error.strerror}; name another file") from error
