"""Writes the pages that follow from the code: `python docs/generate.py`.

The list of checks is written as a whole; of the conventions, the table between two comments. A test holds both in step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from backproof.checks.catalogue import all_checks
from backproof.checks.conventions import PROBES
from backproof.checks.law import Check, Level
from backproof.specs import LayerSpec, all_specs

REFERENCE = Path(__file__).resolve().parent / "reference"

# Where the choice comes from, if no probe detects it.
UNDETECTED = {
    "running decay": "detected, with the running statistics",
    "dropout argument": "declared",
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
    conventions = REFERENCE / "conventions.md"
    return {
        REFERENCE / "checks.md": checks_page(),
        conventions: between_comments(conventions.read_text(encoding="utf-8"), conventions_table()),
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
    detected = {name for _, name in PROBES}
    rows = []
    for spec in all_specs().values():
        for convention in spec.conventions:
            found = "detected" if convention.name in detected else UNDETECTED[convention.name]
            about = convention.about + (f" ({convention.source})" if convention.source else "")
            rows.append((convention.name, spec.name(), "; ".join(convention.options), about, found))
    return _table(("convention", "spec", "options", "what is chosen", "comes from"), rows)


def between_comments(text: str, table: str) -> str:
    """The page with the table in place of what stands between the comments.

    Raises:
        ValueError: the page has no such comments.
    """
    changed, count = re.subn(
        r"<!-- generated -->\n.*?<!-- end -->", lambda _: f"<!-- generated -->\n{table}<!-- end -->", text, flags=re.S
    )
    if count != 1:
        raise ValueError(f"{count} places between `<!-- generated -->` and `<!-- end -->`, but there should be 1")
    return changed


def _levels(check: Check) -> str:
    """The level; with the phase where it depends on it."""
    found: dict[Level, set[str]] = {}
    for spec in all_specs().values():
        for case in spec.cases():
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
    names = [name for name, spec in all_specs().items() if any(check.applies(case) for case in spec.cases())]
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
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
