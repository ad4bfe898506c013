import numpy as np

from Layers.Base import FLOAT, BaseLayer


class ReLU(BaseLayer):

    def forward(self, input_tensor):
        self.output = np.maximum(input_tensor.astype(FLOAT), 0)
        return self.output.copy()

    def backward(self, error_tensor):
        return np.where(self.output > 0, error_tensor, 0).astype(FLOAT)
