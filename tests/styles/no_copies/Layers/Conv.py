import copy

import numpy as np

from Layers.Base import BaseLayer


class Conv(BaseLayer):

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.convolution_shape = tuple(convolution_shape)
        self.num_kernels = num_kernels
        # a 1D signal is handled as an image with only one row
        self.is_1d = len(convolution_shape) == 2
        if self.is_1d:
            self.kernel_size = (1, convolution_shape[1])
            self.stride = (1, stride_shape[0])
        else:
            self.kernel_size = tuple(convolution_shape[1:])
            self.stride = tuple(stride_shape)
        self.weights = np.random.uniform(0, 1, (num_kernels, *convolution_shape))
        self.bias = np.random.uniform(0, 1, num_kernels)
        self.gradient_weights = None
        self.gradient_bias = None

    def initialize(self, weights_initializer, bias_initializer):
        fan_in = np.prod(self.convolution_shape)
        fan_out = self.num_kernels * np.prod(self.convolution_shape[1:])
        self.weights = weights_initializer.initialize((self.num_kernels, *self.convolution_shape), fan_in, fan_out)
        self.bias = bias_initializer.initialize((self.num_kernels,), fan_in, fan_out)

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        # weights and bias must not share the momentum
        self._optimizer = optimizer
        self._bias_optimizer = copy.deepcopy(optimizer)

    def patches(self, padded):
        # for every kernel entry: the pixels that it is multiplied with, one for each output
        rows, columns = self.image_size
        for m in range(self.kernel_size[0]):
            for n in range(self.kernel_size[1]):
                yield m, n, padded[:, :, m:m + rows:self.stride[0], n:n + columns:self.stride[1]]

    def without_padding(self, padded):
        rows, columns = self.image_size
        top, left = [(size - 1) // 2 for size in self.kernel_size]
        return padded[:, :, top:top + rows, left:left + columns]

    def forward(self, input_tensor):
        self.input_shape = input_tensor.shape
        images = input_tensor[:, :, np.newaxis, :] if self.is_1d else input_tensor
        self.image_size = images.shape[2:]

        # "same" padding: for even kernels the additional zero comes at the end
        batch, channels, rows, columns = images.shape
        padded_shape = batch, channels, rows + self.kernel_size[0] - 1, columns + self.kernel_size[1] - 1
        self.padded = np.zeros(padded_shape, dtype=input_tensor.dtype)
        self.without_padding(self.padded)[:] = images

        self.kernels = self.weights.reshape(self.num_kernels, -1, *self.kernel_size)
        output = self.bias.reshape(1, -1, 1, 1)
        for m, n, patch in self.patches(self.padded):
            output = output + np.einsum("bcpq,kc->bkpq", patch, self.kernels[:, :, m, n])
        return output[:, :, 0, :] if self.is_1d else output

    def backward(self, error_tensor):
        error = error_tensor[:, :, np.newaxis, :] if self.is_1d else error_tensor

        gradient = np.zeros_like(self.kernels)
        padded_error = np.zeros_like(self.padded)
        places = self.patches(padded_error)
        for (m, n, patch), (_, _, place) in zip(self.patches(self.padded), places):
            gradient[:, :, m, n] = np.einsum("bkpq,bcpq->kc", error, patch)
            # place is a view, so this adds to padded_error
            place += np.einsum("bkpq,kc->bcpq", error, self.kernels[:, :, m, n])
        self.gradient_weights = gradient.reshape(self.weights.shape)
        self.gradient_bias = np.sum(error, axis=(0, 2, 3))

        # the padding gets no gradient: cut it off
        previous_error = self.without_padding(padded_error)

        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)

        return previous_error.reshape(self.input_shape)
