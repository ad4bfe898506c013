import copy

import numpy as np

from Layers.Base import BaseLayer


class Conv(BaseLayer):

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.stride_shape = stride_shape
        self.convolution_shape = convolution_shape
        self.num_kernels = num_kernels
        self.weights = np.random.rand(num_kernels, *convolution_shape)
        self.bias = np.random.rand(num_kernels)
        self._optimizer = None
        self.bias_optimizer = None

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, value):
        self._optimizer = value
        self.bias_optimizer = copy.deepcopy(value)

    def initialize(self, weights_initializer, bias_initializer):
        fan_in, fan_out = 1, self.num_kernels
        for number in self.convolution_shape:
            fan_in *= number
        for number in self.convolution_shape[1:]:
            fan_out *= number
        self.weights = weights_initializer.initialize(self.weights.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize(self.bias.shape, fan_in, fan_out)

    def forward(self, input_tensor):
        self.input_tensor = input_tensor.copy()
        self.w = np.array(self.weights)
        if len(self.convolution_shape) == 2:
            return self.forward_signal(input_tensor)
        batch, channels, height, width = input_tensor.shape
        _, kernel_height, kernel_width = self.convolution_shape
        top, left = (kernel_height - 1) // 2, (kernel_width - 1) // 2
        output = []
        for b in range(batch):
            maps = []
            for k in range(self.num_kernels):
                rows = []
                for y in range(-top, height - top, self.stride_shape[0]):
                    row = []
                    for x in range(-left, width - left, self.stride_shape[1]):
                        total = 0.0
                        for m in range(kernel_height):
                            for n in range(kernel_width):
                                if 0 <= y + m < height and 0 <= x + n < width:
                                    for c in range(channels):
                                        total += input_tensor[b, c, y + m, x + n] * self.w[k, c, m, n]
                        row.append(total + self.bias[k])
                    rows.append(row)
                maps.append(rows)
            output.append(maps)
        return np.array(output)

    def forward_signal(self, input_tensor):
        batch, channels, length = input_tensor.shape
        size = self.convolution_shape[1]
        left = (size - 1) // 2
        starts = range(-left, length - left, self.stride_shape[0])
        output = np.zeros((batch, self.num_kernels, len(starts)))
        for b in range(batch):
            for k in range(self.num_kernels):
                for p, start in enumerate(starts):
                    output[b, k, p] = self.bias[k]
                    for n in range(size):
                        if 0 <= start + n < length:
                            for c in range(channels):
                                output[b, k, p] += input_tensor[b, c, start + n] * self.w[k, c, n]
        return output

    def backward(self, error_tensor):
        self.gradient_weights = np.zeros(self.w.shape)
        self.gradient_bias = np.zeros(self.num_kernels)
        result = np.zeros(self.input_tensor.shape)
        if len(self.convolution_shape) == 2:
            self.backward_signal(error_tensor, result)
        else:
            self.backward_image(error_tensor, result)
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self.bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        return result

    def backward_image(self, error_tensor, result):
        batch, _, height, width = result.shape
        _, kernel_height, kernel_width = self.convolution_shape
        top, left = (kernel_height - 1) // 2, (kernel_width - 1) // 2
        for b in range(batch):
            for k in range(self.num_kernels):
                for p in range(error_tensor.shape[2]):
                    for q in range(error_tensor.shape[3]):
                        e = error_tensor[b, k, p, q]
                        self.gradient_bias[k] += e
                        for m in range(kernel_height):
                            for n in range(kernel_width):
                                y = p * self.stride_shape[0] + m - top
                                x = q * self.stride_shape[1] + n - left
                                if 0 <= y < height and 0 <= x < width:
                                    self.gradient_weights[k, :, m, n] += e * self.input_tensor[b, :, y, x]
                                    result[b, :, y, x] += e * self.w[k, :, m, n]

    def backward_signal(self, error_tensor, result):
        batch, _, length = result.shape
        size = self.convolution_shape[1]
        for b in range(batch):
            for k in range(self.num_kernels):
                for p in range(error_tensor.shape[2]):
                    e = error_tensor[b, k, p]
                    self.gradient_bias[k] += e
                    for n in range(size):
                        x = p * self.stride_shape[0] + n - (size - 1) // 2
                        if 0 <= x < length:
                            self.gradient_weights[k, :, n] += e * self.input_tensor[b, :, x]
                            result[b, :, x] += e * self.w[k, :, n]
