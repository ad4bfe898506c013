"""Ids of findings are what waivers, courses and other programs rely on: none of version 0.1.0 is lost unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from backproof.checks.law import Level
from backproof.checks.plan.plan import make_plan
from backproof.checks.settings import Settings
from backproof.specs import all_specs

LISTED = Path(__file__).with_name("ids_of_0_1_0.txt")

# Ids that version 0.1.0 had and this one has not, each with the reason; and the checks that have come since.
GONE: dict[str, str] = {}
NEW = {
    "contract.backward-again": "a backward that changes what it needs is wrong at level full",
    "gradient.extreme": "forward was looked at at the ends of the range, backward not",
}


def ids_of_0_1_0() -> Iterator[str]:
    """The ids in the list, which groups checks that are asked of the same cases."""
    for line in LISTED.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            layer, _, rest = line.partition(": ")
            checks, _, cases = rest.partition(" @ ")
            yield from (f"{layer}/{case}/{check}" for check in checks.split() for case in cases.split())


def test_every_id_of_version_0_1_0_is_planned_or_its_loss_is_explained() -> None:
    plan = make_plan(tuple(all_specs()), Settings(level=Level.STRICT, effort="thorough"))
    before, now = set(ids_of_0_1_0()), set(plan.everything)
    assert len(before) == 2365
    assert before - now == set(GONE)
    assert {plan.everything[name].check.id for name in now - before} == set(NEW)
