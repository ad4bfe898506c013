import copy

import numpy as np
from scipy import signal

from Layers.Base import BaseLayer


class Conv(BaseLayer):
    """A convolution as in signal processing: kernels are turned, their channels too."""

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.stride_shape = stride_shape
        self.convolution_shape = convolution_shape
        self.num_kernels = num_kernels
        self.weights = np.random.uniform(0, 1, (num_kernels, *convolution_shape))
        self.bias = np.random.uniform(0, 1, num_kernels)
        self._optimizer = self._bias_optimizer = None

    def get_optimizer(self):
        return self._optimizer

    def set_optimizer(self, optimizer):
        self._optimizer = optimizer
        self._bias_optimizer = copy.deepcopy(optimizer)

    optimizer = property(get_optimizer, set_optimizer)

    def initialize(self, weights_initializer, bias_initializer):
        fan_in = np.prod(self.convolution_shape)
        fan_out = np.prod(self.convolution_shape[1:]) * self.num_kernels
        self.weights = weights_initializer.initialize((self.num_kernels, *self.convolution_shape), fan_in, fan_out)
        self.bias = bias_initializer.initialize(self.num_kernels, fan_in, fan_out)

    def strided(self, tensor):
        return tensor[(slice(None), slice(None), *(slice(None, None, step) for step in self.stride_shape))]

    def forward(self, input_tensor):
        sizes = self.convolution_shape[1:]
        # the odd cell goes to the front
        padding = [(size // 2, (size - 1) // 2) for size in sizes]
        self.inside = tuple(slice(before, before + n) for (before, _), n in zip(padding, input_tensor.shape[2:]))
        self.padded = np.pad(input_tensor, [(0, 0), (0, 0), *padding])
        self.used = self.weights.copy()
        full = np.zeros((len(input_tensor), self.num_kernels, *input_tensor.shape[2:]))
        for b, image in enumerate(self.padded):
            for k, kernel in enumerate(self.used):
                full[b, k] = signal.convolve(image, kernel, mode="valid", method="direct")[0] + self.bias[k]
        self.full_shape = full.shape
        return self.strided(full)

    def backward(self, error_tensor):
        error = np.zeros(self.full_shape)
        self.strided(error)[...] = error_tensor
        result = np.zeros_like(self.padded)
        self.gradient_weights = np.zeros_like(self.used)
        for b in range(len(error)):
            for k, kernel in enumerate(self.used):
                result[b] += signal.correlate(error[b, k][np.newaxis], kernel, mode="full", method="direct")
                for c, plane in enumerate(self.padded[b]):
                    part = signal.correlate(plane, error[b, k], mode="valid", method="direct")
                    self.gradient_weights[k, -1 - c] += np.flip(part)
        axes = (0, *range(2, error.ndim))
        self.gradient_bias = error_tensor.sum(axis=axes)
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        return result[(slice(None), slice(None), *self.inside)]
