import numpy as np

from Layers.Base import BaseLayer


class Pooling(BaseLayer):

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape = stride_shape
        self.pooling_shape = pooling_shape

    def forward(self, input_tensor):
        self.shape = input_tensor.shape
        batch, channels, height, width = self.shape
        self.winners = {}
        output = np.zeros((batch, channels, (height - self.pooling_shape[0]) // self.stride_shape[0] + 1,
                           (width - self.pooling_shape[1]) // self.stride_shape[1] + 1))
        for b, c, p, q in np.ndindex(output.shape):
            best = None
            for m in range(self.pooling_shape[0]):
                for n in range(self.pooling_shape[1]):
                    place = b, c, p * self.stride_shape[0] + m, q * self.stride_shape[1] + n
                    # the last of equal maxima wins
                    if best is None or input_tensor[place] >= input_tensor[best]:
                        best = place
            self.winners[b, c, p, q] = best
            output[b, c, p, q] = input_tensor[best]
        return output

    def backward(self, error_tensor):
        result = np.zeros(self.shape)
        for place, winner in self.winners.items():
            result[winner] += error_tensor[place]
        return result
