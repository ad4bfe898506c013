import copy

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from Layers.Base import BaseLayer


class Conv(BaseLayer):

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.dim1 = len(convolution_shape) == 2
        self.stride_shape = (stride_shape[0], 1) if self.dim1 else stride_shape
        self.convolution_shape = convolution_shape
        self.num_kernels = num_kernels
        # a signal is an image with one column, so the kernels get an axis of size 1 at the end
        shape = (*convolution_shape, 1) if self.dim1 else convolution_shape
        self.weights = np.random.uniform(0, 1, (num_kernels, *shape))
        self.bias = np.random.uniform(0, 1, num_kernels)
        self.optimizer_b = None

    def initialize(self, weights_initializer, bias_initializer):
        receptive = np.prod(self.convolution_shape[1:])
        fan_in, fan_out = self.convolution_shape[0] * receptive, self.num_kernels * receptive
        self.weights = weights_initializer.initialize(self.weights.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize(self.bias.shape, fan_in, fan_out)

    @property
    def optimizer(self):
        return self.optimizer_w

    @optimizer.setter
    def optimizer(self, value):
        self.optimizer_w, self.optimizer_b = value, copy.deepcopy(value)

    def forward(self, input_tensor):
        x = input_tensor[..., None] if self.dim1 else input_tensor
        self.shape = x.shape
        M, N = self.weights.shape[2:]
        self.pad = (M - 1) // 2, (N - 1) // 2
        x = np.pad(x, ((0, 0), (0, 0), (self.pad[0], M // 2), (self.pad[1], N // 2)))
        self.padded_shape = x.shape
        windows = sliding_window_view(x, (M, N), axis=(2, 3))[:, :, ::self.stride_shape[0], ::self.stride_shape[1]]
        B, C, P, Q = windows.shape[:4]
        # every window is one row
        self.columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(B * P * Q, C * M * N)
        self.matrix = self.weights.reshape(self.num_kernels, -1).T.copy()
        out = self.columns @ self.matrix + self.bias
        out = out.reshape(B, P, Q, self.num_kernels).transpose(0, 3, 1, 2)
        return out[..., 0] if self.dim1 else out

    def backward(self, error_tensor):
        e = error_tensor[..., None] if self.dim1 else error_tensor
        B, K, P, Q = e.shape
        rows = e.transpose(0, 2, 3, 1).reshape(-1, K)
        self.gradient_weights = (self.columns.T @ rows).T.reshape(self.weights.shape)
        self.gradient_bias = rows.sum(axis=0)
        M, N = self.weights.shape[2:]
        pieces = (rows @ self.matrix.T).reshape(B, P, Q, -1, M, N).transpose(0, 3, 4, 5, 1, 2)
        dx = np.zeros(self.padded_shape)
        sy, sx = self.stride_shape
        for m in range(M):
            for n in range(N):
                dx[:, :, m:m + sy * P:sy, n:n + sx * Q:sx][:, :, :P, :Q] += pieces[:, :, m, n]
        if self.optimizer is not None:
            self.weights = self.optimizer_w.calculate_update(self.weights, self.gradient_weights)
            self.bias = self.optimizer_b.calculate_update(self.bias, self.gradient_bias)
        dx = dx[:, :, self.pad[0]:self.pad[0] + self.shape[2], self.pad[1]:self.pad[1] + self.shape[3]]
        return dx[..., 0] if self.dim1 else dx
