"""`backproof explain`: one spec or one check, for a person."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import sys
from collections.abc import Iterator

from ..checks.bench import where_text
from ..checks.law import Check, Level, all_checks
from ..checks.plan import Planned, Selection, make_plan
from ..cli import CONFORMANT, USAGE
from ..mistakes import mistakes_of
from ..specs import LayerSpec, Phase, Spec, all_specs, find_spec


def run(options: argparse.Namespace) -> int:
    """Print what is known under the name."""
    name = options.name
    if name in all_checks():
        print("\n".join(_check(all_checks()[name])))
        return CONFORMANT
    try:
        print("\n".join(_spec(find_spec(name))))
    except LookupError:
        print(f"backproof: nothing is called {name!r}; `backproof list` shows the names", file=sys.stderr)
        return USAGE
    return CONFORMANT


def _spec(spec: type[Spec]) -> Iterator[str]:
    yield f"{spec.name()} ({spec.kind})"
    yield f"  {(inspect.getdoc(spec) or '').splitlines()[0]}"
    yield f"  {spec.definition}"
    yield f"  Source: {spec.source}"
    fields = dataclasses.fields(spec)
    if fields:
        yield "\nArguments"
        for field in fields:
            yield f"  {field.name}: {field.metadata['about']}, in {field.metadata['domain']}"
    yield from _parameters(spec)
    if spec.traits:
        yield f"\nTraits\n  {', '.join(sorted(spec.traits))}"
    if spec.conventions:
        yield "\nConventions (a choice, never a failure)"
        for convention in spec.conventions:
            yield f"  {convention.name}: {' | '.join(convention.options)}"
            yield f"    {convention.about}" + (f" [{convention.source}]" if convention.source else "")
    yield "\nCases"
    for case in spec.cases():
        yield f"  {case.name}: {where_text(case)}"
    yield from _laws(spec)
    known = mistakes_of(spec.name())
    if known:
        yield "\nKnown mistakes"
        yield from (f"  {mistake.id}: {mistake.title}" for mistake in known)


def _parameters(spec: type[Spec]) -> Iterator[str]:
    example = spec.cases()[0]
    if not isinstance(example.spec, LayerSpec):
        return
    train, test = ({trait for trait in spec.traits if example.spec.has(trait, phase)} for phase in Phase)
    if example.spec.parameters():
        yield f"\nParameters (of {where_text(example)})"
        for name, parameter in example.spec.parameters().items():
            start = "" if parameter.initial is None else f", starts at {parameter.initial:g}"
            fans = "" if parameter.fan_in is None else f", fan_in {parameter.fan_in}, fan_out {parameter.fan_out}"
            yield f"  {name}: shape {parameter.shape}{fans}{start}"
    if train != test:
        yield "\nPhases"
        yield f"  train: {', '.join(sorted(train))}"
        yield f"  test: {', '.join(sorted(test))}"


def _laws(spec: type[Spec]) -> Iterator[str]:
    plan = make_plan(all_specs(), Selection(level=Level.STRICT))
    seen: dict[str, Planned] = {}
    for planned in plan.selected:
        if planned.layer == spec.name():
            known = seen.get(planned.check.id)
            if known is None or planned.level < known.level:
                seen[planned.check.id] = planned
    yield "\nLaws"
    for check_id, planned in seen.items():
        yield f"  {check_id} ({Level(planned.level).name.lower()}): {planned.check.law}"


def _check(check: Check) -> Iterator[str]:
    yield f"{check.id}\n  {inspect.getdoc(check.function)}"
    if check.needs:
        yield f"  Needs: {', '.join(check.needs)}"
    specs = [name for name, spec in all_specs().items() if any(check.applies(case) for case in spec.cases())]
    yield f"  Holds for: {', '.join(specs)}"
