"""Backward is linear in the incoming gradient: b(2v + 3w) = 2 b(v) + 3 b(w).

The floor of the comparison is rounding in the size of the terms that cancel, not of what is left of them: the gradients
of a batch norm of two samples, or of a mean of centred values, vanish but for rounding. What these terms are is told by
the definition's rounding bound, where there is one, and otherwise by backward itself: incoming gradients that differ by
a unit in the last place show the rounding errors of everything that was added up (`noise_of`).

    law = Linear(b(v), b(w), b(2v + 3w), rounding=...)
    if law.broken():                                     # seldom: only then is more asked
        law = law.allowing(noise_of([b(other) for other in nearby(v, rng)], b(v)), size_of_terms(y, v, w, x))
    wrong = law.broken()                                 # None, or where and by how much
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .answers import Array, Disagreement, beyond, sizes, typical
from .directions import norm, scale_of
from .ladder import JITTER
from .precision import current

LINEAR = 1e4  # units in the last place of its terms that an entry may be off by without a reason to look closer
NEARBY = 4  # incoming gradients by which the noise of backward is measured
LIKELY = 100.0  # times the largest of their changes: four of them are all below a 20th of the deviation with 3e-6
UNITS = 5.0  # (|2v + 3w|² + |2v|² + |3w|²)^½ for v and w of size 1 that are independent: 26^½
CHANCE = 20.0  # times the change from call to call: a difference of three answers is 4 times as noisy as one of two
FACTOR = 2.0**10  # a power of 2: scaling by it changes no rounding
GROWTH = 32.0  # a square's share of the answer grows by 1024 with that factor; its share in 2v + 3w is a few times it


def combined(v: Array, w: Array) -> Array:
    """The third incoming gradient that backward is asked for."""
    return 2.0 * v + 3.0 * w


def nearby(v: Array, rng: np.random.Generator, count: int = NEARBY) -> list[Array]:
    """Incoming gradients that differ from `v` by a unit or two in the last place of every entry."""
    precision = current()
    unit = precision.spacing(v)
    return [precision.rounded(v + rng.choice(JITTER, size=v.shape) * unit) for _ in range(count)]


def noise_of(answers: Sequence[Array], of_v: Array) -> Array:
    """The rounding noise of backward by entry: what incoming gradients `nearby` change, at least what is typical.

    Small numbers may cancel without rounding for `v` and all that is close to it, and not for 2v + 3w. So an entry
    without any noise is held to what three quarters of the others do not exceed.
    """
    worst = np.maximum.reduce([np.abs(answer - of_v) for answer in answers])
    return sizes(worst)


def size_of_terms(y: Array, v: Array, w: Array, x: Array) -> float:
    """What one entry of the gradient of `x` may be for 2v + 3w, if an output changes by as much as `y`."""
    return typical(y) * (2.0 * norm(v) + 3.0 * norm(w)) / scale_of(x)


@dataclass(frozen=True)
class Linear:
    """What backward answered for v, w and 2v + 3w, and what is known of its errors.

    Attributes:
        of_v, of_w, of_both: the answers for one block, all after a forward at the same point.
        rounding: bound of the residual of a right backward by entry, by the definition; None where there is none.
        noise: of an answer by entry, if it was measured (`noise_of`).
        chance: by how much the same question is answered differently, by entry, if it was asked.
    """

    of_v: Array
    of_w: Array
    of_both: Array
    rounding: Array | None = None
    noise: Array | None = None
    chance: Array | None = None

    @cached_property
    def expected(self) -> Array:
        """What b(2v + 3w) should be."""
        return combined(self.of_v, self.of_w)

    @cached_property
    def residual(self) -> Array:
        """What is left of the identity, by entry."""
        return np.abs(self.of_both - self.expected)

    @cached_property
    def terms(self) -> Array:
        """The size of what is added up, by entry."""
        return 2.0 * np.abs(self.of_v) + 3.0 * np.abs(self.of_w)

    @cached_property
    def bound(self) -> Array:
        """Of the residual of a backward that is linear but for rounding."""
        bound = LINEAR * current().eps * self.terms + np.finfo(np.float64).tiny
        if self.rounding is not None:
            bound = bound + self.rounding
        if self.noise is not None:
            bound = bound + LIKELY * self.noise
        return bound

    def allowing(self, noise: Array, size: float) -> Linear:
        """The same with the measured noise of the answers, where it is that of rounding: small beside what is added up.

        Args:
            noise: by entry (`noise_of`).
            size: of what is added up for an entry, as `size_of_terms` tells it.
        """
        most = current().noisy * np.maximum(sizes(self.terms), size)
        return replace(self, noise=np.where(noise <= most, noise, 0.0))

    def of_calls_alone(self) -> Linear:
        """The same for answers that are sums over the calls so far, first v, then w, then 2v + 3w."""
        return replace(self, of_w=self.of_w - self.of_v, of_both=self.of_both - self.of_w)

    def broken(self) -> Disagreement | None:
        """Where the identity is off by more than rounding."""
        return beyond(self.of_both, self.expected, self.bound)

    @property
    def ignores(self) -> bool:
        """True if backward does not depend on the incoming gradient."""
        return np.allclose(self.of_v, self.of_w) and np.allclose(self.of_v, self.of_both)

    def is_noise(self, scaled: Callable[[float], Array]) -> bool:
        """Tell whether a residual beyond rounding is noise of an answer that is linear.

        Noise that is drawn shows when the same call is repeated. A solver that stops early repeats its answer exactly,
        but then b(-v) = -b(v) and b(1024 v) is off by no larger a share than before: signs and powers of 2 change no
        rounding, and its tolerance is a share of the answer, or a fixed amount. Anything else is a term that is not
        linear. An odd and bounded term, as a clipped one, is not told from a solver that stops at a fixed amount.

        Args:
            scaled: returns b(factor v) for a factor; it is asked for at most two.
        """
        chance = np.zeros_like(self.of_v) if self.chance is None else self.chance
        if not (self.residual <= np.maximum(self.bound, current().noisy * sizes(self.terms))).all():
            return False
        lucky = CHANCE * np.maximum(chance, typical(chance))
        if (self.residual <= self.bound + lucky).all():
            return True
        limit = self.bound + lucky
        if not (np.abs(scaled(-1.0) + self.of_v) <= limit).all():
            return False
        large = scaled(FACTOR) / FACTOR
        grown = np.where(np.isfinite(large), np.abs(large - self.of_v), 0.0)  # what overflows tells nothing
        share = np.max(self.residual / self.bound, initial=0.0)  # of the bound, which has each entry's own size
        return bool((grown <= limit + GROWTH * share * self.bound).all())
