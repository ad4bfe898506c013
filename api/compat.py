"""`--compat numpy`: the subject gets the names that NumPy has removed, and the report says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .adapters import names_used
from .sandbox.old_numpy import missing_here, restore


def wished(target: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a target carries to its worker: the removed names that the files use."""
    return {"numpy": names_used(target, missing_here())}


def note(names: list[str]) -> str:
    """The sentence for the report; `names` are those that the files use, as far as reading them tells."""
    used = f": {', '.join(f'np.{name}' for name in names)}" if names else ""
    return f"NumPy's removed names are restored for this run (--compat numpy){used}"


@contextmanager
def in_this_process(wanted: bool) -> Iterator[None]:
    """The names are restored here meanwhile, if that is wanted: for a subject that is not in the sandbox."""
    undo: Callable[[], None] | None = restore() if wanted else None
    try:
        yield
    finally:
        if undo is not None:
            undo()
