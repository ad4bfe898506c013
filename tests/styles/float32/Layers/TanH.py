import numpy as np

from Layers.Base import FLOAT, BaseLayer


class TanH(BaseLayer):

    def forward(self, input_tensor):
        self.activations = np.tanh(input_tensor.astype(FLOAT))
        return self.activations.copy()

    def backward(self, error_tensor):
        return error_tensor.astype(FLOAT) * (1 - self.activations ** 2)
