"""The thresholds of the statistical laws: what a right component crosses, what a wrong one does not reach."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from backproof.checks.laws.chance import FALSE_ALARM, mean_square_bound, proxy, share_bound, trials_to_fail
from backproof.checks.plan.catalogue import all_checks

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "chance.md"
SHARES = (0.001, 0.05, 0.25, 0.4999999, 0.5, 0.8, 0.99)


@pytest.mark.parametrize("p", SHARES)
def test_proxy_bounds_the_moment_generating_function(p: float) -> None:
    for t in np.linspace(-20, 20, 81):
        generating = p * math.exp(t * (1 - p)) + (1 - p) * math.exp(-t * p)
        assert math.log(generating) <= t**2 * proxy(p) / 2 * (1 + 1e-12) + 1e-15
    assert p * (1 - p) <= proxy(p) * (1 + 1e-9) <= 0.25 * (1 + 1e-6)


@pytest.mark.parametrize("p", SHARES)
@pytest.mark.parametrize("n", [10, 300, 30_000])
def test_share_crosses_its_bound_at_the_stated_rate_only(p: float, n: int) -> None:
    bound = share_bound(p, n)
    beyond = stats.binom.sf(math.floor(n * (p + bound)), n, p) + stats.binom.cdf(math.ceil(n * (p - bound)) - 1, n, p)
    assert beyond <= FALSE_ALARM


@pytest.mark.parametrize("p", [0.25, 0.8])
def test_swapped_and_slightly_wrong_rates_are_not_missed(p: float) -> None:
    n = 30_000
    bound = share_bound(p, n)
    for wrong in (1 - p, p - 0.04, p + 0.04):
        missed = stats.binom.cdf(n * (p + bound), n, wrong) - stats.binom.cdf(n * (p - bound) - 1, n, wrong)
        assert missed < 1e-13


@pytest.mark.parametrize("p", [0.25, 0.8])
@pytest.mark.parametrize(("n", "lines"), [(200, 150), (150, 200), (20, 1500), (10, 3000)])
def test_shared_masks_exceed_what_independent_ones_reach(p: float, n: int, lines: int) -> None:
    generator, expected = np.random.default_rng(7), p * (1 - p) / n
    bound = mean_square_bound(p, n, lines)
    for _ in range(50):
        own = np.mean((generator.binomial(n, p, size=lines) / n - p) ** 2)
        shared = np.mean(((generator.random(lines // 10) < p) - p) ** 2)
        assert own < bound < shared
    assert expected < bound < 3.1 * expected


def test_enough_trials_for_one_failure() -> None:
    assert 0.8 ** trials_to_fail(0.8) <= FALSE_ALARM < 0.8 ** (trials_to_fail(0.8) - 1)
    assert trials_to_fail(1.0) == 1


def test_the_page_names_existing_laws_and_its_sum_is_small() -> None:
    rows = [line.split("|")[1:-1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    laws = [name for row in rows for name in re.findall(r"`([a-z]+\.[a-z-]+)`", row[0])]
    assert set(laws) <= set(all_checks())
    assert {name for name in all_checks() if name.startswith("phase.mask-")} - set(laws) == {"phase.mask-values"}
    total = sum(float(row[4].split()[0]) for row in rows)
    assert total <= 1e-9
    assert total == pytest.approx(2.3e-10, rel=0.02)
    for row in rows:
        if row[0].strip() in {"`phase.mask-rate`", "`phase.unbiased`", "`phase.mask-elementwise`"}:
            assert float(row[4]) == pytest.approx(int(row[3]) * FALSE_ALARM)
