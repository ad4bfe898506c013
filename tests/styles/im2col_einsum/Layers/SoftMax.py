import numpy as np

from Layers.Base import BaseLayer


class SoftMax(BaseLayer):

    def forward(self, input_tensor):
        x = input_tensor - input_tensor.max(axis=1, keepdims=True)
        # exp of the logarithm of the probabilities
        self.y = np.exp(x - np.log(np.exp(x).sum(axis=1, keepdims=True)))
        return self.y.copy()

    def backward(self, error_tensor):
        jacobians = np.einsum("bi,ij->bij", self.y, np.eye(self.y.shape[1])) - np.einsum("bi,bj->bij", self.y, self.y)
        return np.einsum("bij,bj->bi", jacobians, error_tensor)
