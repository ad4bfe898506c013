"""The catalogue of known mistakes, and how many of them the checks catch, for a person."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import groupby

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from ..checks.run.scoring import Score, SpecScore, by_spec, scores, total
from ..exit_status import CONFORMANT, NONCONFORMANT, USAGE
from ..mistakes import Mistake, all_mistakes
from ..reports.wording import plural

_HEAD = ("spec", "mistakes", "caught", "families", "missed")


def show(options: argparse.Namespace) -> int:
    """Print the mistakes named, or their score; the status tells whether one is missed."""
    try:
        chosen = _chosen(options.names)
    except LookupError as error:
        print(f"backproof: {error.args[0]}", file=sys.stderr)
        return USAGE
    if not options.score:
        _print_list(chosen, markdown=options.markdown)
        return CONFORMANT
    found = _scores(chosen, options.jobs, options.effort)
    _print_score(found, markdown=options.markdown)
    return CONFORMANT if all(each.caught for each in found) else NONCONFORMANT


def list_markdown(chosen: Sequence[Mistake]) -> str:
    """The mistakes with their hints, a table for each spec."""
    parts = []
    for spec, members in groupby(chosen, key=lambda mistake: mistake.spec):
        rows = [(f"`{each.id}`", each.title, f"`{each.hint}`", ", ".join(each.families)) for each in members]
        parts.append(f"## {spec}\n\n{_markdown(('mistake', 'what is wrong', 'to fix', 'families'), rows)}")
    return "\n".join(parts)


def score_markdown(found: Sequence[Score]) -> str:
    """The score, a row for each spec and one for the total."""
    return _markdown(_HEAD, (_cells(row) for row in (*by_spec(found), total(found))))


def _chosen(names: Iterable[str]) -> list[Mistake]:
    known = all_mistakes()
    specs = {mistake.spec.lower(): mistake.spec for mistake in known.values()}
    wanted: set[str] = set()
    for name in names:
        if name not in known and name.lower() not in specs:
            near = get_close_matches(name, [*specs.values(), *known], n=1)
            meant = f"did you mean {near[0]}? " if near else ""
            raise LookupError(f"no mistake or spec is called {name!r}: {meant}`backproof mistakes` shows them all")
        wanted |= {name} if name in known else {each.id for each in known.values() if each.spec == specs[name.lower()]}
    return [mistake for mistake in known.values() if not wanted or mistake.id in wanted]


def _scores(chosen: Sequence[Mistake], jobs: int, effort: str) -> list[Score]:
    """Run them, with a bar on a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    found = []
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("mistakes", total=len(chosen))
        for each in scores([mistake.id for mistake in chosen], jobs, effort):
            found.append(each)
            progress.update(task, advance=1, description=each.spec)
    return found


def _print_list(chosen: Sequence[Mistake], *, markdown: bool) -> None:
    if markdown:
        print(list_markdown(chosen), end="")
        return
    rows = [(each.id, each.title, ", ".join(each.families)) for each in chosen]
    console = Console()
    console.print(_table(("mistake", "what is wrong", "families"), rows), markup=False)
    print(f"\n{plural(len(chosen), 'mistake')}. `backproof explain ID` shows one in full.")


def _print_score(found: Sequence[Score], *, markdown: bool) -> None:
    if markdown:
        print(score_markdown(found), end="")
        return
    rows = by_spec(found)
    Console().print(_table(_HEAD, [_cells(row) for row in (rows if len(rows) == 1 else (*rows, total(found)))]))
    everything = total(found)
    print(f"\n{everything.caught} of {plural(everything.mistakes, 'mistake')} caught.")
    if everything.missed:
        print("Missed, no check reports them:", *everything.missed, sep="\n  ")


def _cells(row: SpecScore) -> tuple[str, ...]:
    families = ", ".join(f"{family} {number}" for family, number in row.families.items())
    return (row.spec, str(row.mistakes), str(row.caught), families, ", ".join(row.missed))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), collapse_padding=True)
    for title in head:
        table.add_column(title, justify="right" if title in {"mistakes", "caught"} else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def lines() -> Iterator[str]:
        yield f"| {' | '.join(head)} |"
        yield "|" + "---|" * len(head)
        for row in rows:
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"

    return "\n".join(lines()) + "\n"
