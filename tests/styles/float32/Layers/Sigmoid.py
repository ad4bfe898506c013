import numpy as np

from Layers.Base import FLOAT, BaseLayer


class Sigmoid(BaseLayer):

    def forward(self, input_tensor):
        x = input_tensor.astype(FLOAT)
        self.activations = 1 / (1 + np.exp(-x))
        return self.activations.copy()

    def backward(self, error_tensor):
        return error_tensor.astype(FLOAT) * self.activations * (1 - self.activations)
