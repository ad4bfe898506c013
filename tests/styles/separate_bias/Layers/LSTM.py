import copy

import numpy as np

from Layers.Base import BaseLayer


def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


class LSTM(BaseLayer):

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.memorize = False
        self.sizes = input_size, hidden_size, output_size
        self.weights = np.random.rand(input_size + hidden_size, 4 * hidden_size)
        self.bias = np.random.rand(4 * hidden_size)
        self.output_weights = np.random.rand(hidden_size, output_size)
        self.output_bias = np.random.rand(output_size)
        self.state = None

    def initialize(self, weights_initializer, bias_initializer):
        n, m, k = self.sizes
        self.weights = weights_initializer.initialize((n + m, 4 * m), n + m, 4 * m)
        self.bias = bias_initializer.initialize((4 * m,), n + m, 4 * m)
        self.output_weights = weights_initializer.initialize((m, k), m, k)
        self.output_bias = bias_initializer.initialize((k,), m, k)

    @property
    def optimizer(self):
        return self.optimizers[0]

    @optimizer.setter
    def optimizer(self, optimizer):
        self.optimizers = [copy.deepcopy(optimizer) for _ in range(4)]

    def calculate_regularization_loss(self):
        norm = self.optimizer.regularizer.norm
        return norm(self.weights) + norm(self.output_weights)

    def forward(self, input_tensor):
        n, m, k = self.sizes
        h, c = self.state if self.memorize and self.state is not None else (np.zeros(m), np.zeros(m))
        self.cache, self.hidden = [], []
        for x in input_tensor:
            z = np.concatenate([h, x])
            a = z @ self.weights + self.bias
            o, i = sigmoid(a[:m]), sigmoid(a[m:2 * m])
            g, f = np.tanh(a[2 * m:3 * m]), sigmoid(a[3 * m:])
            before, c = c, f * c + i * g
            h = o * np.tanh(c)
            self.cache.append((z, o, i, g, f, before, np.tanh(c)))
            self.hidden.append(h)
        self.state = h, c
        self.hidden = np.array(self.hidden)
        return self.hidden @ self.output_weights + self.output_bias

    def backward(self, error_tensor):
        n, m, k = self.sizes
        dW, db, dx = np.zeros_like(self.weights), np.zeros_like(self.bias), np.zeros((len(error_tensor), n))
        dh_next, dc_next = np.zeros(m), np.zeros(m)
        dH = error_tensor @ self.output_weights.T
        for t in reversed(range(len(error_tensor))):
            z, o, i, g, f, before, squashed = self.cache[t]
            dh = dH[t] + dh_next
            dc = dc_next + dh * o * (1 - squashed ** 2)
            da = np.concatenate([dh * squashed * o * (1 - o), dc * g * i * (1 - i), dc * i * (1 - g ** 2),
                                 dc * before * f * (1 - f)])
            dW += np.outer(z, da)
            db += da
            dz = self.weights @ da
            dh_next, dx[t], dc_next = dz[:m], dz[m:], dc * f
        dWy, dby = self.hidden.T @ error_tensor, error_tensor.sum(axis=0)
        self.gradient_weights, self.gradient_bias = dW, db
        if self.optimizer is not None:
            self.weights = self.optimizers[0].calculate_update(self.weights, dW)
            self.bias = self.optimizers[1].calculate_update(self.bias, db)
            self.output_weights = self.optimizers[2].calculate_update(self.output_weights, dWy)
            self.output_bias = self.optimizers[3].calculate_update(self.output_bias, dby)
        return dx
