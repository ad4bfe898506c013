import copy

import numpy as np

from Layers.Base import BaseLayer


class LSTM(BaseLayer):
    """The gates of a unit lie side by side: columns f i o g of unit 0, then those of unit 1, and so on."""

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.memorize = False
        self.n, self.m, self.k = input_size, hidden_size, output_size
        self.weights = np.random.rand(input_size + hidden_size + 1, 4 * hidden_size)
        self.params = {"why": np.random.rand(hidden_size + 1, output_size)}
        self.h0 = self.c0 = np.zeros(hidden_size)

    def initialize(self, weights_initializer, bias_initializer):
        n, m, k = self.n, self.m, self.k
        self.weights = np.vstack([weights_initializer.initialize((n + m, 4 * m), n + m, 4 * m),
                                  bias_initializer.initialize((1, 4 * m), n + m, 4 * m)])
        self.params["why"] = np.vstack([weights_initializer.initialize((m, k), m, k),
                                        bias_initializer.initialize((1, k), m, k)])

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, value):
        self._optimizer = value
        self.out_optimizer = copy.deepcopy(value)

    def calculate_regularization_loss(self):
        if not self.optimizer or not self.optimizer.regularizer:
            return 0.0
        return sum(map(self.optimizer.regularizer.norm, (self.weights, self.params["why"])))

    def forward(self, input_tensor):
        n, m, T = self.n, self.m, len(input_tensor)
        W = self.weights.copy()
        ones = np.ones((T, 1), dtype=input_tensor.dtype)
        projected = input_tensor @ W[:n] + W[-1]
        H, C = np.zeros((T + 1, m), projected.dtype), np.zeros((T + 1, m), projected.dtype)
        if self.memorize:
            H[0], C[0] = self.h0, self.c0
        gates = np.empty((T, m, 4), projected.dtype)
        for t in range(T):
            a = (projected[t] + H[t] @ W[n:-1]).reshape(m, 4)
            gates[t, :, :3] = 1 / (1 + np.exp(-a[:, :3]))
            gates[t, :, 3] = np.tanh(a[:, 3])
            f, i, o, g = gates[t].T
            C[t + 1] = f * C[t] + i * g
            H[t + 1] = o * np.tanh(C[t + 1])
        self.h0, self.c0 = H[-1].copy(), C[-1].copy()
        self.kept = W, gates, H, C, np.hstack([input_tensor, H[:-1], ones]), np.hstack([H[1:], ones])
        return self.kept[-1] @ self.params["why"]

    def backward(self, error_tensor):
        W, gates, H, C, stacked, extended = self.kept
        n, m, T = self.n, self.m, len(error_tensor)
        dH = error_tensor @ self.params["why"][:-1].T
        dA = np.empty((T, m, 4), dH.dtype)
        squashed = np.tanh(C[1:])
        dc = np.zeros(m, dH.dtype)
        for t in range(T)[::-1]:
            f, i, o, g = gates[t].T
            dc = dc + dH[t] * o * (1 - squashed[t] ** 2)
            dA[t, :, 0] = dc * C[t] * f * (1 - f)
            dA[t, :, 1] = dc * g * i * (1 - i)
            dA[t, :, 2] = dH[t] * squashed[t] * o * (1 - o)
            dA[t, :, 3] = dc * i * (1 - g ** 2)
            if t:
                dH[t - 1] += W[n:-1] @ dA[t].ravel()
            dc = dc * f
        flat = dA.reshape(T, 4 * m)
        self.gradient_weights = stacked.T @ flat
        gradient_out = extended.T @ error_tensor
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
            self.params["why"] = self.out_optimizer.calculate_update(self.params["why"], gradient_out)
        return flat @ W[:n].T
