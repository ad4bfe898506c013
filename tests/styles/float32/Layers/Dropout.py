import numpy as np

from Layers.Base import FLOAT, BaseLayer


class Dropout(BaseLayer):

    def __init__(self, probability):
        super().__init__()
        self.probability = probability

    def forward(self, input_tensor):
        self.mask = np.ones(input_tensor.shape, dtype=FLOAT)
        if not self.testing_phase:
            dropped = np.random.random(input_tensor.shape) >= self.probability
            self.mask[dropped] = 0
            self.mask /= FLOAT(self.probability)
        return input_tensor.astype(FLOAT) * self.mask

    def backward(self, error_tensor):
        return error_tensor.astype(FLOAT) * self.mask
