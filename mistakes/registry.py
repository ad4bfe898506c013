"""Registering mistakes, and finding them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ..specs import all_specs
from .mistake import Mistake
from .subjects import build

T = TypeVar("T")

_MISTAKES: dict[str, Mistake] = {}


def mistake(
    mistake_id: str, *, hint: str, families: tuple[str, ...], level: str = "full", cases: tuple[str, ...] = ()
) -> Callable[[type[T]], type[T]]:
    """Class decorator: register a subclass of a component of the framework as a mistake; see `Mistake`.

    The first line of the class's docstring is the title, the rest the explanation: reports print both.
    """

    def decorate(cls: type[T]) -> type[T]:
        if mistake_id in _MISTAKES:
            raise ValueError(f"two mistakes are called {mistake_id}")
        spec = next(base.__name__ for base in cls.__mro__[1:] if base.__name__ in all_specs())
        title, _, explanation = (inspect.getdoc(cls) or "").partition("\n")
        _MISTAKES[mistake_id] = Mistake(
            id=mistake_id,
            spec=spec,
            title=title[:1].lower() + title[1:].rstrip("."),
            explanation=" ".join(explanation.split()),
            hint=hint,
            families=families,
            build=partial(build, parts={spec: cls}),
            level=level,
            cases=cases,
        )
        return cls

    return decorate


def all_mistakes() -> dict[str, Mistake]:
    """Every mistake by id, in the order of the specs."""
    from . import catalogue  # noqa: F401, PLC0415 - importing it registers the mistakes, with this module

    order = list(all_specs())
    return dict(sorted(_MISTAKES.items(), key=lambda item: order.index(item[1].spec)))


def mistakes_of(spec_name: str) -> tuple[Mistake, ...]:
    """The mistakes of the spec called `spec_name`; none if there is no such spec."""
    return tuple(entry for entry in all_mistakes().values() if entry.spec == spec_name)
