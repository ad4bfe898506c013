"""Laws that every layer obeys, as functions of a subject."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from backproof.framework import BaseLayer, BatchNormalization, Normal, SgdWithMomentum

Tensor = NDArray[Any]
Gradient = Callable[[Callable[[], float], Tensor], Tensor]


@dataclass(frozen=True)
class Subject:
    make: Callable[[], BaseLayer]
    shape: tuple[int, ...]
    testing: bool = False

    def layer(self) -> Any:
        layer = self.make()
        layer.initialize(Normal(0.7, seed=1), Normal(0.7, seed=2))
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
    return [name for name in ("weights", "bias", "output_weights") if hasattr(layer, name)]


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
    name = type(getattr(layer, "layer", layer)).__name__  # an activation leaves the work to another layer
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
