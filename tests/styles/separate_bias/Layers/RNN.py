import copy

import numpy as np

from Layers.Base import BaseLayer


class RNN(BaseLayer):

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.memorize = False
        self.sizes = input_size, hidden_size, output_size
        self.weights = np.random.rand(hidden_size, hidden_size + input_size)
        self.bias = np.random.rand(hidden_size)
        self.output_weights = np.random.rand(output_size, hidden_size)
        self.output_bias = np.random.rand(output_size)
        self.last_hidden = np.zeros(hidden_size)

    def initialize(self, weights_initializer, bias_initializer):
        n, m, k = self.sizes
        self.weights = weights_initializer.initialize((m, m + n), n + m, m)
        self.bias = bias_initializer.initialize((m,), n + m, m)
        self.output_weights = weights_initializer.initialize((k, m), m, k)
        self.output_bias = bias_initializer.initialize((k,), m, k)

    @property
    def optimizer(self):
        return self.optimizers["weights"]

    @optimizer.setter
    def optimizer(self, optimizer):
        names = "weights", "bias", "output_weights", "output_bias"
        self.optimizers = {name: copy.deepcopy(optimizer) for name in names}

    def calculate_regularization_loss(self):
        if self.optimizer is None or getattr(self.optimizer, "regularizer", None) is None:
            return 0.0
        norm = self.optimizer.regularizer.norm
        return norm(self.weights) + norm(self.output_weights)

    def forward(self, input_tensor):
        n, m, k = self.sizes
        self.x = input_tensor.copy()
        # row 0 is the state before the sequence
        self.h = np.zeros((len(input_tensor) + 1, m))
        if self.memorize:
            self.h[0] = self.last_hidden
        for t in range(len(input_tensor)):
            self.h[t + 1] = np.tanh(self.weights @ np.append(self.h[t], self.x[t]) + self.bias)
        self.last_hidden = self.h[-1].copy()
        return self.h[1:] @ self.output_weights.T + self.output_bias

    def backward(self, error_tensor):
        n, m, k = self.sizes
        dh = error_tensor @ self.output_weights
        du = np.zeros_like(dh)
        later = np.zeros(m)
        for t in range(len(error_tensor) - 1, -1, -1):
            du[t] = (dh[t] + later) * (1 - self.h[t + 1] ** 2)
            later = du[t] @ self.weights[:, :m]
        gradients = {
            "weights": du.T @ np.hstack([self.h[:-1], self.x]),
            "bias": du.sum(axis=0),
            "output_weights": error_tensor.T @ self.h[1:],
            "output_bias": error_tensor.sum(axis=0),
        }
        dx = du @ self.weights[:, m:]
        self.gradient_weights, self.gradient_bias = gradients["weights"], gradients["bias"]
        if self.optimizer is not None:
            for name, gradient in gradients.items():
                setattr(self, name, self.optimizers[name].calculate_update(getattr(self, name), gradient))
        return dx
