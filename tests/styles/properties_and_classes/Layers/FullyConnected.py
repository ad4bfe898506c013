import numpy as np

from .Base import TrainableLayer
from .Buffers import Buffers


class FullyConnected(TrainableLayer):

    __slots__ = ("__weakref__", "_buffers", "_gradient_weights", "_sizes", "_weights", "extended_input")

    def __init__(self, input_size, output_size):
        super().__init__()
        self._sizes = input_size, output_size
        self._buffers = Buffers()
        self._gradient_weights = None
        self._weights = np.random.uniform(size=(input_size + 1, output_size))

    @property
    def weights(self):
        return self._weights

    @weights.setter
    def weights(self, weights):
        expected = self._sizes[0] + 1, self._sizes[1]
        if weights.shape != expected:
            raise ValueError(f"weights have the shape {weights.shape} instead of {expected}")
        self._weights = weights

    @property
    def gradient_weights(self):
        return self._gradient_weights

    def initialize(self, weights_initializer, bias_initializer):
        n, m = self._sizes
        weights = np.empty((n + 1, m))
        weights[:n] = weights_initializer.initialize((n, m), n, m)
        weights[n:] = bias_initializer.initialize((1, m), n, m)
        self.weights = weights

    def forward(self, input_tensor):
        n, m = self._sizes
        self.extended_input = self._buffers.get("input", (len(input_tensor), n + 1), input_tensor.dtype)
        self.extended_input[:, :n] = input_tensor
        self.extended_input[:, n] = 1
        dtype = np.result_type(input_tensor, self._weights)
        out = self._buffers.get("output", (len(input_tensor), m), dtype)
        np.matmul(self.extended_input, self._weights, out=out)
        return out.copy()

    def backward(self, error_tensor):
        n, _ = self._sizes
        self._gradient_weights = self.extended_input.T @ error_tensor
        previous = self._buffers.get("error", (len(error_tensor), n), error_tensor.dtype)
        np.matmul(error_tensor, self._weights[:n].T.astype(error_tensor.dtype), out=previous)
        self.step(weights=self._gradient_weights)
        return previous.copy()
