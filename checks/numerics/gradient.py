"""Does a claimed vector-Jacobian product belong to a function?

The vector output is differentiated before it is contracted with the cotangent, so every output entry
has its own error bound and the tolerance follows from them; the user sets none. With the direction's
scale s, a gradient that is wrong by e is missed by one direction with probability at most
2 sqrt(2) tau / (s |e|) (bounded density of projections, Rudelson and Vershynin 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .directions import Array, equalised_direction, norm, plain_direction, signed
from .kinks import KinkFault, Kinks
from .ladder import Derivative, Evaluate, differentiate, measure_noise
from .precision import FLOAT32, FLOAT64, Precision, current
from .roughness import measure_roughness

Pull = Callable[[Array], Array]
Rounding = Callable[[Array], Array]

MAX_MASKED = 0.5  # more unsettled output entries than this share, and nothing can be said
NOISY = 1e-11  # noise above this share of the output is too much for the steps of float64
SMALL = 1e-2  # a disagreement above this share of the output is not looked at as noise
CONFIRMATIONS = 2  # fresh directions that must disagree as well before a gradient is called wrong
WALKS = 4  # along directions that disagree, in search of noise that explains it
ROUNDING = 1e3  # units in the last place of the gradient that backward may be off by without a reason to look closer
LIKE = 20.0  # times the noise of one measurement that another one of the same noise hardly exceeds


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
class BlockResult:
    """The outcome for one block.

    Attributes:
        fault: the first disagreement; None if there is none.
        error: the largest disagreement of any direction, in units of the directional derivative.
        tolerance: its bound.
        scale: the size of the directional derivative, to read the two against.
        masked: share of output entries at which the function is not smooth on any step.
        evaluations: number of evaluations of the function.
        direction: the last one that was looked at, or the one that disagreed; None if there is none.
        unconfirmed: True if one direction disagreed, but not all fresh ones that were to confirm it.
        roughness: the largest noise that a difference table has shown; 0 if there was no reason to make one.
    """

    fault: GradientFault | None
    error: float
    tolerance: float
    scale: float
    masked: float
    evaluations: int
    direction: Array | None = None
    unconfirmed: bool = False
    roughness: float = 0.0

    @property
    def undecided(self) -> bool:
        """True if too much of the output is not smooth, or the directions contradict each other."""
        return self.fault is None and (self.masked > MAX_MASKED or self.unconfirmed)

    @property
    def doubt(self) -> str:
        """Why nothing can be said, for a person; empty unless undecided."""
        if not self.undecided:
            return ""
        if self.unconfirmed:
            return "one direction disagrees with finite differences, another one does not: the answers change by chance"
        return f"forward is not smooth at {self.masked:.0%} of the outputs near this point"


@dataclass
class BlockChecker:
    """Checks the gradient of one block of inputs or parameters, in the current precision.

    Attributes:
        evaluate: the function at each of several values of the block.
        pull: the claimed gradient of <v, f> with respect to the block at `x`, for a cotangent v.
        x: the block.
        rng: where directions and cotangents come from.
        slack: share by which each entry of a right gradient may differ from the derivative.
        directions: how many; every other one is of the family that equalises.
        backward_noise: by how much an entry of the claimed gradient is known to change by chance.
        tolerates_noise: noise beside rounding is measured, and allowed for, before anything is called wrong.
        noise: of each output entry, flat; known after `run`.
        trusted: `evaluate` is the definition, computed in float64 in this process: steps, noise and what is settled are
            those of float64 in every precision, and only what `pull` returns is judged in the current one. The block is
            still a number of that precision.
        rounding: for a cotangent, the bound of each entry's rounding error that a right gradient may have in the
            precision judged; None: some units in the last place of the gradient.
    """

    evaluate: Evaluate
    pull: Pull
    x: Array
    rng: np.random.Generator
    slack: float = 0.0
    evaluations: int = 0
    precision: Precision = FLOAT64
    directions: int = 2
    backward_noise: Array | None = None
    tolerates_noise: bool = False
    noise: Array | None = None
    trusted: bool = False
    rounding: Rounding | None = None

    @property
    def judged(self) -> Precision:
        """The precision that a right gradient may have."""
        return current()

    def run(self) -> BlockResult:
        """All directions, a cotangent each; a disagreement counts if fresh directions confirm it."""
        y = self._count([self.x])[0]
        if self.judged is not FLOAT64:  # the first value may have shown it
            self.x = self.judged.rounded(self.x)  # so that steps from it are taken as they are meant
            y = self._count([self.x])[0]
        self.precision = FLOAT64 if self.trusted else self.judged
        if not np.isfinite(y).all():
            return BlockResult(None, 0.0, 0.0, 0.0, 1.0, self.evaluations)
        self.noise = measure_noise(self._count, self.x, y, self.rng, self.precision)
        self._choose_steps(y)
        result = self._judge(y)
        if self.tolerates_noise:
            result = self._allowing_for_noise(y, result)
        return replace(result, evaluations=self.evaluations)

    def _allowing_for_noise(self, y: Array, result: BlockResult) -> BlockResult:
        """A small disagreement counts only if the function shows no noise along the very direction that disagrees.

        Where it does, all is judged again with that noise; other directions may meet more of it, and are looked at too.
        """
        for _ in range(WALKS):
            if result.direction is None or not (result.undecided or _is_small(result, y)):
                break
            roughness = measure_roughness(self._count, self.x, result.direction, y, self.precision)
            if self.noise is None or not (roughness > self.noise).any():
                break
            known, self.noise = self.noise, np.maximum(self.noise, roughness)
            self._choose_steps(y)
            result = replace(self._judge(y), roughness=float(roughness.max()))
            if (roughness <= LIKE * known).all():
                break  # it is rounding again, which other directions do not have more of
        return result

    def _choose_steps(self, y: Array) -> None:
        """Noise over the step must stay small: with much noise the steps are those of float32."""
        if self.tolerates_noise and self.noise is not None and norm(self.noise) > NOISY * norm(y):
            steps = max(self.precision.first_step, FLOAT32.first_step), min(self.precision.ratio, FLOAT32.ratio)
            self.precision = replace(self.precision, first_step=steps[0], ratio=steps[1])

    def _judge(self, y: Array) -> BlockResult:
        """Compare along all directions, with the noise that is known."""
        noise = np.zeros(y.size) if self.noise is None else self.noise
        kinks = Kinks(self._count, self.pull, self.x, y, noise, self.rng, self.precision)
        results = []
        for equalise in (place % 2 == 1 for place in range(self.directions)):
            result = self._along(y, noise, kinks, equalise=equalise)
            if result.fault and result.fault.at_kink is None:
                fresh = (self._along(y, noise, kinks, equalise=equalise) for _ in range(CONFIRMATIONS))
                if not all(again.fault for again in fresh):
                    result = replace(result, fault=None, unconfirmed=True)
            results.append(result)
            if result.undecided or result.fault:
                return result
        worst = max(results, key=lambda result: result.error)
        return replace(worst, masked=max(result.masked for result in results))

    def _along(self, y: Array, noise: Array, kinks: Kinks, *, equalise: bool) -> BlockResult:
        """Compare along one random direction, with one random cotangent."""
        v = self.judged.rounded(signed(y.shape, self.rng))
        g = self.pull(v)
        u = equalised_direction(self.x, g, self.rng) if equalise else plain_direction(self.x, self.rng)
        derivative = differentiate(self._count, self.x, u, y, noise, precision=self.precision)
        masked = 1.0 - float(np.mean(derivative.settled)) if y.size else 0.0
        if not derivative.settled.all():
            kinked = kinks.judge(derivative, u)
            if kinked:
                return _at_kink(kinked, masked, u)
            v = np.where(derivative.settled.reshape(y.shape), v, 0.0)
            g = self.pull(v)
        expected = float(np.vdot(v, derivative.value))
        found = float(np.vdot(g, u))
        tolerance = self.tolerance(derivative, v, g, u)
        error = abs(found - expected)
        scale = norm(v.ravel() * derivative.value)
        fault = None if error <= tolerance else GradientFault(found, (expected, expected), tolerance, v)
        return BlockResult(fault, error, tolerance, scale, masked, 0, u)

    def _count(self, points: Sequence[Array]) -> list[Array]:
        values = [np.asarray(value, dtype=np.float64) for value in self.evaluate(points)]
        self.evaluations += len(values)
        return values

    def tolerance(self, derivative: Derivative, v: Array, g: Array, u: Array) -> float:
        """Bound of |<g, u> - <v, derivative>| for a right gradient; its parts are independent, so squares add."""
        truncation = 6.0 * norm(v.ravel() * np.where(derivative.settled, derivative.error, 0.0))
        size = norm(g * u)
        rounding = self.rounding_error(v, g, u)
        steps = 2.0 * norm(g * derivative.direction_error)
        again = self.pull(np.pi * v) / np.pi
        again -= g
        again *= u
        change = norm(again)
        backward_noise = 20.0 * (change if self._is_noise(change, size, v, g * u, u) else 0.0)
        if self.backward_noise is not None:
            backward_noise += 20.0 * norm(self.backward_noise * u)
        left_out = self.slack * float(np.sum(np.abs(g * u))) if self.slack else 0.0
        return truncation + rounding + steps + backward_noise + left_out + float(np.finfo(np.float64).tiny)

    def rounding_error(self, v: Array, g: Array, u: Array) -> float:
        """Bound of the rounding error of <g, u> for a right gradient g.

        The signs of u are random, so errors that are bounded by e, however they depend on each other, add up to more
        than 6 |e u| with probability 2 exp(-18) at most (Hoeffding 1963).
        """
        if self.rounding is not None:
            return 6.0 * norm(self.rounding(v) * u)
        return 200.0 * self.judged.eps * (norm(g * u) + abs(float(np.vdot(g, u))))

    def _is_noise(self, change: float, size: float, v: Array, contributions: Array, u: Array) -> bool:
        """Tell whether it is noise that b(πv)/π differs from b(v), by `change` along `u`.

        A factor of -4 changes no rounding, so b(-4v)/-4 = b(v) where backward is linear. What differs there as well
        comes from a term that is not, unless b(v) differs from call to call.
        """
        if change <= ROUNDING * self.judged.eps * size:
            return True
        if change > self.judged.noisy * size:
            return False
        exact = norm(self.pull(-4.0 * v) * u / -4.0 - contributions)
        return LIKE * exact <= change or exact <= LIKE * norm(self.pull(v) * u - contributions)


def _is_small(result: BlockResult, y: Array) -> bool:
    """Tell whether the disagreement may be due to noise."""
    return result.fault is not None and result.error <= SMALL * norm(result.fault.cotangent.ravel() * y.ravel())


def _at_kink(fault: KinkFault, masked: float, u: Array) -> BlockResult:
    outside = max(fault.low - fault.found, fault.found - fault.high)
    disagreement = GradientFault(fault.found, (fault.low, fault.high), fault.tolerance, fault.cotangent, fault.output)
    return BlockResult(disagreement, outside, fault.tolerance, fault.high - fault.low, masked, 0, u)
