"""Softmax: mistakes."""

from __future__ import annotations

import numpy as np

from ..framework import SoftMax
from ..framework.validation import Tensor
from .registry import Declare

EVERY_BATCH = ("9-by-4", "square", "two-classes")  # the cases with more than one sample

mistake = Declare(families=("gradient",))


class SoftMaxInSteps(SoftMax):
    """The same layer with its passes cut into steps, so that a mistake can replace one of them."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        exponentials = np.exp(input_tensor - self._shift(input_tensor))
        probabilities: Tensor = exponentials / self._total(exponentials)
        self._probabilities = probabilities
        return probabilities.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        probabilities = self._of_latest_forward(self._probabilities)
        input_error: Tensor = probabilities * (error_tensor - self._expected_error(error_tensor, probabilities))
        return input_error

    def _shift(self, input_tensor: Tensor) -> Tensor:
        shift: Tensor = input_tensor.max(axis=1, keepdims=True)
        return shift

    def _total(self, exponentials: Tensor) -> Tensor:
        total: Tensor = exponentials.sum(axis=1, keepdims=True)
        return total

    def _expected_error(self, error_tensor: Tensor, probabilities: Tensor) -> Tensor:
        expected_error: Tensor = (error_tensor * probabilities).sum(axis=1, keepdims=True)
        return expected_error


@mistake(hint="subtract the row's maximum first: np.exp(x - x.max(axis=1, keepdims=True))", families=("value",))
class NoShift(SoftMaxInSteps):
    """Large inputs become NaN.

    exp overflows for inputs above 709, and inf / inf is NaN. Subtracting the row's maximum does not change the
    result, but keeps every exponent at or below 0.
    """

    def _shift(self, input_tensor: Tensor) -> Tensor:
        return np.zeros_like(input_tensor)


@mistake(hint="x.max(axis=1, keepdims=True): one maximum for each row", families=("value",), cases=EVERY_BATCH)
class ShiftByLargestOfAll(SoftMaxInSteps):
    """One maximum is subtracted from all rows.

    A row that lies far below the largest entry of the batch has exponentials that are all 0, and 0 / 0 is NaN. One
    outlier in a batch spoils the other samples.
    """

    def _shift(self, input_tensor: Tensor) -> Tensor:
        return np.full_like(input_tensor, input_tensor.max())


@mistake(hint="x.max(axis=1, keepdims=True)", families=("contract", "value"))
class ShiftWithoutKeepdims(SoftMaxInSteps):
    """The rows' maxima are subtracted from the columns.

    Without keepdims the maxima form a vector, which NumPy subtracts from every row: column j loses row j's maximum.
    It fits only if there are as many samples as classes.
    """

    def _shift(self, input_tensor: Tensor) -> Tensor:
        shift: Tensor = input_tensor.max(axis=1)
        return shift


@mistake(hint="sum over the classes: axis=1, keepdims=True", families=("value", "gradient"))
class OverTheBatch(SoftMaxInSteps):
    """Forward sums over the batch.

    axis=0 makes every column add up to 1, not every row: a sample's probabilities depend on the other samples.
    """

    def _total(self, exponentials: Tensor) -> Tensor:
        total: Tensor = exponentials.sum(axis=0, keepdims=True)
        return total


@mistake(
    hint="exponentials.sum(axis=1, keepdims=True), not exponentials.sum()",
    families=("value", "gradient"),
)
class OverEverything(SoftMaxInSteps):
    """Forward sums over the whole batch.

    All probabilities of all samples together add up to 1. With a single sample that is right, so it is easily missed.
    """

    def _total(self, exponentials: Tensor) -> Tensor:
        return np.full_like(exponentials, exponentials.sum())


@mistake(hint="exponentials / exponentials.sum(axis=1, keepdims=True)", families=("value", "gradient"))
class DividedByMaximum(SoftMaxInSteps):
    """Forward divides by the largest exponential, not by their sum.

    The largest probability is always 1, and a row adds up to more than 1.
    """

    def _total(self, exponentials: Tensor) -> Tensor:
        total: Tensor = exponentials.max(axis=1, keepdims=True)
        return total


@mistake(
    hint="exponentials / exponentials.sum(axis=1, keepdims=True): after the shift the sum is at least 1",
    families=("value",),
)
class EpsilonInSum(SoftMaxInSteps):
    """An epsilon is added to the sum.

    1e-7 in the denominator was meant against a division by 0, which cannot happen. The rows no longer add up to 1.
    """

    def _total(self, exponentials: Tensor) -> Tensor:
        return super()._total(exponentials) + 1e-7


@mistake(hint="y * (error - (error * y).sum(axis=1, keepdims=True))")
class DiagonalOnly(SoftMaxInSteps):
    """Backward knows the diagonal of the Jacobian only.

    error * y * (1 - y) is the sigmoid's derivative. With softmax every input changes every output of the row: the
    entries -y_i y_j beside the diagonal are missing.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        y = self._of_latest_forward(self._probabilities)
        result: Tensor = error_tensor * y * (1 - y)
        return result


@mistake(hint="(error * y).sum(axis=1, keepdims=True): over the classes of each sample")
class BackwardOverTheBatch(SoftMaxInSteps):
    """Backward sums over the batch.

    The sum in the derivative runs over axis 0 and mixes the samples; it has to run over the classes of each sample.
    """

    def _expected_error(self, error_tensor: Tensor, probabilities: Tensor) -> Tensor:
        expected_error: Tensor = (error_tensor * probabilities).sum(axis=0, keepdims=True)
        return expected_error


@mistake(hint="(error * y).sum(axis=1, keepdims=True), not np.sum(error * y)", cases=EVERY_BATCH)
class BackwardOverEverything(SoftMaxInSteps):
    """Backward sums over the whole batch.

    One number is subtracted from the errors of all samples. With a single sample that is right, so it is easily
    missed.
    """

    def _expected_error(self, error_tensor: Tensor, probabilities: Tensor) -> Tensor:
        return np.full_like(probabilities, np.sum(error_tensor * probabilities))


@mistake(hint="(error * y).sum(axis=1, keepdims=True): weighted by the probabilities")
class BackwardUnweighted(SoftMaxInSteps):
    """The errors are summed without the probabilities.

    backward subtracts the plain sum of a row's errors; the derivative has their mean under the probabilities y.
    """

    def _expected_error(self, error_tensor: Tensor, probabilities: Tensor) -> Tensor:
        expected_error: Tensor = error_tensor.sum(axis=1, keepdims=True)
        del probabilities
        return expected_error


@mistake(hint="self.probabilities = ... in forward; backward: y * (error - ...) with y = self.probabilities")
class BackwardFromInput(SoftMaxInSteps):
    """The derivative is computed from the input.

    y * (error - sum(error * y)) holds for the probabilities y; backward puts in the scores x instead.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        probabilities = super().forward(input_tensor)
        self._probabilities = input_tensor.copy()
        return probabilities


@mistake(
    hint="np.einsum('bij,bj->bi', jacobian, error) with one Jacobian for each sample, or use the closed form",
    cases=EVERY_BATCH,
)
class JacobianOfFirstSample(SoftMaxInSteps):
    """The first sample's Jacobian is used for all samples.

    diag(y) - y yᵀ is built once, from row 0. With a single sample that is right, so it is easily missed.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        y = self._of_latest_forward(self._probabilities)[0]
        input_error: Tensor = error_tensor @ (np.diag(y) - np.outer(y, y))
        return input_error
