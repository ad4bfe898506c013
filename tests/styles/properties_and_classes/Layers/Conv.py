from functools import cached_property

import numpy as np

from .Base import TrainableLayer


class Conv(TrainableLayer):

    parameters = "weights", "bias"

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.stride_shape = tuple(stride_shape)
        self.convolution_shape = tuple(convolution_shape)
        self.num_kernels = num_kernels
        self.weights = np.random.uniform(0, 1, (num_kernels, *convolution_shape))
        self.bias = np.random.uniform(0, 1, num_kernels)
        self.gradient_weights = self.gradient_bias = None

    @cached_property
    def receptive_field(self):
        return int(np.prod(self.convolution_shape[1:]))

    @cached_property
    def offsets(self):
        """Where a kernel's entries lie, seen from its middle."""
        return list(np.ndindex(*self.convolution_shape[1:]))

    def initialize(self, weights_initializer, bias_initializer):
        fans = self.convolution_shape[0] * self.receptive_field, self.num_kernels * self.receptive_field
        self.weights = weights_initializer.initialize((self.num_kernels, *self.convolution_shape), *fans)
        self.bias = bias_initializer.initialize((self.num_kernels,), *fans)

    def pairs(self, offset):
        """Slices of input and output that meet in a kernel's entry: no padding is ever stored."""
        of_input, of_output = [slice(None), slice(None)], [slice(None), slice(None)]
        for o, kernel, size, stride in zip(offset, self.convolution_shape[1:], self.size, self.stride_shape):
            shift = o - (kernel - 1) // 2
            outputs = range(-(-size // stride))
            inside = [p for p in outputs if 0 <= p * stride + shift < size]
            if not inside:
                return None
            of_output.append(slice(inside[0], inside[-1] + 1))
            of_input.append(slice(inside[0] * stride + shift, inside[-1] * stride + shift + 1, stride))
        return tuple(of_input), tuple(of_output)

    def forward(self, input_tensor):
        self.input_tensor = input_tensor.copy()
        self.size = input_tensor.shape[2:]
        self._used = self.weights.copy()
        sizes = [-(-size // stride) for size, stride in zip(self.size, self.stride_shape)]
        output = np.empty((len(input_tensor), self.num_kernels, *sizes), np.result_type(input_tensor, self.bias))
        output[:] = self.bias.reshape(-1, *[1] * len(sizes))
        for offset in self.offsets:
            if (found := self.pairs(offset)) is not None:
                of_input, of_output = found
                entry = self._used[(slice(None), slice(None), *offset)]
                output[of_output] += np.einsum("bc...,kc->bk...", input_tensor[of_input], entry)
        return output

    def backward(self, error_tensor):
        self.gradient_weights = np.zeros_like(self._used)
        result = np.zeros_like(self.input_tensor)
        for offset in self.offsets:
            if (found := self.pairs(offset)) is not None:
                of_input, of_output = found
                place = (slice(None), slice(None), *offset)
                error, seen = error_tensor[of_output], self.input_tensor[of_input]
                axes = [0, *range(2, error.ndim)]
                self.gradient_weights[place] = np.tensordot(error, seen, axes=(axes, axes))
                result[of_input] += np.einsum("bk...,kc->bc...", error, self._used[place])
        self.gradient_bias = error_tensor.sum(axis=(0, *range(2, error_tensor.ndim)))
        self.step(weights=self.gradient_weights, bias=self.gradient_bias)
        return result
