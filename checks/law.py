'''Check: one law, a plain generator function that selects the cases it holds for.

A law takes a `Context`, asks subjects, and yields what it has measured:

    @check("value.affine", Kind.LAYER, when=has(Trait.AFFINE), needs=FORWARD)
    def affine_combinations_are_kept(context: Context) -> Law:
        """The output of x / 2 + z / 2 is the mean of the outputs of x and of z."""
        rng = context.rng()
        layer, x, z = context.layer(rng), context.data(rng), context.data(rng)
        of_x, of_z, found = yield from layer.ask(forward(x), forward(z), forward((x + z) / 2))
        yield agrees("forward((x + z) / 2)", found, close_to((of_x + of_z) / 2, 8))

The first line of its docstring is the law. Beside that:

- It asks with the functions of `asking`, and what it knows beforehand all at once: one `ask` is one crossing.
- An answer is whatever the subject has returned, of the declared type only if the subject is right. A law that would
  stumble over something else need not look: `odd_value` finds the call. One that would not stumble looks first.
- What a call raises is raised where the answers are waited for. `Unsupported` may be caught there by a law that can do
  without the answer. Errors of the subject pass through; a law that catches one has a question that says more, or a
  text that allows it.
- Between two steps of a law others may take theirs: it draws from `context.rng` alone, keeps what it knows in
  variables of its own, and looks at no clock. What checks of a case need alike they ask for by `context.once`.
- A part of a law that yields measurements is a `Law`, one that only asks and returns a value of type T `Asking[T]`.
- A measurement says in `assignments` which assignments of the choices explain it; the one in use if it says nothing.
'''

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Any, TypeAlias, TypeVar

from ..sandbox import Asked, Asking
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


S = TypeVar("S")
T = TypeVar("T")
Law: TypeAlias = Generator[Asked | Measurement, Any, None]
LawFunction = Callable[..., Iterator[Asked | Measurement]]
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


def measurements(steps: Iterator[Asked | Measurement]) -> Iterator[Measurement]:
    """The measurements of a law; what it asks for is answered as it comes, in a crossing of its own."""
    step = next(steps, None)
    while step is not None:
        if isinstance(step, Measurement):
            yield step
            step = next(steps, None)
        elif isinstance(steps, Generator):
            try:
                step = _after(step, steps)
            except StopIteration:
                return
        else:
            raise TypeError("what asks must be a generator, to be sent the answers")


def answered(steps: Asking[T]) -> T:
    """What steps that only ask return, for probes and others that are no law; each question crosses by itself."""
    try:
        asked = next(steps)
        while True:
            asked = _after(asked, steps)
    except StopIteration as end:
        value: T = end.value
        return value


def _after(asked: Asked, steps: Generator[S, Any, Any]) -> S:
    """The next step of what has asked. What a call raises is raised there; StopIteration if there is no next one."""
    try:
        answers = asked.subject.many(asked.questions)
    except Exception as error:
        return steps.throw(error)
    return steps.send(answers)
