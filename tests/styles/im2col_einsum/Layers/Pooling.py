import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from Layers.Base import BaseLayer


class Pooling(BaseLayer):

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape = stride_shape
        self.pooling_shape = pooling_shape

    def forward(self, input_tensor):
        self.shape = input_tensor.shape
        windows = sliding_window_view(input_tensor, self.pooling_shape, axis=(2, 3))
        windows = windows[:, :, ::self.stride_shape[0], ::self.stride_shape[1]]
        columns = windows.reshape(*windows.shape[:4], -1)
        self.places = np.argmax(columns, axis=-1)
        return np.take_along_axis(columns, self.places[..., None], axis=-1)[..., 0]

    def backward(self, error_tensor):
        result = np.zeros(self.shape)
        b, c, p, q = np.indices(self.places.shape)
        m, n = np.unravel_index(self.places, self.pooling_shape)
        # windows may overlap, so a place may come twice: add.at adds both
        np.add.at(result, (b, c, p * self.stride_shape[0] + m, q * self.stride_shape[1] + n), error_tensor)
        return result
