"""Files that are either the old ones or the new ones, never something in between."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO


def write_atomically(path: str | Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file so that a reader, at any moment and after any crash, finds the old content or the new one.

    The content goes to a temporary file in the same folder, is forced to the disk, and then takes the name. A process
    that is killed meanwhile leaves the temporary file behind; ``remove_leftovers`` removes it.

    Args:
        path: The file.
        write: Writes the content to the open file that it is given; what it returns does not matter.

    Raises:
        OSError: If the file cannot be written. It is as before, and so it is if ``write`` raises anything.
    """
    path = Path(path)
    descriptor, temporary = tempfile.mkstemp(prefix=_prefix(path), suffix=_SUFFIX, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        with suppress(PermissionError):  # in a sandbox that forbids it, the file stays private
            Path(temporary).chmod(_ordinary_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _force_names_to_disk(path.parent)


def remove_leftovers(path: str | Path) -> None:
    """Remove temporary files of this file that killed processes left behind; no other process may be writing it."""
    path = Path(path)
    for leftover in path.parent.iterdir():
        if leftover.name.startswith(_prefix(path)) and leftover.name.endswith(_SUFFIX):
            leftover.unlink(missing_ok=True)


_SUFFIX = ".partial"


def _prefix(path: Path) -> str:
    return f".{path.name}."


def _ordinary_mode(path: Path) -> int:
    """The permissions that the file has or, if it is new, would have had from ``open``: mkstemp's are private."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0o022)
    os.umask(mask)
    return 0o666 & ~mask


def _force_names_to_disk(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
