"""What the tests of the framework share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240229)


@pytest.fixture
def numerical_gradient() -> Callable[[Callable[[], float], NDArray[Any]], NDArray[Any]]:
    """Derivative of a scalar function with respect to every element of an array that it reads.

    Central differences of fourth order: with step 1e-3 truncation and rounding are both about 1e-13.
    """

    def gradient(function: Callable[[], float], array: NDArray[Any]) -> NDArray[Any]:
        step = 1e-3
        result = np.empty_like(array)
        for index in np.ndindex(array.shape):
            value = array[index]
            differences = []
            for distance in (step, 2 * step):
                array[index] = value + distance
                above = function()
                array[index] = value - distance
                differences.append(above - function())
            array[index] = value
            result[index] = (8 * differences[0] - differences[1]) / (12 * step)
        return result

    return gradient
