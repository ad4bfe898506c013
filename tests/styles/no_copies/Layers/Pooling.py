import numpy as np

from Layers.Base import BaseLayer


class Pooling(BaseLayer):

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape = stride_shape
        self.pooling_shape = pooling_shape

    def corners(self):
        # upper left corner of every window that fits into the image
        height, width = self.input_shape[2:]
        for p, row in enumerate(range(0, height - self.pooling_shape[0] + 1, self.stride_shape[0])):
            for q, column in enumerate(range(0, width - self.pooling_shape[1] + 1, self.stride_shape[1])):
                yield p, q, row, column

    def forward(self, input_tensor):
        self.input_shape = input_tensor.shape
        batch, channels, height, width = input_tensor.shape
        window_height, window_width = self.pooling_shape
        rows = (height - window_height) // self.stride_shape[0] + 1
        columns = (width - window_width) // self.stride_shape[1] + 1

        output = np.zeros((batch, channels, rows, columns), dtype=input_tensor.dtype)
        # where the maximum was: backward sends the error back to this place
        self.max_row = np.zeros(output.shape, dtype=int)
        self.max_column = np.zeros(output.shape, dtype=int)
        for p, q, row, column in self.corners():
            window = input_tensor[:, :, row:row + window_height, column:column + window_width]
            window = window.reshape(batch, channels, -1)
            output[:, :, p, q] = np.max(window, axis=2)
            inside = np.argmax(window, axis=2)
            self.max_row[:, :, p, q] = row + inside // window_width
            self.max_column[:, :, p, q] = column + inside % window_width
        return output

    def backward(self, error_tensor):
        previous_error = np.zeros(self.input_shape, dtype=error_tensor.dtype)
        batch, channels = np.indices(self.input_shape[:2])
        for p, q, _, _ in self.corners():
            # += because windows may overlap; within one window every sample and channel has one place
            place = batch, channels, self.max_row[:, :, p, q], self.max_column[:, :, p, q]
            previous_error[place] += error_tensor[:, :, p, q]
        return previous_error
