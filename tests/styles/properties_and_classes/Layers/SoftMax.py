import numpy as np

from .Base import BaseLayer


class SoftMax(BaseLayer):

    def forward(self, input_tensor):
        output = input_tensor.copy()
        output -= output.max(axis=1)[:, None]
        np.exp(output, out=output)
        output /= output.sum(axis=1)[:, None]
        self._output = output
        return output.copy()

    def backward(self, error_tensor):
        result = error_tensor.copy()
        result -= np.einsum("ij,ij->i", error_tensor, self._output)[:, None]
        result *= self._output
        return result
