"""Shrinking: the smallest case on which a check fails in the same way.

Each size goes down on its own, then equal ones together, until nothing is smaller: the result is minimal in every
direction that was tried, as far as the budget reaches. Every trial is the one check, in a session of its own. The
budget is counted in trials, so that a busy machine finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ...sandbox import SessionLike, SubjectDied
from ...specs import Case, Choices, Form, Size
from ..plan.effort import Effort
from ..plan.plan import SINGLE, Planned, in_float32
from ..results import Finding, Smallest, Verdict
from ..run.outcome import Examined
from .showing import show

Examine = Callable[[Planned, SessionLike], Examined]


@dataclass
class Shrinker:
    """Finds smallest cases within the budget of a run: one for every check of a layer, and quantity. For one thread.

    When its trials are spent, failures are shown on the cases on which they were found, as many again. A trial that
    hangs or ends its worker spends them all: the next might as well.

    Attributes:
        budget: how many trials there are.
        session: gives a fresh session.
        examine: runs one check in it.
        spent: trials so far, and failures shown.
    """

    budget: Effort
    session: Callable[[], SessionLike]
    examine: Examine
    spent: int = 0
    _seen: set[tuple[str, str, str]] = field(default_factory=set)

    def with_smallest(self, planned: Planned, finding: Finding) -> Finding:
        """The finding; with its smallest case if it is the first failure of its kind and the budget reaches so far."""
        if finding.verdict not in {Verdict.FAILED, Verdict.ERRORED}:
            return finding
        kind = (planned.layer, planned.check.id, planned.quantity)
        if kind in self._seen or self.spent >= 2 * self.budget.run_trials:
            return finding
        self._seen.add(kind)
        return replace(finding, smallest=self._smallest(planned, finding))

    def _smallest(self, planned: Planned, finding: Finding) -> Smallest | None:
        search = _Search(self, planned, finding)
        sizes = search.run() if planned.case.sizes else {}
        smaller = _resized(planned, sizes) if sizes and sizes != planned.case.sizes else planned
        self.spent += 1
        session = self.session()
        try:
            examined = self.examine(smaller, session)
            if not _alike(examined.finding, finding):
                return None  # the subject answers by chance: nothing smaller can be vouched for
            return show(examined, trials=search.trials)
        finally:
            with suppress(SubjectDied):
                session.close()


class _Search:
    """One search, with its budget."""

    def __init__(self, shrinker: Shrinker, planned: Planned, finding: Finding) -> None:
        self._shrinker = shrinker
        self._planned = planned
        self._finding = finding
        self._form = next((form for form in planned.case.spec.sizes if form.keys() == planned.case.sizes.keys()), {})
        self._known: dict[tuple[Size, ...], bool] = {}
        self.trials = 0

    def run(self) -> dict[str, Size]:
        """The smallest sizes found."""
        current = dict(self._planned.case.sizes)
        moves = (self._leaps, self._steps)
        while True:
            before = dict(current)
            for move in moves:
                for smaller in move(current):
                    if self._fails(smaller):
                        current = smaller
                        break
                if current != before:
                    break
            if current == before:
                return current

    def _leaps(self, current: Mapping[str, Size]) -> Iterator[dict[str, Size]]:
        """Each size at its low end, then halfway: few trials where every size fails."""
        for name, lower in self._lower(current).items():
            if lower:
                yield {**current, name: lower[0]}
        for name, lower in self._lower(current).items():
            if len(lower) > 2:
                yield {**current, name: lower[len(lower) // 2]}

    def _steps(self, current: Mapping[str, Size]) -> Iterator[dict[str, Size]]:
        """Each size at every lower value, from below; then equal sizes together."""
        for name, lower in self._lower(current).items():
            for value in lower:
                yield {**current, name: value}
        groups: dict[Size, list[str]] = {}
        for name, value in current.items():
            if not isinstance(self._form[name], Choices):
                groups.setdefault(value, []).append(name)
        for names in groups.values():
            shared = [
                value
                for value in self._lower(current)[names[0]]
                if all(value in self._lower(current)[n] for n in names)
            ]
            for value in shared if len(names) > 1 else ():
                yield {**current, **dict.fromkeys(names, value)}

    def _lower(self, current: Mapping[str, Size]) -> dict[str, list[Size]]:
        """The simpler values of every size, the simplest first."""
        return {name: _simpler(self._form, name, value) for name, value in current.items()}

    def _fails(self, sizes: Mapping[str, Size]) -> bool:
        """Tell whether the check fails alike on these sizes; no if the budget is spent."""
        key = tuple(sizes.values())
        if key not in self._known:
            shrinker = self._shrinker
            if self.trials >= shrinker.budget.trials or shrinker.spent >= shrinker.budget.run_trials:
                return False
            self.trials += 1
            shrinker.spent += 1
            self._known[key] = self._try(_resized(self._planned, sizes))
        return self._known[key]

    def _try(self, planned: Planned) -> bool:
        check, case = planned.check, planned.case
        if not check.applies(case) or planned.quantity not in check.quantities(case):
            return False
        session = self._shrinker.session()
        try:
            finding = self._shrinker.examine(planned, session).finding
        finally:
            with suppress(SubjectDied):
                session.close()
        if finding.verdict in {Verdict.TIMEOUT, Verdict.DIED}:
            self._shrinker.spent = max(self._shrinker.spent, self._shrinker.budget.run_trials)
        return _alike(finding, self._finding)


def _simpler(form: Form, name: str, value: Size) -> list[Size]:
    allowed = form[name]
    if isinstance(allowed, Choices):
        return list(allowed.values[: allowed.values.index(value)])
    return list(range(allowed.low, int(value)))


def _resized(planned: Planned, sizes: Mapping[str, Size]) -> Planned:
    """The same check on the case with these sizes."""
    case: Case = planned.case.spec.case(**sizes)
    if planned.case.name.endswith(SINGLE):
        case = in_float32(case)
    case = replace(case, dtype=planned.case.dtype)
    end = f"/{planned.quantity}" if planned.quantity else ""
    return replace(planned, id=f"{planned.layer}/{case.name}/{planned.check.id}{end}", case=case, needs=())


def _alike(one: Finding, other: Finding) -> bool:
    """The same verdict, and the same exception if one was raised."""
    if one.verdict is not other.verdict:
        return False
    return one.verdict is not Verdict.ERRORED or one.message.partition(":")[0] == other.message.partition(":")[0]
