"""Conv: y[b, k, p] = bias[k] + sum of weights[k, c, m] x[b, c, s p + m - before], where x has such an entry."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np

from ...specs import Conv
from ..numerics.compare import Array, Estimate, estimate
from .dispatch import ANY, Conventions, forward

SEQUENCES = ", sequences: "  # between the choice for images and that for sequences, where they differ


@forward.register
def _(spec: Conv, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    kernels, bias = turned(parameters["weights"], x, conventions), parameters["bias"]
    before = paddings_before(kernels, x, conventions)
    y, magnitude = np.empty((2, *spec.output_shape(x.shape)))
    for place in itertools.product(*map(range, y.shape[2:])):
        starts = [stride * p - b for stride, p, b in zip(spec.stride_shape, place, before, strict=True)]
        # The part of the window that lies inside of the input: the zeros around it add nothing.
        bounds = [
            (max(start, 0), min(start + size, length))
            for start, size, length in zip(starts, kernels.shape[2:], x.shape[2:], strict=True)
        ]
        inside = slice(None), *(slice(low, high) for low, high in bounds)
        met = (
            slice(None),
            *(slice(low - start, high - start) for start, (low, high) in zip(starts, bounds, strict=True)),
        )
        for sample, kernel in itertools.product(range(len(x)), range(spec.num_kernels)):
            products = (kernels[kernel][met] * x[sample][inside]).ravel().tolist()
            y[sample, kernel, *place] = math.fsum([*products, bias[kernel]])
            magnitude[sample, kernel, *place] = math.fsum(map(abs, [*products, bias[kernel]]))
    return _with_transforms(estimate(y, magnitude, kernels[0].size + 1), x, kernels)


def turned(kernels: Array, x: Array, conventions: Conventions) -> Array:
    """The kernels as they meet the input: by convention turned by 180 degrees, or with their channels reversed."""
    if _choice(conventions, "convolution", x) == "convolution":
        kernels = np.flip(kernels, tuple(range(2, x.ndim)))
    if _choice(conventions, "kernel channels", x) == "reversed":
        kernels = np.flip(kernels, 1)
    return kernels


def paddings_before(kernels: Array, x: Array, conventions: Conventions) -> list[int]:
    """The number of zeros in front of the input, by axis of the kernels behind their channels."""
    early = _choice(conventions, "even kernels", x) == "padding before"
    return [size // 2 if early else (size - 1) // 2 for size in kernels.shape[2:]]


def _choice(conventions: Conventions, name: str, x: Array) -> str:
    images, _, sequences = conventions.get(name, "").partition(SEQUENCES)
    return sequences if sequences and x.ndim == 3 else images


def _with_transforms(direct: Estimate, x: Array, kernels: Array) -> Estimate:
    """Room for the fast Fourier transform as well, whose error is relative to the sample's norm, not to the entry.

    |error| <= c eps log2(n) |x| |w| with n the padded size (Higham 2002, theorem 24.2, for three transforms).
    """
    padded = [size + kernel - 1 for size, kernel in zip(x.shape[2:], kernels.shape[2:], strict=True)]
    size = math.prod(padded)
    norms = np.linalg.norm(x.reshape(len(x), -1), axis=1)[:, None] * np.linalg.norm(
        kernels.reshape(len(kernels), -1), axis=1
    )
    room = estimate(norms, norms, 3 * math.log2(max(size, 2))).error
    return Estimate(direct.value, direct.error + room.reshape(*room.shape, *(1 for _ in padded)))
