import numpy as np

from Layers.Base import BaseLayer


class Sigmoid(BaseLayer):

    def __init__(self):
        super().__init__()
        self.activations = None

    def forward(self, input_tensor):
        # exp(-x) overflows for very negative x, exp(-|x|) never does
        small = np.exp(-np.abs(input_tensor))
        self.activations = np.where(input_tensor >= 0, 1 / (1 + small), small / (1 + small))
        return self.activations

    def backward(self, error_tensor):
        return error_tensor * self.activations * (1 - self.activations)
