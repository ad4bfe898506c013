import copy

import numpy as np

from .Base import BaseLayer


class BatchNormalization(BaseLayer):

    def __init__(self, channels):
        super().__init__()
        self.trainable = True
        self.channels = channels
        self.weights, self.bias = np.ones(channels), np.zeros(channels)
        self.running_mean, self.running_var = np.zeros(channels), np.ones(channels)
        self.batches = 0

    def initialize(self, weights_initializer, bias_initializer):
        self.weights[:], self.bias[:] = 1, 0

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, value):
        self._optimizer, self._optimizer_bias = copy.deepcopy(value), copy.deepcopy(value)

    def reformat(self, tensor):
        if tensor.ndim == 4:
            self.shape = tensor.shape
            return np.stack([tensor[:, c].ravel() for c in range(self.channels)], axis=1)
        B, _, M, N = self.shape
        return np.stack([tensor[:, c].reshape(B, M, N) for c in range(self.channels)], axis=1)

    def forward(self, input_tensor):
        x = input_tensor if input_tensor.ndim == 2 else self.reformat(input_tensor)
        self.was_testing = self.testing_phase
        if self.was_testing:
            mean, var = self.running_mean, self.running_var
        else:
            mean, var = np.mean(x, axis=0), np.mean((x - np.mean(x, axis=0)) ** 2, axis=0)
            # test with the unbiased variance; one row has none
            unbiased = var * len(x) / max(len(x) - 1, 1)
            decay = 0.9 if self.batches else 0
            self.running_mean = decay * self.running_mean + (1 - decay) * mean
            self.running_var = decay * self.running_var + (1 - decay) * unbiased
            self.batches += 1
        self.std = np.sqrt(var + 1e-12)
        self.normed = (x - mean) / self.std
        y = self.normed * self.weights + self.bias
        return y if input_tensor.ndim == 2 else self.reformat(y)

    def backward(self, error_tensor):
        e = error_tensor if error_tensor.ndim == 2 else self.reformat(error_tensor)
        N = len(e)
        self.gradient_weights, self.gradient_bias = np.sum(e * self.normed, axis=0), np.sum(e, axis=0)
        if self.was_testing:
            dx = e * self.weights / self.std
        else:
            dx = self.weights / (N * self.std) * (N * e - self.gradient_bias - self.normed * self.gradient_weights)
        if self.optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._optimizer_bias.calculate_update(self.bias, self.gradient_bias)
        return dx if error_tensor.ndim == 2 else self.reformat(dx)
