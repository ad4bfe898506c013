import copy

import numpy as np

from Layers.Base import BaseLayer


class BatchNormalization(BaseLayer):

    def __init__(self, channels):
        super().__init__()
        self.trainable = True
        self.channels = channels
        self.alpha = 0.9
        self.first = True
        self.mean_test = 0
        self.std_test = 1
        self.initialize()

    def initialize(self, weights_initializer=None, bias_initializer=None):
        self.gamma = np.ones((1, self.channels))
        self.beta = np.zeros((1, self.channels))

    weights = property(lambda self: self.gamma, lambda self, value: setattr(self, "gamma", value))
    bias = property(lambda self: self.beta, lambda self, value: setattr(self, "beta", value))

    def set_optimizer(self, optimizer):
        self._optimizer = optimizer
        self.beta_optimizer = copy.deepcopy(optimizer)

    optimizer = property(lambda self: self._optimizer, set_optimizer)

    def reformat(self, tensor):
        if tensor.ndim == 4:
            self.shape = tensor.shape
            return tensor.reshape(*tensor.shape[:2], -1).swapaxes(1, 2).reshape(-1, self.channels)
        return tensor.reshape(self.shape[0], -1, self.channels).swapaxes(1, 2).reshape(self.shape)

    def forward(self, input_tensor):
        x = input_tensor
        if input_tensor.ndim == 4:
            x = self.reformat(x)
        self.constant = self.testing_phase
        if self.constant:
            mean, self.std = self.mean_test, self.std_test
        else:
            mean, self.std = x.mean(axis=0), np.sqrt(x.var(axis=0) + 1e-10)
            if self.first:
                self.mean_test, self.std_test, self.first = mean, self.std, False
            self.mean_test = self.alpha * self.mean_test + (1 - self.alpha) * mean
            self.std_test = self.alpha * self.std_test + (1 - self.alpha) * self.std
        self.x_centred = x - mean
        self.x_tilde = self.x_centred / self.std
        self.gamma_used = self.gamma.copy()
        y = self.gamma * self.x_tilde + self.beta
        return self.reformat(y) if input_tensor.ndim == 4 else y

    def backward(self, error_tensor):
        e = self.reformat(error_tensor) if error_tensor.ndim == 4 else error_tensor
        self.gradient_weights = (e * self.x_tilde).sum(axis=0, keepdims=True)
        self.gradient_bias = e.sum(axis=0, keepdims=True)
        d_tilde = e * self.gamma_used
        dx = d_tilde / self.std
        if not self.constant:
            # the chain rule of the paper, node by node
            d_var = np.sum(d_tilde * self.x_centred, axis=0) * -0.5 / self.std ** 3
            d_mean = -np.sum(d_tilde, axis=0) / self.std - 2 * d_var * self.x_centred.mean(axis=0)
            dx = dx + d_var * 2 * self.x_centred / len(e) + d_mean / len(e)
        if self.optimizer is not None:
            self.gamma = self._optimizer.calculate_update(self.gamma, self.gradient_weights)
            self.beta = self.beta_optimizer.calculate_update(self.beta, self.gradient_bias)
        return self.reformat(dx) if error_tensor.ndim == 4 else dx
