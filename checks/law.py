"""Check: one law, a plain generator function that selects the cases it holds for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

from ..specs import Case, Kind
from .measurement import Measurement


class Level(IntEnum):
    """How much is asked: what training needs, what the texts and correct use demand, hygiene."""

    CORE = 1
    FULL = 2
    STRICT = 3

    @classmethod
    def of(cls, name: str) -> Level:
        """The level called `name`."""
        return cls[name.upper()]


LawFunction = Callable[..., Iterator[Measurement]]
Component = tuple[str, frozenset[str]]  # a spec's name and families of its checks


def _everything(case: Case) -> bool:
    del case
    return True


def _one(case: Case) -> tuple[str, ...]:
    del case
    return ("",)


def _always(level: Level, case: Case) -> Level:
    del case
    return level


def _no_components(case: Case) -> tuple[Component, ...]:
    del case
    return ()


@dataclass(frozen=True, kw_only=True)
class Check:
    """One law with its selection.

    Attributes:
        id: `family.law`.
        function: the generator; takes a `Context`, and a quantity if the check has several.
        kinds: the kinds of spec that it is about.
        when: chooses among their cases.
        level: the level at which it is asked, by case.
        needs: checks of the same case that must hold first.
        quantities: what it measures one by one, by case; `("",)` for a single measurement.
        components: which findings of other specs block this one when they fail, by case.
    """

    id: str
    function: LawFunction
    kinds: frozenset[Kind]
    when: Callable[[Case], bool]
    level: Callable[[Case], Level]
    needs: tuple[str, ...]
    quantities: Callable[[Case], tuple[str, ...]]
    components: Callable[[Case], tuple[Component, ...]]

    @property
    def family(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    @property
    def law(self) -> str:
        """The law, in one sentence: the first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").splitlines()[0]

    def applies(self, case: Case) -> bool:
        """Tell whether the law holds for `case`."""
        return case.spec.kind in self.kinds and self.when(case)


_CHECKS: dict[str, Check] = {}


def check(
    check_id: str,
    *kinds: Kind,
    when: Callable[[Case], bool] = _everything,
    level: Level | Callable[[Case], Level] = Level.FULL,
    needs: tuple[str, ...] = (),
    quantities: Callable[[Case], tuple[str, ...]] = _one,
    components: Callable[[Case], tuple[Component, ...]] = _no_components,
) -> Callable[[LawFunction], LawFunction]:
    """Register a law under `check_id`; see `Check` for the arguments."""

    def decorate(function: LawFunction) -> LawFunction:
        if check_id in _CHECKS:
            raise ValueError(f"two checks are called {check_id}")
        by_case = level if callable(level) else partial(_always, level)
        _CHECKS[check_id] = Check(
            id=check_id,
            function=function,
            kinds=frozenset(kinds),
            when=when,
            level=by_case,
            needs=needs,
            quantities=quantities,
            components=components,
        )
        return function

    return decorate


def registered() -> dict[str, Check]:
    """The checks registered so far; `checks.catalogue.all_checks` makes sure that these are all."""
    return dict(_CHECKS)
