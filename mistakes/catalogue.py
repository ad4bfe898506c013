"""The catalogue: every mistake that a module beside this one declares."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from ..specs import all_specs
from .mistake import Mistake
from .registry import MISTAKES


@cache
def all_mistakes() -> dict[str, Mistake]:
    """Every mistake by id, in the order of the specs."""
    for module in iter_modules([str(Path(__file__).parent)]):
        import_module(f"{__package__}.{module.name}")  # which registers its mistakes
    order = list(all_specs())
    return dict(sorted(MISTAKES.items(), key=lambda item: order.index(item[1].spec)))


def mistakes_of(spec_name: str) -> tuple[Mistake, ...]:
    """The mistakes of the spec called `spec_name`; none if there is no such spec."""
    return tuple(entry for entry in all_mistakes().values() if entry.spec == spec_name)
