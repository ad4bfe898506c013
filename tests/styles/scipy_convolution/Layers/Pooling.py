import numpy as np
from scipy import ndimage

from Layers.Base import BaseLayer


class Pooling(BaseLayer):

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape = stride_shape
        self.pooling_shape = pooling_shape

    def forward(self, input_tensor):
        self.input_tensor = input_tensor.copy()
        (m, n), (sy, sx) = self.pooling_shape, self.stride_shape
        height, width = input_tensor.shape[2:]
        # the filter is centred: the window that starts at 0 is found at half of its size
        largest = ndimage.maximum_filter(input_tensor, size=(1, 1, m, n), mode="nearest")
        self.output = largest[:, :, m // 2:m // 2 + height - m + 1:sy, n // 2:n // 2 + width - n + 1:sx]
        return self.output.copy()

    def backward(self, error_tensor):
        (m, n), (sy, sx) = self.pooling_shape, self.stride_shape
        result = np.zeros_like(self.input_tensor)
        taken = np.zeros(self.output.shape, dtype=bool)
        rows, columns = self.output.shape[2:]
        for i in range(m):
            for j in range(n):
                places = np.s_[:, :, i:i + (rows - 1) * sy + 1:sy, j:j + (columns - 1) * sx + 1:sx]
                here = (self.input_tensor[places] == self.output) & ~taken
                taken |= here
                result[places] += np.where(here, error_tensor, 0)
        return result
