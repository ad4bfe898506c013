"""`backproof list`: every spec with its mathematics and the checks that apply to it."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from rich.console import Console
from rich.table import Table

from ..checks.law import Level, all_checks
from ..checks.plan import Selection, make_plan
from ..cli import CONFORMANT, USAGE
from ..specs import all_specs, find_spec


def run(options: argparse.Namespace) -> int:
    """Print a table of the specs named, or of all."""
    try:
        chosen = [find_spec(name).name() for name in options.names] or list(all_specs())
    except LookupError as error:
        print(f"backproof: {error}", file=sys.stderr)
        return USAGE
    plan = make_plan(all_specs(), Selection(level=Level.STRICT))
    findings = Counter(planned.layer for planned in plan.selected)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("spec", "kind", "definition", "cases", "checks"):
        table.add_column(title, justify="right" if title in {"cases", "checks"} else "left", overflow="fold")
    for name in chosen:
        spec = all_specs()[name]
        table.add_row(name, spec.kind, spec.definition, str(len(spec.cases())), str(findings[name]))
    console = Console()
    console.print(table)
    console.print(
        f"\n{len(chosen)} specs, {len(all_checks())} laws. `backproof explain NAME` shows a spec or a check in full.",
        highlight=False,
    )
    return CONFORMANT
