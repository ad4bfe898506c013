import numpy as np

from Layers.Base import BaseLayer


class ReLU(BaseLayer):

    def forward(self, input_tensor):
        self.mask = (input_tensor >= 0).astype(input_tensor.dtype)
        return input_tensor * self.mask

    def backward(self, error_tensor):
        return np.multiply(error_tensor, self.mask)
