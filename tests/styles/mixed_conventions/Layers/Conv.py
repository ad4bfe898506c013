import copy

import numpy as np

from .Base import BaseLayer


class Conv(BaseLayer):
    """Signals go through np.convolve, which turns the kernels; images through loops over the places, which does not."""

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        # [2], (2,) and 2 are the same for signals
        self.stride_shape = np.atleast_1d(stride_shape).tolist()
        self.convolution_shape = convolution_shape
        self.num_kernels = num_kernels
        self.weights = np.random.uniform(0, 1, (num_kernels,) + tuple(convolution_shape))
        self.bias = np.random.uniform(0, 1, (num_kernels, 1))
        self.optimizer_bias = None

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, value):
        self._optimizer = value
        self.optimizer_bias = copy.deepcopy(value)

    def initialize(self, weights_initializer, bias_initializer):
        area = int(np.prod(self.convolution_shape[1:]))
        fans = self.convolution_shape[0] * area, self.num_kernels * area
        self.weights = weights_initializer.initialize(self.weights.shape, *fans)
        self.bias = bias_initializer.initialize((self.num_kernels, 1), *fans)

    def forward(self, input_tensor):
        self.input_tensor = input_tensor.copy()
        self.w = self.weights.copy()
        if len(self.convolution_shape) == 2:
            return self.forward_signal(input_tensor)
        _, _, height, width = input_tensor.shape
        _, M, N = self.convolution_shape
        self.before = M // 2, N // 2
        self.padded = np.pad(input_tensor, ((0, 0), (0, 0), (M // 2, (M - 1) // 2), (N // 2, (N - 1) // 2)))
        rows, columns = range(0, height, self.stride_shape[0]), range(0, width, self.stride_shape[1])
        output = np.zeros((len(input_tensor), self.num_kernels, len(rows), len(columns)))
        for p, y in enumerate(rows):
            for q, x in enumerate(columns):
                window = self.padded[:, :, y:y + M, x:x + N]
                output[:, :, p, q] = np.tensordot(window, self.w, axes=((1, 2, 3), (1, 2, 3))) + self.bias.T
        return output

    def forward_signal(self, input_tensor):
        _, C, L = input_tensor.shape
        N = self.convolution_shape[1]
        output = np.zeros((len(input_tensor), self.num_kernels, L))
        for b, sample in enumerate(input_tensor):
            for k in range(self.num_kernels):
                for c in range(C):
                    # the middle of the full convolution
                    output[b, k] += np.convolve(sample[c], self.w[k, c])[N // 2:N // 2 + L]
        return output[:, :, ::self.stride_shape[0]] + self.bias

    def backward(self, error_tensor):
        if len(self.convolution_shape) == 2:
            result = self.backward_signal(error_tensor)
        else:
            result = self.backward_image(error_tensor)
        self.gradient_bias = error_tensor.sum(axis=(0, *range(2, error_tensor.ndim)))[:, None]
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self.optimizer_bias.calculate_update(self.bias, self.gradient_bias)
        return result

    def backward_image(self, error_tensor):
        _, M, N = self.convolution_shape
        padded_error = np.zeros_like(self.padded)
        self.gradient_weights = np.zeros_like(self.w)
        for p in range(error_tensor.shape[2]):
            for q in range(error_tensor.shape[3]):
                y, x, e = p * self.stride_shape[0], q * self.stride_shape[1], error_tensor[:, :, p, q]
                self.gradient_weights += np.tensordot(e, self.padded[:, :, y:y + M, x:x + N], axes=(0, 0))
                padded_error[:, :, y:y + M, x:x + N] += np.tensordot(e, self.w, axes=(1, 0))
        (top, left), (height, width) = self.before, self.input_tensor.shape[2:]
        return padded_error[:, :, top:top + height, left:left + width]

    def backward_signal(self, error_tensor):
        B, C, L = self.input_tensor.shape
        N = self.convolution_shape[1]
        # the error of the full convolution, before the stride and the cut
        full = np.zeros((B, self.num_kernels, L + N - 1))
        full[:, :, N // 2:N // 2 + L:self.stride_shape[0]] = error_tensor
        result = np.zeros(self.input_tensor.shape)
        self.gradient_weights = np.zeros(self.w.shape)
        for b in range(B):
            for k in range(self.num_kernels):
                for c in range(C):
                    for n in range(N):
                        result[b, c] += full[b, k, n:n + L] * self.w[k, c, n]
                        self.gradient_weights[k, c, n] += full[b, k, n:n + L] @ self.input_tensor[b, c]
        return result
