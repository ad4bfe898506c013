"""Which files a worker may read: what Python, NumPy and the adapters consist of, and the submission; no more."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from .landlock import LIST, READ, WRITE, Rule

_HOUSE = __name__.rpartition(".")[0].rpartition(".")[0]
_OPEN_ROOMS = ("adapters", "specs", "sandbox")
_CLOSED_ROOMS = ("checks", "framework", "mistakes", "reports")
_SYSTEM = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store"),
    *("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo"),
    *("/dev/urandom", "/dev/random", "/dev/zero"),
)


def worker_rules(readable: Iterable[str], writable: str) -> list[Rule]:
    """Landlock rules of a worker.

    Args:
        readable: files and folders of the submission, with what lies below.
        writable: its private temporary folder.
    """
    open_paths = [path for room in _OPEN_ROOMS for path in _folders(room)]
    initial = importlib.util.find_spec(_HOUSE)
    packages = _folders("")
    closed = [path for room in _CLOSED_ROOMS for path in _folders(room)] + packages
    libraries = [os.path.join(prefix, "lib") for prefix in {sys.base_prefix, sys.prefix}]
    rules = [(writable, WRITE), ("/dev/null", WRITE), *((path, READ) for path in open_paths)]
    rules += [(path, LIST) for path in packages]
    if initial is not None and initial.origin is not None:
        rules.append((initial.origin, READ))
    for path in dict.fromkeys([*_SYSTEM, *libraries, *filter(None, sys.path), *readable]):
        rules += without(os.path.realpath(path), closed)
    return rules


def without(path: str, closed: Sequence[str]) -> Iterator[Rule]:
    """Rules to read `path` and what lies below, except the `closed` paths that lie below it.

    Both are real paths. Links are not followed: a submission could make them.
    """
    if not any(inner.startswith(path.rstrip(os.sep) + os.sep) for inner in closed):
        yield path, READ
        return
    yield path, LIST
    try:
        children = [entry.path for entry in os.scandir(path) if not entry.is_symlink()]
    except OSError:  # what cannot be listed is not granted
        return
    for child in children:
        if child not in closed:
            yield from without(child, closed)


def _folders(room: str) -> list[str]:
    """The folders of a room of the house, without importing it; the house itself if the name is empty."""
    found = importlib.util.find_spec(f"{_HOUSE}.{room}" if room else _HOUSE)
    locations = found.submodule_search_locations if found is not None else None
    return [os.path.realpath(path) for path in locations or ()]
