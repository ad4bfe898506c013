from dataclasses import dataclass, field

import numpy as np

from .Base import BaseLayer


@dataclass(slots=True)
class Mask:
    probability: float
    values: np.ndarray | None = field(default=None, repr=False)

    def draw(self, shape, dtype):
        self.values = np.random.choice([0.0, 1.0], size=shape, p=[1 - self.probability, self.probability])
        self.values = (self.values / self.probability).astype(dtype)

    def apply(self, tensor):
        return tensor.copy() if self.values is None else tensor * self.values


class Dropout(BaseLayer):

    def __init__(self, probability):
        super().__init__()
        self.mask = Mask(probability)

    def forward(self, input_tensor):
        if self.testing_phase:
            self.mask.values = None
        else:
            self.mask.draw(input_tensor.shape, input_tensor.dtype)
        return self.mask.apply(input_tensor)

    def backward(self, error_tensor):
        return self.mask.apply(error_tensor)
