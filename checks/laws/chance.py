"""Chance: thresholds of the statistical laws, from inequalities that hold for every sample size.

Each is crossed by a correct component with a probability of at most `FALSE_ALARM`; docs/explanation/chance.md adds up.
"""

from __future__ import annotations

import math

FALSE_ALARM = 1e-12  # of one test


def proxy(p: float) -> float:
    """The variance proxy of a Bernoulli variable: E exp(t (b - p)) <= exp(t² proxy / 2) (Kearns, Saul 1998).

    At most 1/4, and p (1 - p) <= proxy.
    """
    if not 0 < p < 1:
        return 0.0
    if abs(p - 0.5) < 1e-6:
        return 0.25  # the limit
    return (1 - 2 * p) / (2 * math.log((1 - p) / p))


def share_bound(p: float, n: int) -> float:
    """How far the share of successes in n independent trials may be from p, to either side."""
    return math.sqrt(2 * proxy(p) * math.log(2 / FALSE_ALARM) / n)


def mean_square_bound(p: float, n: int, lines: int) -> float:
    """What the mean over lines of the squared deviation of a line's share (of n trials) from p may be.

    The square of a variable with variance proxy s has the moment generating function of s chi-squared at most, so the
    tail of Laurent, Massart (2000, lemma 1) holds.
    """
    exponent = math.log(1 / FALSE_ALARM)
    return proxy(p) / n * (1 + 2 * math.sqrt(exponent / lines) + 2 * exponent / lines)


def trials_to_fail(p: float) -> int:
    """How many trials it takes to see one failure, for a probability of success p < 1."""
    return math.ceil(math.log(FALSE_ALARM) / math.log(p)) if 0 < p < 1 else 1
