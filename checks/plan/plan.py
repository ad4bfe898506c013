"""Plan: every finding that a run must produce, written down before the first check runs."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ...specs import Case, LayerSpec, Spec, all_specs
from ..context import names_in, spec_text
from ..law import Check, Level
from ..numerics.precision import PRECISIONS
from ..settings import DEFAULTS, Settings
from .catalogue import all_checks


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One planned finding.

    Attributes:
        id: `LAYER/CASE/CHECK[/QUANTITY]`.
        check, case, quantity: what to run.
        level: the level at which it is asked.
        needs: ids that must hold first; the first that does not is named as the root cause.
    """

    id: str
    check: Check
    case: Case
    quantity: str
    level: Level
    needs: tuple[str, ...] = ()

    @property
    def layer(self) -> str:
        """The spec's name."""
        return self.case.spec.name()

    @property
    def group(self) -> tuple[str, str]:
        """Spec and case: what shares one session."""
        return (self.layer, self.case.name)


def _asks_for(settings: Settings, planned: Planned) -> bool:
    """Tell whether `planned` is about what the course and the stage have: alone, and in what it is made of."""
    if any(fnmatch.fnmatchcase(planned.id, glob) for glob in settings.outside):
        return False
    return settings.later.isdisjoint({planned.check.id, *names_in(planned.case.spec)})


def _takes(settings: Settings, planned: Planned) -> bool:
    """Tell whether `planned` is asked for."""
    if planned.level > settings.level or (planned.check.family == "state" and not settings.budget.sequences):
        return False
    if not settings.budget.all_named and _seen_elsewhere(settings, planned):
        return False
    if not settings.names and not settings.families:
        return True
    if planned.layer in settings.families:
        families = settings.families[planned.layer]
        if families is None or planned.check.family in families:
            return True
    return any(_matches(name, planned) for name in settings.names)


def _seen_elsewhere(settings: Settings, planned: Planned) -> bool:
    """Tell whether one case of the layer is enough: what it keeps between calls hardly depends on the case.

    What other checks need is looked at in every case, and so is everything in a case that a name spells out.
    """
    if planned.check.family != "contract" or planned.check.id in _needed():
        return False
    spec = type(planned.case.spec)
    if planned.case.name.removesuffix(SINGLE) == spec.plainest().name:
        return False
    return not any(fnmatch.fnmatchcase(planned.case.name, _case_part(name, spec)) for name in settings.names)


@cache
def _needed() -> frozenset[str]:
    """The checks that others wait for, at an effort that draws no sequences."""
    return frozenset(need for check in all_checks().values() if check.family != "state" for need in check.needs)


def _matches(name: str, planned: Planned) -> bool:
    """`name` is a spec, a check, an id or its beginning, or a glob over ids or checks."""
    if name.lower() == planned.layer.lower() or name in (planned.check.id, planned.check.family):
        return True
    if planned.id == name or planned.id.startswith(name.rstrip("/") + "/"):
        return True
    return fnmatch.fnmatchcase(planned.id, name) or fnmatch.fnmatchcase(planned.check.id, name)


class UnknownName(ValueError):  # noqa: N818 - a usage error, phrased for the user
    """A filter selects nothing; the text says what there is."""


@dataclass(frozen=True)
class Plan:
    """Everything that could be run, and which of it is asked for.

    Attributes:
        everything: all findings of the offered specs, by id; prerequisites come from here.
        selected: the planned findings, in order.
    """

    everything: dict[str, Planned]
    selected: tuple[Planned, ...]

    @property
    def touched(self) -> frozenset[str]:
        """Names of the specs that the selected findings are about or need."""
        names: set[str] = set()
        waiting = [planned.id for planned in self.selected]
        seen: set[str] = set()
        while waiting:
            planned = self.everything[waiting.pop()]
            names.add(planned.layer)
            fresh = set(planned.needs) - seen
            seen |= fresh
            waiting.extend(fresh)
        return frozenset(names)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the planned ids and configurations, shortened."""
        digest = hashlib.sha256()
        for planned in self.selected:
            case = planned.case
            digest.update(f"{planned.id} {spec_text(case.spec)} {case.input_shape} {case.dtype}\n".encode())
        return digest.hexdigest()[:16]


def make_plan(
    offered: Iterable[str], settings: Settings = DEFAULTS, drawn: Mapping[str, Sequence[Case]] | None = None
) -> Plan:
    """Plan the findings for the specs named in `offered`.

    Args:
        offered: the subject's specs.
        settings: those of the run, which say what is asked for.
        drawn: further cases by spec, beside the named ones.

    Raises:
        UnknownName: a name of the settings selects nothing at any level.
    """
    findings = [planned for planned in _findings(offered, settings, drawn or {}) if _asks_for(settings, planned)]
    everything = {planned.id: planned for planned in _resolve(findings)}
    for name in settings.names:
        if not any(_matches(name, planned) for planned in everything.values()):
            known = name.partition("/")[0].lower() in (spec.lower() for spec in set(all_specs()) - set(offered))
            why = "the subject does not offer it" if known else "it is no layer, check, course test or id"
            if name.partition("/")[0] in settings.later or name in settings.later:
                why = "a later stage adds it than the one that is required"
            elif name in all_checks():
                why = f"it is asked of nothing that the subject offers in {settings.dtype}, see --dtype"
            raise UnknownName(f"nothing is called {name!r}: {why}; `backproof list` shows all names")
    return Plan(everything, tuple(planned for planned in everything.values() if _takes(settings, planned)))


SINGLE = "-float32"
"""What the name of a case ends in that is looked at in float32 among others in float64."""


def cases_of(spec: type[Spec], dtype: str = "float64") -> Iterator[tuple[Case, Level]]:
    """The named cases of a spec in a type, with the lowest level at which they are looked at."""
    cases = spec.cases()
    for case in cases:
        yield replace(case, dtype=dtype), Level.CORE
    if dtype == "float64" and isinstance(cases[0].spec, LayerSpec):
        yield in_float32(cases[0]), Level.STRICT


def every_case(spec: type[Spec]) -> tuple[Case, ...]:
    """The cases of a spec in every type."""
    return tuple(case for dtype in PRECISIONS for case, _ in cases_of(spec, dtype))


def in_float32(case: Case) -> Case:
    """The case in float32, by a name of its own."""
    return replace(case, name=f"{case.name}{SINGLE}", dtype="float32")


def planned_cases(spec: type[Spec], settings: Settings, drawn: Sequence[Case] = ()) -> Iterator[tuple[Case, Level]]:
    """The cases that a run looks at: named ones as the effort says, drawn ones, and those that a name spells out."""
    asked = [_case_part(name, spec) for name in settings.names]
    first = [case.name for case in spec.cases()][: None if settings.budget.all_named else spec.quick]
    seen = set()
    for case, level in cases_of(spec, settings.dtype):
        if case.name.removesuffix(SINGLE) in first or any(fnmatch.fnmatchcase(case.name, part) for part in asked):
            seen.add(case.name)
            yield case, level
    spelled = [replace(case, dtype=settings.dtype) for case in drawn]
    for part in asked:
        called = spec.case_called(part.removesuffix(SINGLE))
        if called is not None:
            spelled.append(in_float32(called) if part.endswith(SINGLE) else replace(called, dtype=settings.dtype))
    for case in spelled:
        if case.name not in seen:
            seen.add(case.name)
            yield case, Level.STRICT if case.name.endswith(SINGLE) else Level.CORE


def _case_part(name: str, spec: type[Spec]) -> str:
    """What an id or glob says of the case, if it is about the spec and about particular cases; else nothing."""
    layer, _, rest = name.partition("/")
    case = rest.partition("/")[0]
    return case if fnmatch.fnmatchcase(spec.name(), layer) and case.strip("*") else ""


def _findings(offered: Iterable[str], settings: Settings, drawn: Mapping[str, Sequence[Case]]) -> Iterator[Planned]:
    names = set(offered)
    for name, spec in all_specs().items():
        if name in names:
            for case, level in planned_cases(spec, settings, drawn.get(name, ())):
                yield from planned_for(case, level)


def planned_for(case: Case, level: Level = Level.CORE) -> Iterator[Planned]:
    """Every check that applies to a case, without what it needs."""
    for check in all_checks().values():
        if not check.applies(case):
            continue
        for quantity in check.quantities(case):
            suffix = f"/{quantity}" if quantity else ""
            yield Planned(
                id=f"{case.spec.name()}/{case.name}/{check.id}{suffix}",
                check=check,
                case=case,
                quantity=quantity,
                level=max(level, check.level(case)),
            )


def _resolve(findings: Sequence[Planned]) -> Iterator[Planned]:
    """Fill in the ids that each finding needs: within its case, and of the components it is built of."""
    by_case: dict[tuple[str, str, str], list[str]] = {}
    by_family: dict[tuple[str, str], list[Planned]] = {}
    for planned in findings:
        by_case.setdefault((*planned.group, planned.check.id), []).append(planned.id)
        if planned.level <= Level.FULL:
            by_family.setdefault((planned.layer, planned.check.family), []).append(planned)
    composed = {planned.group for planned in findings if planned.check.components(planned.case)}
    for planned in findings:
        inside = [known for need in planned.check.needs for known in by_case.get((*planned.group, need), ())]
        parts = [
            known.id
            for spec, families in planned.check.components(planned.case)
            for family in sorted(families)
            for known in by_family.get((spec, family), ())
            if spec != planned.layer or known.group not in composed  # else composed cases wait for each other
        ]
        yield replace(planned, needs=(*inside, *parts))
