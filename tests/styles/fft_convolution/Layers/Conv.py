import copy

import numpy as np

from Layers.Base import BaseLayer


class Conv(BaseLayer):
    """Products of spectra: a correlation is a product with the conjugate."""

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.signal = len(convolution_shape) == 2
        self.convolution_shape = tuple(convolution_shape)
        self.num_kernels = num_kernels
        self.size = (1, convolution_shape[1]) if self.signal else tuple(convolution_shape[1:])
        self.stride = (1, stride_shape[0]) if self.signal else tuple(stride_shape)
        self.weights = np.random.rand(num_kernels, *convolution_shape)
        self.bias = np.random.rand(num_kernels, 1)
        self._optimizers = [None, None]

    optimizer = property(lambda self: self._optimizers[0])

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizers = [copy.deepcopy(optimizer), copy.deepcopy(optimizer)]

    def initialize(self, weights_initializer, bias_initializer):
        fan_in = int(np.prod(self.convolution_shape))
        fan_out = self.num_kernels * int(np.prod(self.size))
        self.weights = weights_initializer.initialize(self.weights.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize((self.num_kernels, 1), fan_in, fan_out)

    def forward(self, input_tensor):
        self.shape = input_tensor.shape
        images = input_tensor.reshape(*self.shape[:2], 1, -1) if self.signal else input_tensor
        self.image = images.shape[2:]
        self.before = [(size - 1) // 2 for size in self.size]
        self.fast = [image + size - 1 for image, size in zip(self.image, self.size)]
        self.spectrum = np.fft.rfft2(images, self.fast)
        self.kernels = self.weights.reshape(self.num_kernels, -1, *self.size)
        self.kernel_spectrum = np.fft.rfft2(self.kernels, self.fast)
        product = np.einsum("bcuv,kcuv->bkuv", self.spectrum, self.kernel_spectrum.conj())
        full = np.fft.irfft2(product, self.fast)
        # a correlation begins at minus the padding: roll it there
        full = np.roll(full, self.before, axis=(2, 3))
        output = full[:, :, :self.image[0]:self.stride[0], :self.image[1]:self.stride[1]]
        output = output + self.bias.reshape(1, -1, 1, 1)
        return output[:, :, 0] if self.signal else output

    def backward(self, error_tensor):
        error_tensor = error_tensor[:, :, None] if self.signal else error_tensor
        error = np.zeros((self.shape[0], self.num_kernels, *self.fast))
        error[:, :, :self.image[0]:self.stride[0], :self.image[1]:self.stride[1]] = error_tensor
        spectrum = np.fft.rfft2(np.roll(error, [-before for before in self.before], axis=(2, 3)))
        result = np.fft.irfft2(np.einsum("bkuv,kcuv->bcuv", spectrum, self.kernel_spectrum), self.fast)
        gradient = np.fft.irfft2(np.einsum("bkuv,bcuv->kcuv", spectrum.conj(), self.spectrum), self.fast)
        self.gradient_weights = gradient[:, :, :self.size[0], :self.size[1]].reshape(self.weights.shape)
        self.gradient_bias = error_tensor.sum(axis=(0, 2, 3)).reshape(self.bias.shape)
        if self.optimizer is not None:
            self.weights = self._optimizers[0].calculate_update(self.weights, self.gradient_weights)
            self.bias = self._optimizers[1].calculate_update(self.bias, self.gradient_bias)
        return result[:, :, :self.image[0], :self.image[1]].reshape(self.shape)
