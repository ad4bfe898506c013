import copy

import numpy as np

from Layers.Base import BaseLayer


class BatchNormalization(BaseLayer):

    def __init__(self, channels):
        super().__init__()
        self.trainable = True
        self.channels = channels
        self.weights, self.bias = np.ones((1, channels)), np.zeros((1, channels))
        self.eps = 1e-15
        self.mean_moving = self.var_moving = None
        self.bias_optimizer = None

    def initialize(self, *initializers):
        self.weights, self.bias = np.ones((1, self.channels)), np.zeros((1, self.channels))

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, value):
        self._optimizer, self.bias_optimizer = value, copy.deepcopy(value)

    def reformat(self, tensor):
        if tensor.ndim == 4:
            self.shape = tensor.shape
            return np.einsum("bcmn->bmnc", tensor).reshape(-1, self.channels)
        B, C, M, N = self.shape
        return np.einsum("bmnc->bcmn", tensor.reshape(B, M, N, C))

    def forward(self, input_tensor):
        x = self.reformat(input_tensor) if input_tensor.ndim == 4 else input_tensor
        self.testing = self.testing_phase
        if self.testing:
            mean = np.zeros(self.channels) if self.mean_moving is None else self.mean_moving
            var = np.ones(self.channels) if self.var_moving is None else self.var_moving
        else:
            mean, var = x.mean(axis=0), x.var(axis=0)
            if self.mean_moving is None:
                self.mean_moving, self.var_moving = mean, var
            self.mean_moving = 0.7 * self.mean_moving + 0.3 * mean
            self.var_moving = 0.7 * self.var_moving + 0.3 * var
        self.inverse = (var + self.eps) ** -0.5
        self.hat = (x - mean) * self.inverse
        y = self.hat * self.weights + self.bias
        return self.reformat(y) if input_tensor.ndim == 4 else y

    def backward(self, error_tensor):
        e = self.reformat(error_tensor) if error_tensor.ndim == 4 else error_tensor
        self.gradient_weights = np.einsum("nc,nc->c", e, self.hat)[None]
        self.gradient_bias = np.einsum("nc->c", e)[None]
        dx = e * self.weights
        if not self.testing:
            # what changes mean and variance has no effect
            dx = dx - dx.mean(axis=0) - self.hat * np.einsum("nc,nc->c", dx, self.hat) / len(dx)
        dx = dx * self.inverse
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self.bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        return self.reformat(dx) if error_tensor.ndim == 4 else dx
