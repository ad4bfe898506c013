"""Reads the page that leads from the texts to the checks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

PAGE = PurePosixPath("docs/reference/texts.md")


@dataclass(frozen=True)
class Row:
    """One demand.

    Attributes:
        demand: in our words.
        checks: ids, or globs over ids; empty if it is not tested.
        specs: those that are there, as the page says.
        later: those that are not there yet.
        why: why it is not tested.
    """

    demand: str
    checks: tuple[str, ...]
    specs: tuple[str, ...]
    later: tuple[str, ...]
    why: str


def rows(text: str) -> list[Row]:
    """Every row of the page's tables.

    Raises:
        ValueError: a row does not have four cells.
    """
    found = []
    for line in text.splitlines():
        if not line.startswith("| ") or line.startswith("| section |"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4:
            raise ValueError(f"{line} has {len(cells)} cells, but should have 4")
        _, demand, tests, specs = cells
        names = [] if specs == "–" else specs.split(", ")
        later = tuple(name.strip("()") for name in names if name.startswith("("))
        checks = tuple(re.findall(r"`([^`]+)`", tests)) if names else ()
        found.append(Row(demand, checks, tuple(n for n in names if n[0] != "("), later, "" if names else tests))
    return found


def matching(pattern: str, checks: set[str]) -> set[str]:
    """The checks that an id or a glob stands for."""
    return {check for check in checks if fnmatchcase(check, pattern)}


def problems(found: list[Row], applicable: dict[str, set[str]]) -> list[str]:
    """What is wrong with the rows, a sentence each.

    Args:
        found: the rows.
        applicable: the ids of the checks that apply to each spec, by the spec's name.
    """
    said = []
    covered: dict[str, set[str]] = {name: set() for name in applicable}
    for row in found:
        said += [f"{row.demand}: {name} is no spec; put it in parentheses" for name in row.specs if name not in covered]
        said += [f"{row.demand}: {name} is a spec now; run docs/generate.py" for name in row.later if name in covered]
        known = [name for name in row.specs if name in covered]
        for pattern in row.checks if known else ():
            if not any(matching(pattern, applicable[name]) for name in known):
                said.append(f"{row.demand}: no check {pattern} applies to {', '.join(known)}")
            for name in known:
                covered[name] |= {check.partition(".")[0] for check in matching(pattern, applicable[name])}
        if not (row.checks or row.why):
            said.append(f"{row.demand}: neither checks nor a reason")
    for name, checks in applicable.items():
        families = {check.partition(".")[0] for check in checks}
        said += [f"no demand leads to {name} in the family {family}" for family in sorted(families - covered[name])]
    return said
