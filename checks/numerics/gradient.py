"""Does a claimed vector-Jacobian product belong to a function?

The vector output is differentiated before it is contracted with the cotangent, so every output entry
has its own error bound and the tolerance follows from them; the user sets none. With the direction's
scale s, a gradient that is wrong by e is missed by one direction with probability at most
2 sqrt(2) tau / (s |e|) (bounded density of projections, Rudelson and Vershynin 2015).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .answers import sizes, typical
from .comparison import LIKE, UNITS, VAGUE, Comparer, Comparison, Pull, Rounding
from .conditioning import inverse_of_the_same
from .directions import Array, equalised_direction, norm, plain_direction, scale_of, signed
from .kinks import Kinks
from .ladder import Derivative, Evaluate, Flags, measure_noise
from .ladders import differentiate_each, differentiate_far
from .outcome import MAX_MASKED, BlockResult, GradientFault, at_kink
from .precision import FLOAT64, Precision, current
from .roughness import measure_roughness
from .zoom import differs_close_by

__all__ = ["BlockChecker", "BlockResult", "GradientFault", "Pull", "Rounding"]

SMALL = 1e-2  # a disagreement above this share of the output is not looked at as noise
CONFIRMATIONS = 2  # fresh directions that must disagree as well, of at most twice as many
WALKS = 2  # along directions that disagree, in search of noise that explains it
CLASSES = 3  # directions for entries that rounding of larger ones would hide
REACH = 1e-3  # share of the largest entry down to which the direction that equalises does so
UNEVEN = 1e3  # times the error of most outputs above which an output counts less
HIDDEN = 1e-6  # share of a typical output's derivative that the rounding of large entries may hide
ILL = 1e-3  # share of the derivative above which a disagreement is no matter of conditioning


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
        terms: for a cotangent, the size of the terms of which each entry is the sum, where they may cancel.
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
    terms: Rounding | None = None
    _doubts: list[Comparison] = field(default_factory=list, init=False)
    _unsteady: bool = field(default=False, init=False)
    _rounding: Array | None = field(default=None, init=False)
    _seen: tuple[Array, float] | None = field(default=None, init=False)
    _shared: tuple[Array, Array] | None = field(default=None, init=False)

    @property
    def comparer(self) -> Comparer:
        """What contracts derivatives with cotangents, in the precision that a right gradient may have."""
        return Comparer(self.pull, current(), self.rounding, self.backward_noise, self.slack, self.terms)

    def run(self) -> BlockResult:
        """All directions, a cotangent each; a disagreement counts if fresh directions confirm it."""
        y = self._count([self.x])[0]
        if current() is not FLOAT64:  # the first value may have shown it
            self.x = current().rounded(self.x)  # so that steps from it are taken as they are meant
            y = self._count([self.x])[0]
        self.precision = FLOAT64 if self.trusted else current()
        if not np.isfinite(y).all():
            return BlockResult(None, 0.0, 0.0, 0.0, 1.0, self.evaluations)
        self.noise = self._rounding = measure_noise(self._count, self.x, y, self.rng, self.precision)
        result = self._judge(y)
        if self.tolerates_noise:
            result = self._allowing_for_noise(y, result)
        if not result.passed and not self.trusted:
            result = self._examined(y, result)
        return replace(result, evaluations=self.evaluations)

    def differentiate(self, y: Array, u: Array) -> Derivative:
        """The function's derivative along `u`, with the noise that is known."""
        return differentiate_each(
            self._count,
            self.x,
            u,
            y,
            self._known_noise(y),
            precision=self.precision,
            tolerates_noise=self.tolerates_noise,
        )

    def _known_noise(self, y: Array) -> Array:
        return np.zeros(y.size) if self.noise is None else self.noise

    def _terms(self, y: Array) -> Array:
        """The size of what each output is the sum of, also where it cancels, as its rounding tells."""
        return np.abs(y.ravel()) if self._rounding is None else self._rounding / self.precision.eps

    def _count(self, points: Sequence[Array]) -> list[Array]:
        values = [np.asarray(value, dtype=np.float64) for value in self.evaluate(points)]
        self.evaluations += len(values)
        return values

    def _allowing_for_noise(self, y: Array, result: BlockResult) -> BlockResult:
        """A small disagreement counts only if the function shows no noise along the very direction that disagrees.

        Where it does, all is judged again with that noise; other directions may meet more of it, and are looked at too.
        What has disagreed before must be explained by the noise as well.
        """
        for _ in range(WALKS):
            if result.direction is None or not (result.undecided or _is_small(result, y)):
                break
            roughness = measure_roughness(self._count, self.x, result.direction, y, self.precision)
            if self.noise is None or not (roughness > self.noise).any():
                break
            known, self.noise = self.noise, np.maximum(self.noise, roughness)
            result = replace(self._judge(y), roughness=float(roughness.max()))
            if (roughness <= LIKE * known).all():
                break  # it is rounding again, which other directions do not have more of
        doubts = self._doubts[: 1 + CONFIRMATIONS]
        if result.passed and (self._unsteady or not all(self._explained(y, doubt) for doubt in doubts)):
            result = replace(result, unconfirmed=True)
        return result

    def _explained(self, y: Array, doubt: Comparison) -> bool:
        """Tell whether the noise that is known by now explains an earlier disagreement, with the same answer."""
        derivative = self.differentiate(y, doubt.u)
        usable = derivative.settled | derivative.vague
        if not usable[doubt.v.ravel() != 0].all():
            return False
        again = self.comparer.compare(derivative, doubt.u, doubt.v, doubt.g)
        return again.agrees and not again.unsteady

    def _examined(self, y: Array, result: BlockResult) -> BlockResult:
        """A disagreement stands, unless the function looks different close by, or conditioning explains it."""
        fault, u, noise = result.fault, result.direction, self._rounding
        if u is None or noise is None or self._unsteady or (fault is not None and fault.at_kink is not None):
            return result
        noise = np.minimum(noise, LIKE * current().eps * sizes(y.ravel()))  # a step that was met is no rounding
        if fault is not None and differs_close_by(
            self._count, self.x, u, noise, fault=fault, scale=result.scale, precision=self.precision
        ):
            return replace(result, fault=None, rough=True)
        doubted = fault is not None or (result.unconfirmed and not result.vague)
        if (
            doubted
            and result.error <= ILL * result.scale
            and inverse_of_the_same(
                lambda unit: self.differentiate(y, unit), self.pull, (self.x.shape, y.shape), current().eps
            )
        ):
            return replace(result, fault=None, unconfirmed=False, tolerance=result.error)
        return result

    def _judge(self, y: Array) -> BlockResult:
        """Compare along all directions, with the noise that is known."""
        noise = self._known_noise(y)
        kinks = Kinks(self._count, self.pull, self.x, y, noise, self.rng, self.precision, current())
        self._seen = self._shared = None
        results: list[BlockResult] = []
        for equalise, moving in self._families():
            result = self._along(y, kinks, equalise=equalise, moving=moving, planned=True)
            if result.fault and result.fault.at_kink is None:
                fresh = (self._along(y, kinks, equalise=equalise, moving=moving) for _ in range(2 * CONFIRMATIONS))
                if not _confirmed(bool(again.fault) for again in fresh):
                    result = replace(result, fault=None, unconfirmed=True)
            if moving is None and result.vague:  # beside the derivative along other directions it may be small
                result = replace(
                    result, vague=result.tolerance > VAGUE * max(other.scale for other in [*results, result])
                )
            results.append(result)
            if result.undecided or result.fault:
                return result
        worst = max(results, key=lambda result: result.error)
        return replace(worst, masked=max(result.masked for result in results))

    def _families(self) -> Iterator[tuple[bool, Flags | None]]:
        """By direction: whether it equalises, and which entries move if not all.

        Where the gradient spans many powers of ten, what rounding of the larger entries would hide of the others is
        looked at without them.
        """
        for place in range(self.directions):
            yield place % 2 == 1, None
        if self._seen is None:
            return
        gradient, slope = self._seen
        sizes = np.abs(gradient)
        for _ in range(CLASSES):
            largest = REACH * float(sizes.max(initial=0.0))
            moving = np.abs(gradient) <= largest
            if UNITS * current().eps * largest <= HIDDEN * slope or not moving.any():
                return
            yield True, moving
            sizes = sizes[sizes <= largest]

    def _answer(self, y: Array, *, planned: bool) -> tuple[Array, Array]:
        """A random cotangent, and what backward says; all planned directions of a trusted derivative share one.

        What is wrong with an answer shows along any direction; whether it is so by chance, only another answer tells.
        """
        if planned and self.trusted and self._shared is not None:
            return self._shared
        v = current().rounded(signed(y.shape, self.rng))
        answer = v, self.pull(v)
        self._shared = answer if planned else None
        return answer

    def _along(
        self, y: Array, kinks: Kinks, *, equalise: bool, moving: Flags | None, planned: bool = False
    ) -> BlockResult:
        """Compare along one random direction, with one random cotangent."""
        v, g = self._answer(y, planned=planned)
        if moving is None:
            u = equalised_direction(self.x, g, self.rng) if equalise else plain_direction(self.x, self.rng)
        else:  # by their own scale: a step that is large beside an entry rounds the entry away
            u = np.zeros(self.x.shape)
            u[moving] = equalised_direction(self.x[moving], g[moving], self.rng)
        derivative = self.differentiate(y, u)
        if not derivative.settled.all():
            kinked = kinks.judge(derivative, u)
            if kinked:
                return at_kink(kinked, 1.0 - _share(derivative.settled), u)
            if _share(derivative.settled) < 1.0 - MAX_MASKED and derivative.vague.any():
                derivative = self._far(y, u, derivative)
        usable = derivative.settled
        if _share(usable) < 1.0 - MAX_MASKED:  # most of them hidden by rounding; a jump at the point is no rounding
            usable = derivative.settled | (derivative.vague & self._rounds(y))
        weights = np.where(usable, _evened(derivative.error, usable) if equalise else 1.0, 0.0).reshape(y.shape)
        if (weights != 1.0).any():
            v = v * weights
            g = self.pull(v)
        return self._weighed(y, self.comparer.compare(derivative, u, v, g), 1.0 - _share(usable))

    def _rounds(self, y: Array) -> Flags:
        """The outputs whose noise is as small as rounding: what jumps at the point has more."""
        result: Flags = self._known_noise(y) <= self.precision.noisy * max(typical(y), scale_of(self.x))
        return result

    def _far(self, y: Array, u: Array, near: Derivative) -> Derivative:
        noise = self._known_noise(y)
        where = self._rounds(y)
        return differentiate_far(self._count, self.x, u, y, noise, near=near, where=where, precision=self.precision)

    def _weighed(self, y: Array, compared: Comparison, masked: float) -> BlockResult:
        """What a comparison says; more is asked where its bound is too large, or exceeded."""
        if compared.vague:
            derivative = self._far(y, compared.u, compared.derivative)
            compared = self.comparer.compare(derivative, compared.u, compared.v, compared.g)
        if compared.vague or not compared.agrees:
            compared = self.comparer.asked_again(compared, self._terms(y), self.rng)
        self._unsteady = self._unsteady or compared.unsteady
        if self._seen is None:
            self._seen = compared.g, typical(compared.derivative.value) / (typical(compared.u) or 1.0)
        fault = None
        if not compared.agrees:
            self._doubts.append(compared)
            expected = compared.expected
            fault = GradientFault(compared.found, (expected, expected), compared.tolerance, compared.v)
        return BlockResult(
            fault,
            compared.error,
            compared.tolerance,
            compared.scale,
            masked,
            direction=compared.u,
            unconfirmed=compared.unsteady,
            vague=compared.vague and not compared.nothing(y, self.precision),
        )


def _confirmed(disagrees: Iterator[bool]) -> bool:
    """Tell whether the first two fresh directions disagree as well, or else two of four.

    A small error projects to little on one of them by chance.
    """
    seen = [next(disagrees) for _ in range(CONFIRMATIONS)]
    return all(seen) or (any(seen) and sum([*seen, *disagrees]) >= CONFIRMATIONS)


def _share(flags: Flags) -> float:
    return float(np.mean(flags)) if flags.size else 1.0


def _evened(errors: Array, usable: Flags) -> Array:
    """Weights, powers of 2, by which outputs with a much larger error than most count less."""
    known = errors[usable & (errors > 0)]
    if not known.size:
        return np.ones(errors.shape)
    common = float(np.quantile(known, 0.25, method="lower"))
    with np.errstate(all="ignore"):
        excess = np.where(errors > UNEVEN * common, errors / common, 1.0)
    return np.where(np.isfinite(excess), 2.0 ** -np.ceil(np.log2(excess)), 0.0)


def _is_small(result: BlockResult, y: Array) -> bool:
    """Tell whether the disagreement may be due to noise."""
    return result.fault is not None and result.error <= SMALL * norm(result.fault.cotangent.ravel() * y.ravel())
