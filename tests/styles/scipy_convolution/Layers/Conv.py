import copy

import numpy as np
from scipy import signal

from Layers.Base import BaseLayer


class Conv(BaseLayer):

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.stride_shape = tuple(stride_shape)
        self.convolution_shape = tuple(convolution_shape)
        self.num_kernels = num_kernels
        self.weights = np.random.uniform(size=(num_kernels, *convolution_shape))
        self.bias = np.random.uniform(size=num_kernels)
        self.padding = [(0, 0), (0, 0)] + [((size - 1) // 2, size // 2) for size in self.convolution_shape[1:]]
        # which entries of the stride-1 output are kept
        self.steps = tuple(slice(None, None, step) for step in self.stride_shape)

    def initialize(self, weights_initializer, bias_initializer):
        fan_in = np.prod(self.convolution_shape)
        fan_out = self.num_kernels * np.prod(self.convolution_shape[1:])
        self.weights = weights_initializer.initialize(self.weights.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize((self.num_kernels,), fan_in, fan_out)

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = copy.deepcopy(optimizer)
        self._bias_optimizer = copy.deepcopy(optimizer)

    def forward(self, input_tensor):
        self.shape = input_tensor.shape
        self.padded = np.pad(input_tensor, self.padding)
        self.kernels = self.weights.copy()
        output = np.zeros((self.shape[0], self.num_kernels, *self.shape[2:]))
        for b in range(self.shape[0]):
            for k in range(self.num_kernels):
                # "valid" over all axes at once adds up the channels too
                output[b, k] = signal.correlate(self.padded[b], self.kernels[k], mode="valid")[0] + self.bias[k]
        return output[(slice(None), slice(None), *self.steps)]

    def backward(self, error_tensor):
        # put the error back to where the stride has left it
        error = np.zeros((self.shape[0], self.num_kernels, *self.shape[2:]))
        error[(slice(None), slice(None), *self.steps)] = error_tensor
        inside = tuple(slice(before, before + size) for (before, _), size in zip(self.padding[2:], self.shape[2:]))
        result = np.zeros(self.shape)
        gradient = np.zeros(self.kernels.shape)
        for b in range(self.shape[0]):
            for k in range(self.num_kernels):
                for c in range(self.shape[1]):
                    gradient[k, c] += signal.correlate(self.padded[b, c], error[b, k], mode="valid", method="direct")
                    result[b, c] += signal.convolve(error[b, k], self.kernels[k, c], mode="full")[inside]
        self.gradient_weights = gradient
        self.gradient_bias = error_tensor.sum(axis=(0, *range(2, error_tensor.ndim)))
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        return result
