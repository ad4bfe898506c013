"""Files that the user names: looked at before the work starts, so that no result is lost at the end."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from .checks.results import Result
from .reports import render

STANDARD_OUTPUT = "-"


class CannotWrite(Exception):  # noqa: N818 - a usage error, phrased for the user
    """A file cannot be written; the text says which and why."""


def require_writable(paths: Mapping[str, str | None]) -> None:
    """Raise CannotWrite unless every file named can be written; keys are the options that name them.

    A file that exists is left as it is.
    """
    named = {option: path for option, path in paths.items() if path is not None}
    for option, path in named.items():
        if path != STANDARD_OUTPUT:
            _require_writable(option, path)
        others = [other for other in named if other != option and _place(named[other]) == _place(path)]
        if others:
            raise CannotWrite(f"{option} and {others[0]} both name {path}; name different files")


def standard_output() -> TextIO:
    """Standard output for a program that reads it: UTF-8, as every file."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout


def write_reports(result: Result, formats: Mapping[str, str | None]) -> None:
    """Render `result` into every file named; keys are formats of the room `reports`."""
    for format_name, path in formats.items():
        if path == STANDARD_OUTPUT:
            standard_output().write(render(result, format_name))
        elif path is not None:
            try:
                Path(path).write_text(render(result, format_name), encoding="utf-8")
            except OSError as error:
                raise CannotWrite(f"{path} cannot be written: {error.strerror}; name another file") from error


def _require_writable(option: str, path: str) -> None:
    folder = Path(path).parent
    if not path or Path(path).is_dir():
        raise CannotWrite(f"{option} {path or repr(path)} is no file; name a file")
    if not folder.is_dir():
        raise CannotWrite(f"{option} {path}: there is no folder {folder}; create it first")
    if not os.access(path if Path(path).exists() else folder, os.W_OK):
        raise CannotWrite(f"{option} {path} cannot be written; name another file")


def _place(path: str) -> str:
    return path if path == STANDARD_OUTPUT else os.path.realpath(path)
