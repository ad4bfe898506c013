"""Batch normalization: mistakes in the test phase that ordinary inputs do not show."""

from __future__ import annotations

import numpy as np

from ..framework import BatchNormalization
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("value",), cases=("vector-test-phase", "image-test-phase"))


@mistake(hint="self.weights * (x - mean) / np.sqrt(var + eps) + self.bias, without np.clip")
class TestClips(BatchNormalization):
    """The test phase clips what it has normalised.

    Values beyond some deviations are taken for outliers and cut. The training phase does not do that, so the next
    layer meets other numbers than it has learned from.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        if self.testing_phase and self.running_mean is not None and self.running_var is not None:
            shape = (1, -1) + (1,) * (input_tensor.ndim - 2)
            mean, deviation = self.running_mean.reshape(shape), np.sqrt(self.running_var).reshape(shape)
            input_tensor = np.clip(input_tensor, mean - 1000 * deviation, mean + 1000 * deviation)
        return super().forward(input_tensor)
