import numpy as np

from Layers.Base import FLOAT, BaseLayer


class Pooling(BaseLayer):

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape, self.pooling_shape = stride_shape, pooling_shape

    def forward(self, input_tensor):
        self.shape = input_tensor.shape
        (m, n), (sy, sx) = self.pooling_shape, self.stride_shape
        rows, columns = (self.shape[2] - m) // sy + 1, (self.shape[3] - n) // sx + 1
        output = np.zeros((*self.shape[:2], rows, columns), dtype=FLOAT)
        self.places = np.zeros(output.shape, dtype=int)
        for p in range(rows):
            for q in range(columns):
                window = input_tensor[:, :, p * sy:p * sy + m, q * sx:q * sx + n].reshape(*self.shape[:2], -1)
                place = window.argmax(axis=2)
                output[:, :, p, q] = window.max(axis=2)
                self.places[:, :, p, q] = (p * sy + place // n) * self.shape[3] + q * sx + place % n
        return output

    def backward(self, error_tensor):
        result = np.zeros((self.shape[0] * self.shape[1], self.shape[2] * self.shape[3]), dtype=FLOAT)
        places = self.places.reshape(len(result), -1)
        np.add.at(result, (np.arange(len(result))[:, None], places), error_tensor.reshape(len(result), -1))
        return result.reshape(self.shape)
