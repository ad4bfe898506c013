from dataclasses import dataclass

import numpy as np

from .Base import BaseLayer


@dataclass(frozen=True)
class Window:
    row: int
    column: int
    place: tuple


class Pooling(BaseLayer):

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape, self.pooling_shape = tuple(stride_shape), tuple(pooling_shape)
        self._cache = []

    def windows(self, shape):
        rows, columns = [(shape[2 + axis] - self.pooling_shape[axis]) // self.stride_shape[axis] + 1 for axis in (0, 1)]
        for row, column in np.ndindex(rows, columns):
            top, left = row * self.stride_shape[0], column * self.stride_shape[1]
            yield Window(row, column, np.s_[:, :, top:top + self.pooling_shape[0], left:left + self.pooling_shape[1]])

    def forward(self, input_tensor):
        self._shape = input_tensor.shape
        self._cache = []
        windows = list(self.windows(input_tensor.shape))
        output = np.empty((*self._shape[:2], windows[-1].row + 1, windows[-1].column + 1), input_tensor.dtype)
        for window in windows:
            part = input_tensor[window.place]
            flat = part.reshape(*part.shape[:2], -1)
            index = flat.argmax(axis=2)
            # one 1 in every window
            choice = (np.arange(flat.shape[2]) == index[..., None]).reshape(part.shape)
            output[:, :, window.row, window.column] = np.where(choice, part, 0).sum(axis=(2, 3))
            self._cache.append((window, choice))
        return output

    def backward(self, error_tensor):
        result = np.zeros(self._shape, error_tensor.dtype)
        for window, choice in self._cache:
            result[window.place] += choice * error_tensor[:, :, window.row, window.column][:, :, None, None]
        return result
