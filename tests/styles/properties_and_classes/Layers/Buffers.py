import numpy as np


class Buffers:
    """Memory that is used again, as long as shape and type stay the same."""

    __slots__ = ("_arrays",)

    def __init__(self):
        self._arrays = {}

    def get(self, name, shape, dtype):
        array = self._arrays.get(name)
        if array is None or array.shape != tuple(shape) or array.dtype != dtype:
            array = self._arrays[name] = np.empty(shape, dtype)
        return array

    def zeros(self, name, shape, dtype):
        array = self.get(name, shape, dtype)
        array.fill(0)
        return array
