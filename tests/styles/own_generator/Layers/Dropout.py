import numpy as np

from Layers.Base import BaseLayer


class Dropout(BaseLayer):

    def __init__(self, probability):
        super().__init__()
        self.probability = probability
        self.rng = np.random.default_rng()

    def forward(self, input_tensor):
        if self.testing_phase:
            self.mask = np.float32(1)
            return input_tensor.copy()
        self.mask = self.rng.binomial(1, self.probability, input_tensor.shape).astype(input_tensor.dtype)
        self.mask /= self.probability
        return input_tensor * self.mask

    def backward(self, error_tensor):
        return error_tensor * self.mask
