import numpy as np

from Layers.Base import BaseLayer


class ReLU(BaseLayer):

    def __init__(self):
        super().__init__()
        self.positive = None

    def forward(self, input_tensor):
        # it is enough to remember where the input was positive
        self.positive = input_tensor > 0
        return np.maximum(0, input_tensor)

    def backward(self, error_tensor):
        return error_tensor * self.positive
