"""One comparison of a claimed gradient with a derivative, along one direction and for one cotangent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .directions import Array, norm
from .ladder import Derivative
from .linearity import LIKELY, nearby, noise_of
from .precision import Precision

Pull = Callable[[Array], Array]
Rounding = Callable[[Array], Array]

ROUNDING = 1e3  # units in the last place of the gradient that backward may be off by without a reason to look closer
LIKE = 20.0  # times the noise of one measurement that another one of the same noise hardly exceeds
UNITS = 200.0  # in the last place of its entries that a gradient may be off by
SURE = 6.0  # times its deviation that a sum of independent errors does not exceed: 2 exp(-18) (Hoeffding 1963)
VAGUE = 0.1  # a bound above this share of the derivative's scale decides nothing


@dataclass(frozen=True)
class Comparison:
    """The two sides, and how far a right gradient may be off.

    Attributes:
        u: the direction.
        v: the cotangent; 0 at outputs that are left out.
        g: what backward answered for it.
        derivative: the function's, per output entry.
        found, expected: <g, u> and <v, derivative>.
        tolerance: bound of their difference.
        scale: size of what is added up on either side, to read the tolerance against.
        unsteady: True if backward has answered one question in two ways, by more than noise.
    """

    u: Array
    v: Array
    g: Array
    derivative: Derivative
    found: float
    expected: float
    tolerance: float
    scale: float
    unsteady: bool = False

    @property
    def error(self) -> float:
        """How far the two sides are apart."""
        return abs(self.found - self.expected)

    @property
    def agrees(self) -> bool:
        """True if that is within the bound."""
        return self.error <= self.tolerance

    @property
    def vague(self) -> bool:
        """True if the bound is too large beside the derivative; a derivative of exactly 0 is decided by it alone."""
        changes = bool(np.any(self.v.ravel() * self.derivative.value))
        return (changes or self.scale > 0) and self.tolerance > VAGUE * self.scale

    def nothing(self, y: Array, precision: Precision) -> bool:
        """Tell whether the function shows no change at all, however far it is looked at, beside its own size."""
        used = self.v.ravel() * self.derivative.value
        errors = SURE * self.v.ravel() * self.derivative.error
        bound = precision.negligible * norm(self.v * y)
        return bool((np.abs(used) <= np.abs(errors)).all()) and self.tolerance <= bound

    def with_noise(self, noise: Array, eps: float) -> Comparison:
        """The same, with the measured rounding noise of backward.

        It adds to the bound. Divided by the unit of rounding, it tells the size of the terms of the gradient, also
        where they cancel: that is what the bound is read against.
        """
        effect = norm(noise * self.u)
        return replace(self, tolerance=self.tolerance + LIKELY * effect, scale=max(self.scale, effect / eps))


@dataclass
class Comparer:
    """Makes comparisons, in the precision that backward is judged in.

    Attributes:
        pull: the claimed gradient for a cotangent.
        judged: the precision of a right gradient.
        rounding: for a cotangent, the bound of each entry's rounding error; None: some units in the last place.
        backward_noise: by how much an entry of the claimed gradient is known to change by chance.
        slack: share by which each entry of a right gradient may differ from the derivative.
        terms: for a cotangent, the size of the terms of which each entry is the sum, where they may cancel.
    """

    pull: Pull
    judged: Precision
    rounding: Rounding | None = None
    backward_noise: Array | None = None
    slack: float = 0.0
    terms: Rounding | None = None

    def compare(self, derivative: Derivative, u: Array, v: Array, g: Array) -> Comparison:
        """Contract the derivative with `v`, and `g`, which belongs to it, with `u`.

        The parts of the bound are independent, so squares add.
        """
        found, expected = float(np.vdot(g, u)), float(np.vdot(v, derivative.value))
        used = np.where(derivative.settled | derivative.vague, derivative.error, 0.0)
        noise, unsteady = self._noise(v, g, u)
        tolerance = (
            SURE * norm(v.ravel() * used)
            + self._rounding(v, g, u)
            + 2.0 * norm(g * derivative.direction_error)
            + LIKE * noise
            + (self.slack * float(np.sum(np.abs(g * u))) if self.slack else 0.0)
            + float(np.finfo(np.float64).tiny)
        )
        scale = max(norm(v.ravel() * derivative.value), abs(expected), norm(g * u))
        if self.terms is not None:
            scale = max(scale, norm(self.terms(v) * u))
        return Comparison(u, v, g, derivative, found, expected, tolerance, scale, unsteady)

    def asked_again(self, compared: Comparison, terms: Array, rng: np.random.Generator) -> Comparison:
        """The same comparison, with the rounding noise of backward: what cotangents close by change.

        Rounding repeats when the same is asked again; what does not is chance. And it is small beside what is added up,
        which is as large as `terms`, of which the output is the sum, where nothing else is known: more widens no bound.
        """
        others = [self.pull(other) for other in nearby(compared.v, rng)]
        noise = noise_of(others[1:], others[0])
        size = self.judged.noisy * norm(compared.g * compared.u)
        changes = max(norm((others[0] - compared.g) * compared.u), norm(noise * compared.u))
        if changes > size and norm((self.pull(compared.v) - compared.g) * compared.u) > size:
            return replace(compared, unsteady=True)
        if changes > self.judged.noisy * max(compared.scale, norm(compared.v.ravel() * terms)):
            return compared
        return compared.with_noise(noise, self.judged.eps)

    def _rounding(self, v: Array, g: Array, u: Array) -> float:
        """Bound of the rounding error of <g, u> for a right gradient g.

        The signs of u are random, so errors that are bounded by e, however they depend on each other, add up to more
        than 6 |e u| with probability 2 exp(-18) at most (Hoeffding 1963).
        """
        if self.rounding is not None:
            return SURE * norm(self.rounding(v) * u)
        return UNITS * self.judged.eps * (norm(g * u) + abs(float(np.vdot(g, u))))

    def _noise(self, v: Array, g: Array, u: Array) -> tuple[float, bool]:
        """The noise of <g, u>, and whether backward answers the same question in two ways.

        b(πv)/π is a second answer, which differs from the first one by rounding. What is known of other cotangents
        counts as far as the answer itself is that large: where nothing comes in, there is no noise.
        """
        again = self.pull(np.pi * v) / np.pi
        change, size = norm((again - g) * u), norm(g * u)
        known = 0.0
        if self.backward_noise is not None:
            known = norm(np.minimum(self.backward_noise, np.abs(g) + np.abs(again)) * u)
        if change <= ROUNDING * self.judged.eps * size:
            return change + known, False
        if not change <= self.judged.noisy * size:  # too much for noise: it changes by chance, or is not linear
            once_more = self.pull(np.pi * v) / np.pi
            return known, not norm((once_more - again) * u) <= self.judged.noisy * size
        return (change if self._is_noise(change, v, g * u, u) else 0.0) + known, False

    def _is_noise(self, change: float, v: Array, contributions: Array, u: Array) -> bool:
        """Tell whether it is noise that b(πv)/π differs from b(v), by `change` along `u`.

        A factor of -4 changes no rounding, so b(-4v)/-4 = b(v) where backward is linear. What differs there as well
        comes from a term that is not, unless b(v) differs from call to call.
        """
        exact = norm(self.pull(-4.0 * v) * u / -4.0 - contributions)
        return LIKE * exact <= change or exact <= LIKE * norm(self.pull(v) * u - contributions)
