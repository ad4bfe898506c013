import numpy as np

from Layers.Base import BaseLayer


class Pooling(BaseLayer):

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape = stride_shape
        self.pooling_shape = pooling_shape

    def windows(self, tensor):
        (m, n), (sy, sx) = self.pooling_shape, self.stride_shape
        for p in range((tensor.shape[2] - m) // sy + 1):
            for q in range((tensor.shape[3] - n) // sx + 1):
                yield (p, q), tensor[:, :, p * sy:p * sy + m, q * sx:q * sx + n]

    def forward(self, input_tensor):
        self.input_tensor = input_tensor.copy()
        (m, n), (sy, sx) = self.pooling_shape, self.stride_shape
        rows, columns = (input_tensor.shape[2] - m) // sy + 1, (input_tensor.shape[3] - n) // sx + 1
        output = np.empty((*input_tensor.shape[:2], rows, columns), dtype=input_tensor.dtype)
        for (p, q), window in self.windows(input_tensor):
            output[:, :, p, q] = window.max(axis=(2, 3))
        return output

    def backward(self, error_tensor):
        result = np.zeros(self.input_tensor.shape, dtype=error_tensor.dtype)
        for ((p, q), window), (_, place) in zip(self.windows(self.input_tensor), self.windows(result)):
            largest = window == window.max(axis=(2, 3), keepdims=True)
            # equal maxima share the error
            share = largest / largest.sum(axis=(2, 3), keepdims=True)
            place += (error_tensor[:, :, p, q, None, None] * share).astype(result.dtype)
        return result
