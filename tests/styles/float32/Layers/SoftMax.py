import numpy as np

from Layers.Base import FLOAT, BaseLayer


class SoftMax(BaseLayer):

    def forward(self, input_tensor):
        x = input_tensor.astype(FLOAT)
        exponentials = np.exp(x - x.max(axis=1, keepdims=True))
        self.y = exponentials / exponentials.sum(axis=1, keepdims=True)
        return self.y.copy()

    def backward(self, error_tensor):
        error = error_tensor.astype(FLOAT)
        return self.y * (error - np.sum(error * self.y, axis=1, keepdims=True))
