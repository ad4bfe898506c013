"""Writes the pages that follow from the code: `python docs/generate.py`.

The list of checks is written as a whole; of the other pages, what stands between comments. A test holds them in step.
`--score` also runs the checks on every known mistake, and writes how many are caught; that takes about a minute.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from backproof.checks.choices.conventions import PROBES
from backproof.checks.law import Check, Level
from backproof.checks.plan.catalogue import all_checks
from backproof.checks.plan.plan import every_case
from backproof.checks.run.scoring import scores
from backproof.commands.cataloguing import list_markdown, score_markdown
from backproof.mistakes import all_mistakes
from backproof.specs import LayerSpec, all_specs

REFERENCE = Path(__file__).resolve().parent / "reference"

# Where the choice comes from, if no probe of the checks detects it.
UNDETECTED = {
    "running decay": "detected, with the running statistics",
    "dropout argument": "declared, or found out by the adapter",
    "dropout scaling": "found out by the adapter",
    "regularized parameters": "both are accepted",
}

FAMILIES = {
    "contract": "What every later check relies on.",
    "value": "Forward equals the mathematical definition.",
    "gradient": "Backward is the transposed Jacobian of forward.",
    "phase": "Train and test differ exactly as declared.",
    "regularization": "Norms, (sub-)gradients, and how optimizers and networks apply them.",
    "optimizer": "Trajectories against the published update, and separate state.",
    "initializer": "Distributions by exact tests, and how layers use initializers.",
    "recurrence": "Time passes in one direction; memory from one sequence to the next; gradients stop at its boundary.",
    "network": "What the network adds to its layers.",
    "state": "Random sequences of calls agree with a model.",
}

_CHECKS_HEAD = """\
<!-- Written by docs/generate.py; do not edit. -->
# Checks

Every check, by family. A check is asked of the cases of the specs that it holds for; `backproof explain NAME` shows the
cases of a spec and the checks of each.

Levels: `core` is what training cannot do without, `full` what the definition and correct use demand, `strict` hygiene.
`backproof check` asks for `core` and `full`; `--level` changes that.

A check that *needs* others is looked at only if they hold. Otherwise it is `blocked`, and the first that does not hold
is named. A check that needs one needs what that one needs as well. The checks of networks, and those of optimizers with
a regularizer, need the checks of their parts too.
"""


def pages() -> dict[Path, str]:
    """Every generated page with the text that it should have."""
    conventions, mistakes, texts = (REFERENCE / f"{name}.md" for name in ("conventions", "mistakes", "texts"))
    catalogue = list_markdown(list(all_mistakes().values()))
    return {
        REFERENCE / "checks.md": checks_page(),
        conventions: between_comments(conventions.read_text(encoding="utf-8"), conventions_table()),
        mistakes: between_comments(mistakes.read_text(encoding="utf-8"), catalogue),
        texts: with_specs_of_today(texts.read_text(encoding="utf-8")),
    }


def checks_page() -> str:
    """The list of checks.

    Raises:
        ValueError: a family has no description here.
    """
    parts = [_CHECKS_HEAD]
    order = list(FAMILIES)
    checks = sorted(all_checks().values(), key=lambda check: order.index(check.family))
    for family, members in groupby(checks, key=lambda check: check.family):
        rows = [(f"`{check.id}`", check.law, _levels(check), _needs(check), _specs(check)) for check in members]
        table = _table(("check", "law", "level", "needs", "specs"), rows)
        parts.append(f"## {family}\n\n{FAMILIES[family]}\n\n{table}")
    return "\n".join(parts)


def conventions_table() -> str:
    """The conventions of all specs.

    Raises:
        KeyError: nothing is known of where a convention comes from.
    """
    detected = {name: "detected" for _, name in PROBES}
    rows = []
    for spec in all_specs().values():
        for convention in spec.conventions:
            found = UNDETECTED.get(convention.name) or detected[convention.name]
            about = convention.about + (f" ({convention.source})" if convention.source else "")
            rows.append((convention.name, spec.name(), "; ".join(convention.options), about, found))
    return _table(("convention", "spec", "options", "what is chosen", "comes from"), rows)


def with_specs_of_today(text: str) -> str:
    """The page with the specs that there are taken out of their parentheses; in the last cells of its rows."""

    def cell(found: re.Match[str]) -> str:
        names = (name.strip("()") if name.strip("()") in all_specs() else name for name in found[1].split(", "))
        return f"| {', '.join(names)} |"

    return re.sub(r"\| ([^|]*\(\w+\)[^|]*) \|$", cell, text, flags=re.M)


def between_comments(text: str, table: str, name: str = "generated") -> str:
    """The page with the table in place of what stands between the comments `name` and `end`.

    Raises:
        ValueError: the page has no such comments.
    """
    changed, count = re.subn(
        rf"<!-- {name} -->\n.*?<!-- end -->", lambda _: f"<!-- {name} -->\n{table}<!-- end -->", text, flags=re.S
    )
    if count != 1:
        raise ValueError(f"{count} places between `<!-- {name} -->` and `<!-- end -->`, but there should be 1")
    return changed


def _levels(check: Check) -> str:
    """The level; with the phase where it depends on it."""
    found: dict[Level, set[str]] = {}
    for spec in all_specs().values():
        for case in every_case(spec):
            if check.applies(case):
                phase = str(case.phase) if isinstance(case.spec, LayerSpec) else ""
                found.setdefault(check.level(case), set()).add(phase)
    if len(found) == 1:
        return next(iter(found)).name.lower()
    return ", ".join(f"{level.name.lower()} ({'/'.join(sorted(found[level]))})" for level in sorted(found))


def _needs(check: Check) -> str:
    """What the check needs directly."""
    known = all_checks()
    implied = {further for need in check.needs for further in known[need].needs}
    return ", ".join(f"`{need}`" for need in check.needs if need not in implied)


def _specs(check: Check) -> str:
    names = [name for name, spec in all_specs().items() if any(map(check.applies, every_case(spec)))]
    layers = [name for name, spec in all_specs().items() if issubclass(spec, LayerSpec)]
    short: dict[tuple[str, ...], str] = {tuple(all_specs()): "all", tuple(layers): "all layers"}
    return short.get(tuple(names), ", ".join(names))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    def lines() -> Iterator[str]:
        yield f"| {' | '.join(head)} |"
        yield "|" + "---|" * len(head)
        for row in rows:
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"

    return "\n".join(lines()) + "\n"


def main() -> None:
    """Write the pages."""
    parser = argparse.ArgumentParser(description="Write the pages that follow from the code.")
    parser.add_argument("--score", action="store_true", help="run the checks on every known mistake as well")
    if parser.parse_args().score:
        path, table = REFERENCE / "mistakes.md", score_markdown(list(scores(list(all_mistakes()))))
        path.write_text(between_comments(path.read_text(encoding="utf-8"), table, "score"), encoding="utf-8")
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
