"""Does a claimed vector-Jacobian product belong to a function?

The vector output is differentiated before it is contracted with the cotangent, so every output entry
has its own error bound and the tolerance follows from them; the user sets none. With the direction's
scale s, a gradient that is wrong by e is missed by one direction with probability at most
2 sqrt(2) tau / (s |e|) (bounded density of projections, Rudelson and Vershynin 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .directions import Array, equalised_direction, plain_direction, signed
from .ladder import EPS, Derivative, Evaluate, differentiate, measure_noise

Pull = Callable[[Array], Array]

MAX_MASKED = 0.5  # more unsettled output entries than this share, and nothing can be said
MAX_KINKS = 4  # entries kinked at the point that are looked at one by one


@dataclass(frozen=True)
class GradientFault:
    """One direction in which the claimed gradient disagrees with the function.

    Attributes:
        found: the claimed gradient's directional derivative.
        expected: the function's; an interval (low, high) at a kink.
        tolerance: the bound that was exceeded.
        cotangent: the incoming gradient of the backward call.
        at_kink: index of the output entry if the disagreement is at a kink of that entry.
    """

    found: float
    expected: tuple[float, float]
    tolerance: float
    cotangent: Array
    at_kink: int | None = None


@dataclass(frozen=True)
class GradientResult:
    """The outcome for one block.

    Attributes:
        fault: the first disagreement; None if there is none.
        error: the largest disagreement of any direction, in units of the directional derivative.
        tolerance: its bound.
        scale: the size of the directional derivative, to read the two against.
        masked: share of output entries at which the function is not smooth on any step.
        evaluations: number of evaluations of the function.
    """

    fault: GradientFault | None
    error: float
    tolerance: float
    scale: float
    masked: float
    evaluations: int

    @property
    def undecided(self) -> bool:
        """True if too much of the output is not smooth to say anything."""
        return self.fault is None and self.masked > MAX_MASKED


@dataclass
class BlockChecker:
    """Checks the gradient of one block of inputs or parameters.

    Attributes:
        evaluate: the function at each of several values of the block.
        pull: the claimed gradient of <v, f> with respect to the block at `x`, for a cotangent v.
        x: the block.
        rng: where directions and cotangents come from.
    """

    evaluate: Evaluate
    pull: Pull
    x: Array
    rng: np.random.Generator
    evaluations: int = 0

    def run(self) -> GradientResult:
        """Two directions, a cotangent each."""
        y = self._count([self.x])[0]
        noise = measure_noise(self._count, self.x, y, self.rng)
        worst: tuple[float, float, float] = (0.0, 0.0, 0.0)
        masked = 0.0
        for family in (plain_direction, None):
            v = signed(y.shape, self.rng)
            g = self.pull(v)
            u = family(self.x, self.rng) if family else equalised_direction(self.x, g, self.rng)
            derivative = differentiate(self._count, self.x, u, y, noise)
            masked = max(masked, 1.0 - float(np.mean(derivative.settled)) if y.size else 0.0)
            if not derivative.settled.all():
                fault = self._kinks(derivative, u, y.shape)
                if fault:
                    return GradientResult(
                        fault, abs(fault.found - fault.expected[0]), fault.tolerance, 1.0, masked, self.evaluations
                    )
                v = np.where(derivative.settled.reshape(y.shape), v, 0.0)
                g = self.pull(v)
            expected = float(np.vdot(np.where(derivative.settled, v.ravel(), 0.0), derivative.value))
            found = float(np.vdot(g, u))
            tolerance = self._tolerance(derivative, v, g, u)
            error = abs(found - expected)
            scale = float(np.linalg.norm(v.ravel() * np.where(derivative.settled, derivative.value, 0.0)))
            if not error <= tolerance:
                fault = GradientFault(found, (expected, expected), tolerance, v)
                return GradientResult(fault, error, tolerance, scale, masked, self.evaluations)
            worst = max(worst, (error, tolerance, scale))
        return GradientResult(None, *worst, masked, self.evaluations)

    def _count(self, points: Sequence[Array]) -> list[Array]:
        values = self.evaluate(points)
        self.evaluations += len(values)
        return values

    def _tolerance(self, derivative: Derivative, v: Array, g: Array, u: Array) -> float:
        """Bound of |<g, u> - <v, derivative>| for a right gradient; its parts are independent, so squares add."""
        settled = np.where(derivative.settled, derivative.error, 0.0)
        truncation = 6.0 * float(np.linalg.norm(v.ravel() * settled))
        rounding = 200.0 * EPS * (float(np.linalg.norm(g * u)) + abs(float(np.vdot(g, u))))
        steps = 2.0 * float(np.linalg.norm(g * derivative.direction_error))
        other = self.pull(np.pi * v) / np.pi
        backward_noise = 20.0 * abs(float(np.vdot(other - g, u))) if np.allclose(other, g, rtol=1e-6, atol=0) else 0.0
        floor = float(np.finfo(np.float64).tiny)
        return truncation + rounding + steps + backward_noise + floor

    def _kinks(self, derivative: Derivative, u: Array, shape: tuple[int, ...]) -> GradientFault | None:
        """At a kink of output entry i, g = pull(e_i) must satisfy g.u in [D-, D+] (Clarke 1983)."""
        for index in np.flatnonzero(~derivative.settled)[:MAX_KINKS]:
            bound = float(derivative.one_sided_error[index])
            low, high = sorted((float(derivative.left[index]), float(derivative.right[index])))
            # A kink at the point: the one-sided derivatives settle apart from each other; else nothing is known.
            if not np.isfinite(bound) or bound > 1e-3 * (high - low):
                continue
            v = np.zeros(shape)
            v.ravel()[index] = 1.0
            found = float(np.vdot(self.pull(v), u))
            slack = 6 * bound + 200 * EPS * (abs(low) + abs(high))
            if not low - slack <= found <= high + slack:
                return GradientFault(found, (low, high), slack, v, int(index))
        return None
