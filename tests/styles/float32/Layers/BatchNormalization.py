import copy

import numpy as np

from Layers.Base import FLOAT, BaseLayer


class BatchNormalization(BaseLayer):

    def __init__(self, channels):
        super().__init__()
        self.trainable = True
        self.channels = channels
        self.initialize()
        self.running = None

    def initialize(self, weights_initializer=None, bias_initializer=None):
        self.weights = np.ones(self.channels, dtype=FLOAT)
        self.bias = np.zeros(self.channels, dtype=FLOAT)

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer, self._bias_optimizer = optimizer, copy.deepcopy(optimizer)

    def reformat(self, tensor):
        if tensor.ndim == 4:
            self.shape = tensor.shape
            return np.moveaxis(tensor, 1, 3).reshape(-1, self.channels)
        b, c, m, n = self.shape
        return np.moveaxis(tensor.reshape(b, m, n, c), 3, 1)

    def forward(self, input_tensor):
        x = self.reformat(input_tensor) if input_tensor.ndim == 4 else input_tensor
        x = x.astype(FLOAT)
        self.testing = self.testing_phase
        if not self.testing:
            mean, var = x.mean(axis=0), x.var(axis=0)
            if self.running is None:
                self.running = mean, var
            self.running = tuple(FLOAT(0.8) * old + FLOAT(0.2) * new for old, new in zip(self.running, (mean, var)))
        else:
            mean, var = self.running or (FLOAT(0), FLOAT(1))
        self.std = np.sqrt(var + FLOAT(1e-10))
        self.normal = (x - mean) / self.std
        self.gamma = self.weights.astype(FLOAT)
        y = self.normal * self.gamma + self.bias.astype(FLOAT)
        return self.reformat(y) if input_tensor.ndim == 4 else y

    def backward(self, error_tensor):
        e = self.reformat(error_tensor) if error_tensor.ndim == 4 else error_tensor
        e = e.astype(FLOAT)
        self.gradient_weights = np.sum(e * self.normal, axis=0)
        self.gradient_bias = np.sum(e, axis=0)
        dx = e * self.gamma
        if not self.testing:
            dx = dx - dx.mean(axis=0) - self.normal * (dx * self.normal).mean(axis=0)
        dx = dx / self.std
        if self.optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        return self.reformat(dx) if error_tensor.ndim == 4 else dx
