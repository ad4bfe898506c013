import numpy as np

from Layers.Base import BaseLayer


class Sigmoid(BaseLayer):

    def __init__(self):
        super().__init__()
        self.input_tensor = None

    def forward(self, input_tensor):
        # exp(-x) overflows for very negative x, exp(-|x|) never does
        small = np.exp(-np.abs(input_tensor))
        self.input_tensor = input_tensor.copy()
        return np.where(input_tensor >= 0, 1 / (1 + small), small / (1 + small))

    def backward(self, error_tensor):
        return error_tensor * self.input_tensor * (1 - self.input_tensor)
