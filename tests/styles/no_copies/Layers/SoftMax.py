import numpy as np

from Layers.Base import BaseLayer


class SoftMax(BaseLayer):

    def __init__(self):
        super().__init__()
        self.probabilities = None

    def forward(self, input_tensor):
        # shifting a row does not change the result, but keeps exp from overflowing
        shifted = input_tensor - np.max(input_tensor, axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        self.probabilities = exponentials / np.sum(exponentials, axis=1, keepdims=True)
        return self.probabilities

    def backward(self, error_tensor):
        # every output of a row depends on every input of that row
        weighted = np.sum(error_tensor * self.probabilities, axis=1, keepdims=True)
        return self.probabilities * (error_tensor - weighted)
