"""What a layer remembers between calls: what is said of it, and by which calls."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from backproof import framework
from backproof.checks.results import Finding, Verdict
from backproof.specs import Array

from .mutants import made_of
from .running import findings


class OnTheClass(framework.TanH):
    """All instances share what the latest forward of any of them has stored."""

    kept: ClassVar[Array]

    def forward(self, input_tensor: Array) -> Array:
        OnTheClass.kept = np.tanh(input_tensor)
        return OnTheClass.kept.copy()

    def backward(self, error_tensor: Array) -> Array:
        result: Array = error_tensor * (1 - OnTheClass.kept**2)
        return result


class NanAfterwards(framework.Sigmoid):
    """From the second forward on, backward returns NaN."""

    count = 0

    def forward(self, input_tensor: Array) -> Array:
        self.count += 1
        return super().forward(input_tensor)

    def backward(self, error_tensor: Array) -> Array:
        return super().backward(error_tensor) * (np.nan if self.count > 1 else 1.0)


class LosesItsColumn(framework.SoftMax):
    """The sum over the classes keeps no axis: it fits where there are as many samples as classes."""

    def forward(self, input_tensor: Array) -> Array:
        exponentials = np.exp(input_tensor - input_tensor.max(axis=1, keepdims=True))
        self._output = exponentials / exponentials.sum(axis=1)
        return self._output.copy()


class SeesTheNextSample(framework.Identity):
    """All samples but the last see the one behind them."""

    def forward(self, input_tensor: Array) -> Array:
        output = np.array(super().forward(input_tensor))
        output[:-1] += 0.1 * input_tensor[1:]
        return output


def found(subject: type, law: str, seed: int = 0) -> list[Finding]:
    spec = subject.__mro__[1].__name__
    return [each for each in findings(made_of(subject), spec, names=(law,), seed=seed) if each.check == law]


def test_state_on_the_class_is_named_although_another_batch_size_raises() -> None:
    several = [each for each in found(OnTheClass, "contract.instances") if each.case != "batch-1"]
    assert {each.verdict for each in several if each.level == "full"} == {Verdict.FAILED}
    assert all(each.message.startswith("two instances share state") for each in several if each.level == "full")


def test_answers_that_are_not_finite_do_not_agree() -> None:
    verdicts = {each.verdict for each in found(NanAfterwards, "contract.latest") if each.level == "full"}
    assert verdicts == {Verdict.FAILED}


@pytest.mark.parametrize("seed", range(5))
def test_a_sample_that_sees_the_next_one(seed: int) -> None:
    assert {each.verdict for each in found(SeesTheNextSample, "contract.batch", seed)} == {Verdict.FAILED}


def test_what_fits_a_square_batch_alone_is_said_to_mix_samples() -> None:
    [square] = [each for each in found(LosesItsColumn, "contract.batch") if each.case == "square"]
    assert (square.verdict, "in another order" in square.message) == (Verdict.FAILED, True), square.message
