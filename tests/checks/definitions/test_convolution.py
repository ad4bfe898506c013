"""The definitions of Conv and Pooling against SciPy and NumPy, and the errors that they allow."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from backproof.checks import definitions
from backproof.checks.numerics.compare import compare
from backproof.specs import Array, Case, Conv, Pooling

SEEDS = range(5)
every_conv = pytest.mark.parametrize("case", Conv.cases(), ids=lambda case: case.name)
every_pooling = pytest.mark.parametrize("case", Pooling.cases(), ids=lambda case: case.name)
CHOICES = list(
    itertools.product(
        ("cross-correlation", "convolution"), ("in order", "reversed"), ("padding after", "padding before")
    )
)


def by_ndimage(spec: Conv, x: Array, weights: Array, bias: Array, choice: tuple[str, str, str]) -> Array:
    """Correlations of scipy.ndimage: without an origin, an even kernel reaches further before the pixel."""
    axes = tuple(range(2, x.ndim))
    weights = np.flip(weights, axes) if choice[0] == "convolution" else weights
    weights = weights[:, ::-1] if choice[1] == "reversed" else weights
    origin = [-1 if size % 2 == 0 and choice[2] == "padding after" else 0 for size in weights.shape[2:]]
    y = np.array(
        [
            [
                sum(
                    ndimage.correlate(image, kernel, mode="constant", origin=origin)
                    for image, kernel in zip(sample, kernels, strict=True)
                )
                for kernels in weights
            ]
            for sample in x
        ]
    )
    y = y + bias.reshape(-1, *(1 for _ in axes))
    return y[(slice(None), slice(None), *(slice(None, None, stride) for stride in spec.stride_shape))]


def drawn(case: Case, seed: int) -> tuple[Conv, Array, dict[str, Array]]:
    rng, spec = np.random.default_rng(seed), case.spec
    assert isinstance(spec, Conv)
    values = {name: rng.normal(size=parameter.shape) for name, parameter in spec.parameters().items()}
    return spec, rng.normal(size=case.input_shape), values


@every_conv
@pytest.mark.parametrize("choice", CHOICES, ids=", ".join)
def test_conv_in_every_convention(case: Case, choice: tuple[str, str, str]) -> None:
    named = dict(zip(("convolution", "kernel channels", "even kernels"), choice, strict=True))
    for seed in SEEDS:
        spec, x, values = drawn(case, seed)
        found = definitions.forward(spec, x, values, named)
        reference = by_ndimage(spec, x, values["weights"], values["bias"], choice)
        assert found.value.shape == reference.shape == found.error.shape
        assert compare(reference, found).within
        assert np.all(found.error > 0)
        assert np.all(found.error <= 1e-11)


@every_conv
def test_conventions_differ(case: Case) -> None:
    """Where the kernels tell two conventions apart, the bound does too."""
    spec, x, values = drawn(case, 0)
    found = definitions.forward(spec, x, values)
    kernel = spec.convolution_shape
    for index, apart in enumerate((max(kernel[1:]) > 1, kernel[0] > 1, any(size % 2 == 0 for size in kernel[1:]))):
        choice = list(CHOICES[0])
        choice[index] = ("convolution", "reversed", "padding before")[index]
        other = by_ndimage(spec, x, values["weights"], values["bias"], (choice[0], choice[1], choice[2]))
        assert compare(other, found).within != apart


def test_conventions_of_sequences_may_differ_from_those_of_images() -> None:
    named = {"even kernels": "padding after, sequences: padding before"}
    for case in Conv.cases():
        spec, x, values = drawn(case, 1)
        side = "padding before" if x.ndim == 3 else "padding after"
        one, other = (definitions.forward(spec, x, values, chosen) for chosen in (named, {"even kernels": side}))
        np.testing.assert_array_equal(one.value, other.value)


@every_pooling
def test_pooling(case: Case) -> None:
    spec = case.spec
    assert isinstance(spec, Pooling)
    for seed in SEEDS:
        x = np.random.default_rng(seed).normal(loc=-1.0, size=case.input_shape)
        windows = sliding_window_view(x, spec.pooling_shape, axis=(2, 3))
        expected = windows[:, :, :: spec.stride_shape[0], :: spec.stride_shape[1]].max(axis=(4, 5))
        np.testing.assert_array_equal(definitions.forward(spec, x, {}).value, expected)
