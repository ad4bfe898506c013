"""Right gradients are never called wrong: 60 points for every function."""

from __future__ import annotations

from collections import Counter

import pytest

from .functions import KINKED_ELSEWHERE, KINKED_ENTRIES, KINKED_MIXTURES, SMOOTH, Function, check

SEEDS = range(60)


def outcomes(function: Function) -> tuple[Counter[str], list[int]]:
    """How many points end how, and the numbers of evaluations."""
    results = [check(function, seed) for seed in SEEDS]
    counts = Counter(
        "accused" if result.fault else "undecided" if result.undecided else "accepted" for result in results
    )
    return counts, [result.evaluations for result in results]


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions_are_accepted(name: str) -> None:
    counts, evaluations = outcomes(SMOOTH[name])
    assert counts == {"accepted": len(SEEDS)}, f"{name}: {dict(counts)}"
    # Where rounding hides the derivative, as in a batch of two, each direction is looked at with longer steps as well.
    assert max(evaluations) <= 90, f"{name}: up to {max(evaluations)} evaluations"


@pytest.mark.parametrize("name", KINKED_ELSEWHERE)
def test_kinks_and_jumps_beside_the_point_do_not_matter(name: str) -> None:
    counts, evaluations = outcomes(KINKED_ELSEWHERE[name])
    assert counts == {"accepted": len(SEEDS)}, f"{name}: {dict(counts)}"
    assert max(evaluations) <= 60, f"{name}: up to {max(evaluations)} evaluations"


@pytest.mark.parametrize("name", KINKED_ENTRIES)
def test_any_subgradient_is_right_at_a_kink(name: str) -> None:
    """The outputs without a kink, two thirds of all, are enough to decide."""
    counts, _ = outcomes(KINKED_ENTRIES[name])
    assert counts == {"accepted": len(SEEDS)}, f"{name}: {dict(counts)}"


@pytest.mark.parametrize("name", KINKED_MIXTURES)
def test_where_kinks_mix_nothing_or_little_can_be_said_but_nothing_wrong(name: str) -> None:
    counts, _ = outcomes(KINKED_MIXTURES[name])
    assert counts["accused"] == 0, f"{name}: {dict(counts)}"
