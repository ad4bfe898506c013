"""What backward leaves alone, whether it can be called again, and what it does at the ends of the range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof import framework
from backproof.checks.results import Verdict
from backproof.specs import Array, Spec

from .mutants import made_of
from .running import findings

LAWS = ("contract.pure", "contract.backward-again", "gradient.extreme")


class Forgetful(framework.Sigmoid):
    """It keeps what backward needs until the first backward, and not longer."""

    def forward(self, input_tensor: Array) -> Array:
        output = super().forward(input_tensor)
        self._stack = [self._activation]
        return output

    def backward(self, error_tensor: Array) -> Array:
        self._activation = self._stack.pop()
        return super().backward(error_tensor)


class WritesIntoItsOwnCopy(framework.ReLU):
    """It works in place, on an array of its own, and hands out another one."""

    def forward(self, input_tensor: Array) -> Array:
        self._slope = np.array(input_tensor)
        return super().forward(input_tensor)

    def backward(self, error_tensor: Array) -> Array:
        slope = self._slope.copy()
        slope[slope > 0] = 1
        slope[slope < 0] = 0
        slope *= error_tensor
        return slope


class Buffered(framework.TanH):
    """Backward returns the same buffer every time."""

    def backward(self, error_tensor: Array) -> Array:
        result = super().backward(error_tensor)
        self._buffer = vars(self).get("_buffer", np.empty(0))
        if self._buffer.shape != result.shape:
            self._buffer = np.empty_like(result)
        self._buffer[...] = result
        return self._buffer


class OverwritesThroughAView(framework.Flatten):
    """The error is written into the array that forward was given."""

    def forward(self, input_tensor: Array) -> Array:
        self._given = input_tensor
        return super().forward(input_tensor)

    def backward(self, error_tensor: Array) -> Array:
        result = super().backward(error_tensor)
        self._given.reshape(result.shape)[...] = result
        return result


class CountsBackwards(framework.Sigmoid):
    """Every further backward is larger."""

    def forward(self, input_tensor: Array) -> Array:
        self._count = 0
        return super().forward(input_tensor)

    def backward(self, error_tensor: Array) -> Array:
        self._count += 1
        result: Array = self._count * super().backward(error_tensor)
        return result


class SlopeOfSquares(framework.TanH):
    """The slope is 1 - sinh² / cosh², of which both overflow."""

    def forward(self, input_tensor: Array) -> Array:
        self._given = np.array(input_tensor)
        return super().forward(input_tensor)

    def backward(self, error_tensor: Array) -> Array:
        with np.errstate(all="ignore"):
            result: Array = error_tensor * (1 - (np.sinh(self._given) / np.cosh(self._given)) ** 2)
        return result


class RaisesAtLargeInputs(SlopeOfSquares):
    """The slope is computed under the rule that every overflow is an error."""

    def backward(self, error_tensor: Array) -> Array:
        with np.errstate(all="raise"):
            result: Array = error_tensor / np.cosh(self._given) ** 2
        return result


def verdicts(build: Callable[[Spec], Any], spec_name: str) -> dict[str, set[Verdict]]:
    found: dict[str, set[Verdict]] = {}
    for finding in findings(build, spec_name):
        if finding.check in LAWS and finding.verdict is not Verdict.PASSED:
            found.setdefault(finding.check, set()).add(finding.verdict)
    return found


@pytest.mark.parametrize("subject", [Forgetful, WritesIntoItsOwnCopy, Buffered], ids=lambda cls: cls.__name__)
def test_correct_layers_are_accepted(subject: type) -> None:
    assert verdicts(made_of(subject), subject.__mro__[1].__name__) == {}


@pytest.mark.parametrize(
    ("subject", "law", "verdict"),
    [
        (OverwritesThroughAView, "contract.pure", Verdict.FAILED),
        (CountsBackwards, "contract.backward-again", Verdict.FAILED),
        (SlopeOfSquares, "gradient.extreme", Verdict.FAILED),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_wrong_layers_are_not(subject: type, law: str, verdict: Verdict) -> None:
    assert verdicts(made_of(subject), subject.__mro__[1].__name__) == {law: {verdict}}


def test_a_backward_that_raises_at_large_inputs_is_the_subject_s_error() -> None:
    assert verdicts(made_of(RaisesAtLargeInputs), "TanH") == {"gradient.extreme": {Verdict.ERRORED}}
