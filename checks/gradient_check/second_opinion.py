"""A second opinion on a block's gradient, by a complex step."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..measurement import number
from ..numerics.complex_step import Complex, complex_derivative, confirmed, own_bound
from ..numerics.directions import plain_direction, signed
from ..numerics.gradient import BlockChecker
from ..numerics.ladder import differentiate
from ..numerics.linearity import nearby
from ..results import Verdict
from .finding import GradientFinding
from .pair import Pair, Raised
from .values import WrongOutput, complex_vector


@dataclass(frozen=True)
class Opinion:
    """What a complex step says.

    Attributes:
        verdict: passed or failed; undecided if forward does not allow one.
        text: for a person.
        found, expected: the derivative along one direction: as backward claims, as the complex step says.
        tolerance: how far they may be apart.
    """

    verdict: Verdict
    text: str
    found: float = 0.0
    expected: float = 0.0
    tolerance: float = 0.0

    def finding(self, block: str) -> GradientFinding:
        """The opinion as a finding of its own."""
        known = self.verdict is not Verdict.UNDECIDED
        return GradientFinding(
            law="complex step",
            block=block,
            verdict=self.verdict,
            message="" if self.verdict is Verdict.PASSED else f"the gradient of {block}: {self.text}",
            expected=number(self.expected) if known else "",
            found=number(self.found) if known else "",
            measured=abs(self.found - self.expected) if known else None,
            tolerance=self.tolerance if known else None,
            scale=abs(self.expected),
            directions=int(known),
        )


def second_opinion(pair: Pair, name: str, checker: BlockChecker) -> Opinion:
    """Compare backward with a complex step of forward along one direction; `checker` has run.

    Raises:
        Raised, WrongOutput: backward raises, or returns something else than before.
    """
    x, rng, values = checker.x, checker.rng, _complex_values(pair, name)
    u = plain_direction(x, rng)
    try:
        exact, *near = (complex_derivative(values, at, u, checker.precision) for at in (x, *nearby(x, rng)))
    except (Raised, WrongOutput) as error:
        return Opinion(Verdict.UNDECIDED, f"no complex step is possible: {error}")
    y = checker.evaluate([x])[0]
    noise = np.zeros(y.size) if checker.noise is None else checker.noise
    derivative = differentiate(checker.evaluate, x, u, y, noise, precision=checker.precision)
    if not confirmed(exact, derivative, checker.precision):
        return Opinion(
            Verdict.UNDECIDED,
            "a complex step disagrees with finite differences, so it says nothing: forward is not analytic here, "
            "or drops imaginary parts (abs, maximum, real, float)",
        )
    v = np.where(derivative.settled, signed(y.shape, rng), 0.0)
    g = checker.pull(v)
    found, expected = float(np.vdot(g, u)), float(np.vdot(v, exact))
    own = replace(derivative, value=exact, error=own_bound(exact, near, checker.precision))
    tolerance = checker.comparer.compare(own, u, v, g).tolerance
    if abs(found - expected) <= tolerance:
        return Opinion(Verdict.PASSED, "a complex step of forward agrees with backward", found, expected, tolerance)
    text = "a complex step of forward agrees with finite differences, and not with backward"
    return Opinion(Verdict.FAILED, text, found, expected, tolerance)


def _complex_values(pair: Pair, name: str) -> Callable[[Complex], Complex]:
    block = pair.blocks[name]

    def evaluate(point: Complex) -> Complex:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            return complex_vector(pair.run_forward({**pair.blocks, name: point.reshape(block.shape)}))

    return evaluate
