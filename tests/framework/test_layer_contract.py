"""Laws that every layer obeys, each with mutants that break it."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from backproof.framework import (
    BaseLayer,
    BatchNormalization,
    Dropout,
    Flatten,
    FullyConnected,
    ReLU,
    SgdWithMomentum,
    Sigmoid,
    SoftMax,
    TanH,
    UniformRandom,
)

Tensor = NDArray[Any]
Gradient = Callable[[Callable[[], float], Tensor], Tensor]


@dataclass(frozen=True)
class Subject:
    make: Callable[[], BaseLayer]
    shape: tuple[int, ...]
    testing: bool = False

    def layer(self) -> Any:
        layer = self.make()
        if isinstance(layer, FullyConnected):
            layer.initialize(UniformRandom(seed=1), UniformRandom(seed=2))
        if isinstance(layer, BatchNormalization):
            layer.weights, layer.bias = np.array([0.5, -2.0, 3.0]), np.array([1.0, 0.25, -4.0])
            layer.forward(np.random.default_rng(3).normal(2.0, 3.0, self.shape))
        layer.testing_phase = self.testing
        return layer

    def input(self, seed: int) -> Tensor:
        return np.random.default_rng(seed).normal(0.5, 1.5, self.shape)


def forward(layer: Any, input_tensor: Tensor) -> Tensor:
    """Run forward with the same random numbers at every call."""
    if hasattr(layer, "rng"):
        layer.rng = np.random.default_rng(7)
    output: Tensor = layer.forward(input_tensor)
    return output


def error_for(output: Tensor) -> Tensor:
    return np.random.default_rng(8).normal(size=output.shape)


def parameters(layer: Any) -> list[str]:
    return [name for name in ("weights", "bias") if hasattr(layer, name)]


def gradients(layer: Any) -> list[Tensor]:
    return [getattr(layer, f"gradient_{name}") for name in parameters(layer)]


def law_gradient(subject: Subject, numerical_gradient: Gradient) -> None:
    layer, input_tensor = subject.layer(), subject.input(1)
    error = error_for(forward(layer, input_tensor))
    input_error = layer.backward(error)

    def projection() -> float:
        return float(np.sum(error * forward(layer, input_tensor)))

    assert_allclose(input_error, numerical_gradient(projection, input_tensor), rtol=1e-9, atol=1e-11)
    for name, gradient in zip(parameters(layer), gradients(layer), strict=True):
        assert_allclose(gradient, numerical_gradient(projection, getattr(layer, name)), rtol=1e-9, atol=1e-11)


def law_arguments_are_not_modified(subject: Subject, _: Gradient) -> None:
    layer, input_tensor = subject.layer(), subject.input(1)
    output = forward(layer, input_tensor)
    assert_array_equal(input_tensor, subject.input(1))
    error = error_for(output)
    layer.backward(error)
    assert_array_equal(error, error_for(output))
    assert_array_equal(input_tensor, subject.input(1))


def law_callers_may_overwrite_tensors(subject: Subject, _: Gradient) -> None:
    layer, input_tensor = subject.layer(), subject.input(1)
    error = error_for(forward(layer, input_tensor))
    expected = [layer.backward(error), *gradients(layer)]
    output = forward(layer, input_tensor)
    assert not np.shares_memory(output, input_tensor)
    input_tensor[...], output[...] = np.nan, np.nan
    for name in parameters(layer):
        getattr(layer, name)[...] = np.nan
    argument = error.copy()
    found = [layer.backward(argument), *gradients(layer)]
    assert not np.shares_memory(found[0], argument)
    argument[...] = np.nan
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other)
    found[0][...] = np.nan
    assert_array_equal(layer.backward(error), expected[0])


def law_backward_does_not_accumulate(subject: Subject, _: Gradient) -> None:
    layer, input_tensor = subject.layer(), subject.input(1)
    error = error_for(forward(layer, input_tensor))
    first = [layer.backward(error), *gradients(layer)]
    second = [layer.backward(error), *gradients(layer)]
    for one, other in zip(first, second, strict=True):
        assert_array_equal(one, other)


def law_backward_belongs_to_the_latest_forward(subject: Subject, _: Gradient) -> None:
    used, fresh, input_tensor = subject.layer(), subject.layer(), subject.input(1)
    decoy = np.concatenate([subject.input(2), subject.input(3)])
    used.testing_phase = True  # the decoy leaves running averages alone
    used.backward(error_for(forward(used, decoy)))
    used.testing_phase = subject.testing
    output = forward(used, input_tensor)
    assert_array_equal(output, forward(fresh, input_tensor))
    used.testing_phase = not subject.testing  # the phase of forward counts
    error = error_for(output)
    assert_array_equal(used.backward(error), fresh.backward(error))
    for one, other in zip(gradients(used), gradients(fresh), strict=True):
        assert_array_equal(one, other)


def law_integers_are_numbers(subject: Subject, _: Gradient) -> None:
    integers = np.random.default_rng(1).integers(-3, 4, subject.shape)
    outputs = [forward(subject.layer(), integers.astype(dtype)) for dtype in (int, float)]
    assert outputs[0].dtype == np.float64
    assert_array_equal(outputs[0], outputs[1])


def law_float32_stays_float32(subject: Subject, _: Gradient) -> None:
    layer = subject.layer()
    if isinstance(layer, BatchNormalization):
        layer.running_mean = layer.running_var = None
    layer.optimizer = SgdWithMomentum(0.1, 0.5)
    for name in parameters(layer):
        setattr(layer, name, getattr(layer, name).astype(np.float32))
    for _repetition in range(2):
        output = forward(layer, subject.input(1).astype(np.float32))
        tensors = [output, layer.backward(error_for(output).astype(np.float32)), *gradients(layer)]
        tensors += [getattr(layer, name) for name in parameters(layer)]
        assert {tensor.dtype for tensor in tensors} == {np.dtype(np.float32)}


def law_update_comes_last(subject: Subject, _: Gradient) -> None:
    plain, learning, input_tensor = subject.layer(), subject.layer(), subject.input(1)
    learning.optimizer = SgdWithMomentum(0.1, 0.5)
    optimizers = {name: deepcopy(learning.optimizer) for name in parameters(plain)}
    for _repetition in range(2):
        output = forward(learning, input_tensor)
        assert_array_equal(output, forward(plain, input_tensor))
        error = error_for(output)
        assert_array_equal(learning.backward(error), plain.backward(error))
        for name, gradient in zip(parameters(plain), gradients(plain), strict=True):
            assert_array_equal(getattr(learning, f"gradient_{name}"), gradient)
            setattr(plain, name, optimizers[name].calculate_update(getattr(plain, name), gradient))
            assert_array_equal(getattr(learning, name), getattr(plain, name))


def law_wrong_use_is_refused(subject: Subject, _: Gradient) -> None:
    layer, input_tensor = subject.make(), subject.input(1)
    name = type(layer).__name__
    with pytest.raises(RuntimeError, match=rf"^{name}\.backward was called before forward"):
        layer.backward(input_tensor)
    output = layer.forward(input_tensor)
    for wrong in (output[:1], output[..., np.newaxis], output.T):
        with pytest.raises(ValueError, match=rf"^{name}\.backward: error_tensor\.shape=\(.*\), but should be \(.*\)$"):
            layer.backward(wrong)
    with pytest.raises(ValueError, match=rf"^{name}\.forward: input_tensor\.dtype=complex128, but should be real"):
        layer.forward(input_tensor + 1j)


LAWS = [
    law_gradient,
    law_arguments_are_not_modified,
    law_callers_may_overwrite_tensors,
    law_backward_does_not_accumulate,
    law_backward_belongs_to_the_latest_forward,
    law_integers_are_numbers,
    law_float32_stays_float32,
    law_update_comes_last,
    law_wrong_use_is_refused,
]

LAYERS = {
    "fully_connected": Subject(lambda: FullyConnected(4, 3), (5, 4)),
    "relu": Subject(ReLU, (5, 4)),
    "sigmoid": Subject(Sigmoid, (5, 2, 2)),
    "tanh": Subject(TanH, (5, 4)),
    "softmax": Subject(SoftMax, (5, 4)),
    "flatten": Subject(Flatten, (5, 3, 1, 2)),
    "dropout": Subject(lambda: Dropout(0.6), (5, 4)),
    "dropout-testing": Subject(lambda: Dropout(0.6), (5, 4), testing=True),
    "batch_normalization-vectors": Subject(lambda: BatchNormalization(3), (6, 3)),
    "batch_normalization-images": Subject(lambda: BatchNormalization(3), (2, 3, 2, 4)),
    "batch_normalization-vectors-testing": Subject(lambda: BatchNormalization(3), (6, 3), testing=True),
    "batch_normalization-images-testing": Subject(lambda: BatchNormalization(3), (2, 3, 2, 4), testing=True),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("name", LAYERS)
def test_layers_obey(name: str, law: Callable[[Subject, Gradient], None], numerical_gradient: Gradient) -> None:
    law(LAYERS[name], numerical_gradient)


class ElementwiseSoftMax(SoftMax):
    """Uses the diagonal of the Jacobian only."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        assert self._probabilities is not None
        derivative: Tensor = self._probabilities * (1 - self._probabilities)
        return error_tensor * derivative


class UnscaledDropout(Dropout):
    """Forgets the factor 1 / probability in backward."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        return super().backward(error_tensor) * self.probability


class InPlaceReLU(ReLU):
    """Writes into the error."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        assert self._positive is not None
        error_tensor[~self._positive] = 0
        return error_tensor


class ReferencingReLU(ReLU):
    """Keeps a reference to the input instead of a copy."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        self.input_tensor = input_tensor
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        return np.where(self.input_tensor > 0, error_tensor, 0.0)


class LeakingTanH(TanH):
    """Returns its cached activation."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        assert self._activation is not None
        return self._activation


class AccumulatingFullyConnected(FullyConnected):
    """Adds up the gradients of all calls."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        before = self.gradient_weights
        input_error = super().backward(error_tensor)
        if before is not None and self.gradient_weights is not None:
            self.gradient_weights = before + self.gradient_weights
        return input_error


class UpdatingFirstFullyConnected(FullyConnected):
    """Computes the error with the updated weights."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        super().backward(error_tensor)
        return error_tensor @ self.weights[:-1].T


class FirstForwardSigmoid(Sigmoid):
    """Never replaces its cache."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        first = self._activation
        output = super().forward(input_tensor)
        self._activation = self._activation if first is None else first[: len(input_tensor)]
        return output


class PhaseOfBackwardDropout(Dropout):
    """Looks at the phase once more in backward."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor.copy() if self.testing_phase else super().backward(error_tensor)


class ConstantStatistics(BatchNormalization):
    """Forgets that the statistics of the batch depend on the input."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        assert self._cache is not None
        self._cache = self._cache._replace(of_batch=False)
        return super().backward(error_tensor)


class DoubleSigmoid(Sigmoid):
    """Turns everything to float64."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(input_tensor.astype(np.float64))


class ViewingFlatten(Flatten):
    """Returns a view of its input, in whatever dtype."""

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        return input_tensor.reshape(len(input_tensor), -1)


class BroadcastingReLU(ReLU):
    """Does not look at shapes."""

    def backward(self, error_tensor: Tensor) -> Tensor:
        assert self._positive is not None
        return error_tensor * np.ones_like(error_tensor)


@pytest.mark.parametrize(
    ("mutant", "shape", "law"),
    [
        (ElementwiseSoftMax, (5, 4), law_gradient),
        (lambda: UnscaledDropout(0.6), (5, 4), law_gradient),
        (lambda: ConstantStatistics(3), (6, 3), law_gradient),
        (InPlaceReLU, (5, 4), law_arguments_are_not_modified),
        (ReferencingReLU, (5, 4), law_callers_may_overwrite_tensors),
        (LeakingTanH, (5, 4), law_callers_may_overwrite_tensors),
        (ViewingFlatten, (5, 3, 2), law_callers_may_overwrite_tensors),
        (lambda: AccumulatingFullyConnected(4, 3), (5, 4), law_backward_does_not_accumulate),
        (FirstForwardSigmoid, (5, 4), law_backward_belongs_to_the_latest_forward),
        (lambda: PhaseOfBackwardDropout(0.6), (5, 4), law_backward_belongs_to_the_latest_forward),
        (ViewingFlatten, (5, 3, 2), law_integers_are_numbers),
        (DoubleSigmoid, (5, 4), law_float32_stays_float32),
        (lambda: UpdatingFirstFullyConnected(4, 3), (5, 4), law_update_comes_last),
        (BroadcastingReLU, (5, 4), law_wrong_use_is_refused),
    ],
)
def test_mutants_are_caught(
    mutant: Callable[[], BaseLayer],
    shape: tuple[int, ...],
    law: Callable[[Subject, Gradient], None],
    numerical_gradient: Gradient,
) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        law(Subject(mutant, shape), numerical_gradient)
