import numpy as np

from .Base import BaseLayer


class ReLU(BaseLayer):

    def forward(self, input_tensor):
        self.slope = np.heaviside(input_tensor, 0.5)
        return (np.abs(input_tensor) + input_tensor) / 2

    def backward(self, error_tensor):
        return error_tensor * self.slope
