"""Every spec with its mathematics and the number of checks, or every law, for a person."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from itertools import groupby

from rich.console import Console
from rich.table import Table

from ..checks.law import Level
from ..checks.plan.plan import every_case, make_plan
from ..checks.settings import Settings
from ..exit_status import CONFORMANT, USAGE
from ..reports.wording import plural
from ..specs import all_specs, find_spec
from .explaining import by_family
from .page import section


def show(options: argparse.Namespace) -> int:
    """Print the specs named, or all, or the laws."""
    try:
        chosen = [find_spec(name).name() for name in options.names] or list(all_specs())
    except LookupError as error:
        print(f"backproof: {error}", file=sys.stderr)
        return USAGE
    if options.laws:
        _list_laws(set(chosen))
    else:
        _list_specs(chosen)
    return CONFORMANT


def _list_specs(chosen: list[str]) -> None:
    plan = make_plan(all_specs(), Settings(level=Level.STRICT))
    findings = Counter(planned.layer for planned in plan.selected)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), collapse_padding=True)
    for title in ("spec", "kind", "definition", "cases", "checks"):
        table.add_column(title, justify="right" if title in {"cases", "checks"} else "left", overflow="fold")
    for name in chosen:
        spec = all_specs()[name]
        table.add_row(name, spec.kind, spec.definition, str(len(spec.cases())), str(findings[name]))
    console = Console()
    console.print(table, markup=False)
    total = sum(findings[name] for name in chosen)
    console.print(f"\n{plural(len(chosen), 'spec')}, {plural(total, 'check')}.", highlight=False)
    console.print("`backproof explain NAME` shows one in full, `backproof list --laws` the laws.", highlight=False)


def _list_laws(chosen: set[str]) -> None:
    specs = [spec for name, spec in all_specs().items() if name in chosen]
    checks = [check for check in by_family() if any(check.applies(case) for spec in specs for case in every_case(spec))]
    for family, members in groupby(checks, key=lambda check: check.family):
        print("\n".join(section(family, {check.id: check.law for check in members})))
    print(f"\n{plural(len(checks), 'law')}. `backproof explain NAME` shows one in full.")
