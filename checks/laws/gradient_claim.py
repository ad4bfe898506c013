"""Claims: what a subject's backward says, asked for in as few trips as there are directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking, RemoteSubject
from ...specs import Question
from ..asking import backward, forward, gradients
from ..law import answered
from ..numerics.answers import sizes, typical
from ..numerics.directions import scale_of
from ..numerics.precision import current

Array = NDArray[np.float64]
DIRECTIONS = 2  # along which one answer is looked at

Passes = Callable[[Sequence[Array]], Asking[list[tuple[Array, Array]]]]
"""From incoming gradients to what forward has returned before each backward, and the gradient of the block."""


class Claim:
    """The claimed gradient of <v, forward> as a function of v.

    A comparison asks for b(v) and next for b(pi v), whose rounding is another one: so both are asked for together. One
    along another direction may take the same b(v), and asks for b(pi v) alone.

    Attributes:
        outputs: everything that forward has returned on the way.
    """

    def __init__(self, passes: Passes) -> None:
        self.outputs: list[Any] = []
        self._passes = passes
        self._ahead: list[tuple[Array, Array]] = []  # what has been asked for, as often as it may be taken

    def __call__(self, v: Array) -> Array:
        """The gradient for `v`."""
        if self._ahead and np.array_equal(self._ahead[-1][0], v):
            return self._ahead.pop()[1]
        also = np.pi * v
        # Whoever compares calls back, and is no part of the law: so the claim is answered on the spot.
        (one, gradient), (other, further) = answered(self._passes([v, also]))
        self.outputs += [one, other]
        self._ahead = [(also, further)] * DIRECTIONS
        return gradient


class NumberClaim:
    """The same where forward returns a number, the loss: its gradient times the only entry of v.

    It is asked for twice, the second time with the block moved by a unit in the last place: by how much the gradient
    changes is its rounding noise, which another incoming gradient would not show. That is small beside the gradient, or
    beside what a loss that is a sum may cancel to: what is not, is no rounding, and counts for nothing.

    Attributes:
        outputs: what forward has returned for the block as it is.
        gradient: for v = 1.
        noise: of each of its entries.
    """

    def __init__(self, outputs: Sequence[Any], gradient: Array, moved: Array, at: Array) -> None:
        """Take what the subject has answered for the block `at`, and the gradient there and close by."""
        self.outputs = list(outputs)
        self.gradient = gradient
        noise = np.abs(moved - gradient)
        terms = np.maximum(sizes(gradient), typical(np.asarray(outputs, np.float64)) / scale_of(at))
        self.noise: Array = np.where(noise <= current().noisy * terms, noise, 0.0)

    def __call__(self, v: Array) -> Array:
        """The gradient for `v`."""
        return float(v[0]) * self.gradient


def layer_claim(layer: RemoteSubject, x: Array, name: str = "", before: Sequence[Question[Any]] = ()) -> Claim:
    """What a layer's backward says of its input's gradient, or of a parameter's.

    Args:
        layer: the subject.
        x: the input.
        name: of the parameter; empty for the input.
        before: calls in front of each forward.
    """
    after = [gradients()] if name else []

    def passes(cotangents: Sequence[Array]) -> Asking[list[tuple[Array, Array]]]:
        asked: list[list[Question[Any]]] = [[*before, forward(x), backward(v), *after] for v in cotangents]
        answers = iter((yield from layer.ask_all(question for each in asked for question in each)))
        found = []
        for each in asked:
            y, dx, *named = [next(answers) for _ in each][len(before) :]
            found.append((y, named[0][name] if name else dx))
        return found

    return Claim(passes)


def moved_by_a_unit(values: Array, rng: np.random.Generator) -> Array:
    """The values, each moved by a unit in the last place of the current precision, up or down."""
    precision = current()
    result: Array = precision.rounded(values + rng.choice([-1.0, 1.0], size=values.shape) * precision.spacing(values))
    return result
