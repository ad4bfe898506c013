"""One spec, check, planned finding or known mistake, for a person."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import sys
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from ..checks.context import spec_text, where_text
from ..checks.law import Check, Level
from ..checks.plan.catalogue import all_checks
from ..checks.plan.plan import Plan, cases_of, every_case, make_plan
from ..checks.settings import Settings
from ..exit_status import CONFORMANT, USAGE
from ..mistakes import Mistake, all_mistakes, mistakes_of
from ..specs import LayerSpec, Phase, Spec, Trait, all_specs, find_spec
from .page import paragraph, section

_LEVELS = {
    Level.CORE: "Laws at level core: without them nothing trains",
    Level.FULL: "Laws at level full, besides: what the definition and correct use demand",
    Level.STRICT: "Laws at level strict, besides: hygiene",
}


def explain(options: argparse.Namespace) -> int:
    """Print what is known under the name."""
    lines = _explanation(options.name)
    if lines is None:
        known = [*all_specs(), *all_checks(), *all_mistakes()]
        near = get_close_matches(options.name.lower(), map(str.lower, known), n=1)
        meant = next((f"did you mean {name}? " for name in known if [name.lower()] == near), "")
        print(
            f"backproof: nothing is called {options.name!r}: {meant}"
            "`backproof list` shows the specs, `backproof list --laws` the checks",
            file=sys.stderr,
        )
        return USAGE
    print("\n".join(lines))
    return CONFORMANT


def _explanation(name: str) -> Iterable[str] | None:
    if name in all_checks():
        return _check(all_checks()[name])
    if name in all_mistakes():
        return _mistake(all_mistakes()[name])
    plan = make_plan(all_specs(), Settings(level=Level.STRICT))
    if name in plan.everything:
        planned = plan.everything[name]
        return [*_check(planned.check), *section(f"In the case {planned.case.name}", [where_text(planned.case)])]
    try:
        return _spec(find_spec(name), plan)
    except LookupError:
        return None


def _spec(spec: type[Spec], plan: Plan) -> Iterator[str]:
    yield f"{spec.name()} ({spec.kind})"
    yield from paragraph((inspect.getdoc(spec) or "").splitlines()[0])
    yield from section("Definition", [spec.definition, f"Source: {spec.source}"])
    fields = dataclasses.fields(spec)
    arguments = {field.name: f"{field.metadata['about']}, in {field.metadata['domain']}" for field in fields}
    yield from section("Arguments", arguments)
    yield from _parameters(spec)
    yield from section("Properties", _traits(spec))
    conventions = {
        convention.name: f"{' | '.join(convention.options)}: {convention.about}"
        + (f" ({convention.source})" if convention.source else "")
        for convention in spec.conventions
    }
    yield from section("Conventions, a choice and never a failure", conventions)
    yield from section("Cases", {case.name: where_text(case) for case, _ in cases_of(spec)})
    yield from _laws(spec, plan)
    yield from _mistakes(spec)


def _parameters(spec: type[Spec]) -> Iterator[str]:
    example = spec.cases()[0].spec
    if not isinstance(example, LayerSpec):
        return
    rows = {}
    for name, parameter in example.parameters().items():
        start = "" if parameter.initial is None else f", starts at {parameter.initial:g}"
        fans = "" if parameter.fan_in is None else f", fan_in {parameter.fan_in}, fan_out {parameter.fan_out}"
        rows[name] = f"shape {parameter.shape}{fans}{start}"
    yield from section(f"Parameters of {spec_text(example)}", rows)


def _traits(spec: type[Spec]) -> list[str]:
    """What the laws choose the spec by; each trait with its phase, if it does not hold in both."""
    example = spec.cases()[0].spec
    if not isinstance(example, LayerSpec):
        return [", ".join(sorted(spec.traits))] if spec.traits else []

    def text(trait: Trait) -> str:
        phases = [phase for phase in Phase if example.has(trait, phase)]
        return f"{trait} ({phases[0]} phase)" if len(phases) == 1 else str(trait)

    return [", ".join(sorted(map(text, spec.traits)))] if spec.traits else []


def _laws(spec: type[Spec], plan: Plan) -> Iterator[str]:
    levels: dict[str, Level] = {}
    for planned in plan.selected:
        if planned.layer == spec.name():
            levels[planned.check.id] = min(planned.level, levels.get(planned.check.id, Level.STRICT))
    checks = [check for check in by_family() if check.id in levels]
    for level, title in _LEVELS.items():
        yield from section(title, {check.id: check.law for check in checks if levels[check.id] is level})


def _mistakes(spec: type[Spec]) -> Iterator[str]:
    known = mistakes_of(spec.name())
    if known:
        prefix = known[0].id.partition(".")[0]
        title = f"Known mistakes, which `backproof explain {prefix}.NAME` explains"
        yield from section(title, {mistake.id.removeprefix(f"{prefix}."): mistake.title for mistake in known})


def by_family() -> list[Check]:
    """Every check; those of a family together, in the order in which they run otherwise."""
    checks = list(all_checks().values())
    families = list(dict.fromkeys(check.family for check in checks))
    return sorted(checks, key=lambda check: families.index(check.family))


def _check(check: Check) -> Iterator[str]:
    yield check.id
    yield from paragraph(" ".join((inspect.getdoc(check.function) or "").split()))
    yield from section("Looked at once these hold", [", ".join(check.needs)] if check.needs else [])
    specs = [name for name, spec in all_specs().items() if any(map(check.applies, every_case(spec)))]
    yield from section("Holds for", [", ".join(specs)])
    yield from section("To run it alone", [f"backproof check SUBJECT {check.id}"])


def _mistake(mistake: Mistake) -> Iterator[str]:
    yield f"{mistake.id} (a known mistake in {mistake.spec})"
    yield from paragraph(f"{mistake.title[:1].upper()}{mistake.title[1:]}.")
    yield from section("What happens", [mistake.explanation] if mistake.explanation else [])
    yield from section("Instead", [mistake.hint])
    yield from section("Caught by the family", [", ".join(mistake.families)])
