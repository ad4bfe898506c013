"""Kinks at the point itself: any subgradient is right, anything else is wrong.

Where output entry i has a kink at x, g = pull(e_i) must lie in the generalised gradient (Clarke 1983). Where the entry
is convex around x, or concave, that means D- <= g.u <= D+ for its one-sided derivatives along u, in ascending order
(Clarke 1983, proposition 2.2.7). Where it is neither (several kinks of opposite sense meet, as in a sum of rectified
units with weights of both signs) the one-sided derivatives do not bound g.u, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .directions import Array, scale_of, signed
from .ladder import LARGE, Derivative, Evaluate
from .precision import FLOAT64, Precision

MAX_KINKS = 4  # entries kinked at the point that are looked at one by one
PROBES = 32  # directions in which the sense of the kinks is looked at
SEEN = 1e-3  # share of the kink along u that a second difference of another direction must have to show a kink
UNSEEN = 0.25  # kinks of the other sense that hide behind stronger ones may add up to this share of the interval


@dataclass(frozen=True)
class KinkFault:
    """A claimed gradient that is no subgradient.

    Attributes:
        output: flat index of the output entry.
        found: the claimed gradient's directional derivative.
        low, high: the function's one-sided derivatives.
        tolerance: the bound of their error.
        cotangent: the incoming gradient of the backward call: 1 at the entry.
    """

    output: int
    found: float
    low: float
    high: float
    tolerance: float
    cotangent: Array


@dataclass
class Kinks:
    """Judges what backward says at the kinks of a function at `x`.

    Attributes:
        evaluate, pull, x: as in `BlockChecker`.
        y, noise: the function's value at `x` and its rounding noise.
        rng: where directions come from.
        precision: in which the function computes.
        judged: in which backward does.
    """

    evaluate: Evaluate
    pull: Callable[[Array], Array]
    x: Array
    y: Array
    noise: Array
    rng: np.random.Generator
    precision: Precision = FLOAT64
    judged: Precision = FLOAT64
    _probes: tuple[list[Array], list[Array]] = field(default=([], []), init=False)  # points around x, and values there

    def judge(self, derivative: Derivative, u: Array) -> KinkFault | None:
        """The first of the entries kinked at `x` for which pull(e_i).u is outside of the one-sided derivatives."""
        gap = np.abs(derivative.right - derivative.left)
        # A kink at the point: the one-sided derivatives settle apart from each other; else nothing is known.
        at_point = ~derivative.settled & np.isfinite(gap) & (derivative.one_sided_error <= SEEN * gap)
        if not at_point.any():
            return None
        lowest, highest = self._bends
        weak = SEEN * gap * self.precision.smallest_step + 8 * self.noise
        one_sense = (lowest < -weak) != (highest > weak)
        for index in np.flatnonzero(at_point & one_sense)[:MAX_KINKS]:
            low, high = sorted((float(derivative.left[index]), float(derivative.right[index])))
            v = np.zeros(self.y.shape)
            v.ravel()[index] = 1.0
            found = float(np.vdot(self.pull(v), u))
            slack = 6 * float(derivative.one_sided_error[index]) + UNSEEN * (high - low)
            slack += 200 * self.judged.eps * (abs(low) + abs(high))
            if not low - slack <= found <= high + slack:
                return KinkFault(int(index), found, low, high, slack, v)
            convex = bool(highest[index] > weak[index])
            unseen = UNSEEN * float(max(-lowest[index], highest[index])) + float(weak[index])
            fault = self._probed(int(index), v, unseen, convex=convex)
            if fault is not None:
                return fault
        return None

    def _probed(self, index: int, v: Array, unseen: float, *, convex: bool) -> KinkFault | None:
        """The same along the directions in which the sense of the kinks was looked at: <g, p - x> <= y(p) - y.

        A wrong gradient may lie between the one-sided derivatives along one direction by chance, but not along all.
        """
        g = self.pull(v)
        points, values = self._probes
        for above, below, right, left in zip(points[::2], points[1::2], values[::2], values[1::2], strict=True):
            rises = np.array([right.flat[index], left.flat[index]]) - self.y.flat[index]
            found = np.array([np.vdot(g, _moved(point, self.x)) for point in (above, below)])
            slack = unseen + SEEN * np.abs(rises).max() + 8 * self.noise[index]
            outside = found - rises if convex else rises - found
            if outside.max() > slack:
                # As derivatives along the step to the one point; that to the other has the opposite direction.
                low, high = sorted((-float(rises[1]), float(rises[0])))
                return KinkFault(index, float(found[0]), low, high, float(slack), v)
        return None

    @cached_property
    def _bends(self) -> tuple[Array, Array]:
        """Smallest and largest second difference of each output entry.

        Most input entries rest or move less in each direction, so that a weak kink shows beside a strong one.
        """
        if self.x.size > LARGE:  # the points together would need much memory
            bends = [bend for _ in range(PROBES) for bend in self._some_bends(1)]
        else:
            bends = self._some_bends(PROBES)
        flat = np.stack([bend.ravel() for bend in bends])
        return flat.min(axis=0), flat.max(axis=0)

    def _some_bends(self, count: int) -> list[Array]:
        shares = self.rng.choice([0.0, 0.0, 1 / 16, 1.0], size=(count, *self.x.shape))
        step = self.precision.smallest_step * scale_of(self.x)
        moves = [step * signed(self.x.shape, self.rng) * share for share in shares]
        points = [self.precision.rounded(self.x + sign * move) for move in moves for sign in (1.0, -1.0)]
        values = self.evaluate(points)
        if self.x.size <= LARGE:
            self._probes = points, values
        return [plus + minus - 2 * self.y for plus, minus in zip(values[::2], values[1::2], strict=True)]


def _moved(point: Array, x: Array) -> Array:
    """The way from `x` to a point; entries that are infinite in both have not moved."""
    return np.subtract(point, x, out=np.zeros(x.shape), where=np.isfinite(x))
