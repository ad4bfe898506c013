"""The tutorial's initializers: `initialize(shape)`, whose second dimension is the number of inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...specs import Array, He, InitializerSpec
from ..base import InitializerAdapter
from ..seeding import preserved_random_state, reseed


class TutorialInitializer(InitializerAdapter):
    """An initializer of the tutorial's API.

    Args:
        spec: the configured component.
        initializer: the submission's object.
    """

    def __init__(self, spec: InitializerSpec, initializer: Any) -> None:
        super().__init__(spec)
        self.initializer = initializer

    def initialize(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """An array of `shape`; He gets the shape (outputs, inputs) that the course's layers ask for."""
        del fan_out
        rows = math.prod(shape) // fan_in
        if not isinstance(self.spec, He) or rows * fan_in != math.prod(shape):
            plain: Array = self.initializer.initialize(shape)
            return plain
        drawn: Array = self.initializer.initialize((rows, fan_in))
        if np.shape(drawn) != (rows, fan_in):
            return drawn
        return drawn.T if shape == (fan_in, rows) else drawn.reshape(shape)

    def reseed(self, seed: int) -> None:
        reseed(seed, self.initializer)


class RecordingShapes:
    """An initializer that fills with one value and records the shapes that it is asked for.

    Args:
        value: the value.
    """

    def __init__(self, value: float) -> None:
        self.value = value
        self.shapes: list[tuple[int, ...]] = []

    def initialize(self, shape: Any, *rest: Any) -> Array:
        """An array of the value."""
        del rest
        self.shapes.append(tuple(np.empty(shape).shape))
        return np.full(shape, self.value, dtype=float)

    @staticmethod
    def fan_in(shape: tuple[int, ...], he: Any) -> int:
        """The number of inputs that the shape tells: its second dimension.

        For kernels (kernels, channels, height, width) it may as well be all but the first, if the submission's own He
        reads the shape in this way.
        """
        if len(shape) < 3:
            return shape[-1]
        second, rest = shape[1], math.prod(shape[1:])
        if he is None:
            return rest
        with preserved_random_state():
            spread = float(np.mean(np.square(he().initialize(shape))))
        return rest if abs(math.log(spread * rest / 2)) < abs(math.log(spread * second / 2)) else second
