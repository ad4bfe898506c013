"""Correct recurrent layers of the course's API in the styles that submissions have: one RNN and one LSTM, in parts.

Each style is a small class; what varies is where the parameters lie, in which order, and what comes after the output.
"""

from __future__ import annotations

HEAD = """
import copy
import numpy as np
from Layers.Base import BaseLayer
from Layers.FullyConnected import FullyConnected
from Layers.Sigmoid import Sigmoid
from Layers.TanH import TanH
"""

# `{stack}` says in which order a step is stacked; `{store}`, `{matrix}` and `{gradient}` turn rows into what is stored.
STACKED = (
    HEAD
    + """
class RNN(BaseLayer):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable, self.memorize, self.optimizer_out = True, False, None
        self.sizes = input_size, hidden_size, output_size
        self.weights = self.store(np.random.rand(input_size + hidden_size + 1, hidden_size))
        self.why = np.random.rand(hidden_size + 1, output_size)
        self.hidden_state = np.zeros(hidden_size)

    def initialize(self, weights, bias):
        n, m, k = self.sizes
        rows = np.zeros((n + m + 1, m))
        x, h, one = self.places()
        drawn = weights.initialize((n + m, m), n + m, m)
        rows[x], rows[h], rows[one] = drawn[:n], drawn[n:], bias.initialize((1, m), n + m, m)
        self.weights = self.store(rows)
        self.why = np.vstack([weights.initialize((m, k), m, k), bias.initialize((1, k), m, k)])

    def store(self, rows):
        return {store}

    def places(self):
        n, m, _ = self.sizes
        return {places}

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer, self.optimizer_out = optimizer, copy.deepcopy(optimizer)

    def calculate_regularization_loss(self):
        return self.optimizer.regularizer.norm(self.weights)

    def forward(self, x):
        if not self.memorize:
            self.hidden_state = np.zeros(self.sizes[1])
        rows = self.store(self.weights)
        self.stacks, self.states, y = [], [], []
        h = self.hidden_state
        for element in x:
            stack = np.zeros(len(rows))
            places = self.places()
            stack[places[0]], stack[places[1]], stack[places[2]] = element, h, 1
            h = np.tanh(stack @ rows)
            self.stacks.append(stack)
            self.states.append(h)
            y.append(np.append(h, 1) @ self.why)
        self.hidden_state = h
        self.y = {output}
        return self.y.copy()

    def backward(self, error):
        rows = self.store(self.weights)
        error = {slope}
        places = self.places()
        gradient, gradient_out, dx = np.zeros_like(rows), np.zeros_like(self.why), []
        back = np.zeros(self.sizes[1])
        for t in reversed(range(len(error))):
            h = self.states[t]
            gradient_out += np.outer(np.append(h, 1), error[t])
            unit = (self.why[:-1] @ error[t] + back) * (1 - h**2)
            gradient += np.outer(self.stacks[t], unit)
            down = rows @ unit
            dx.insert(0, down[places[0]])
            back = down[places[1]]
        self.gradient_weights = self.store(gradient)
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
            self.why = self.optimizer_out.calculate_update(self.why, gradient_out)
        return np.array(dx)
"""
)


def stacked(*, places: str, store: str = "rows", sigmoid: bool = False) -> str:
    """An RNN whose weights are one matrix."""
    parts = {
        "{places}": places,
        "{store}": store,
        "{output}": "1 / (1 + np.exp(-np.array(y)))" if sigmoid else "np.array(y)",
        "{slope}": "error * self.y * (1 - self.y)" if sigmoid else "error",
    }
    text = STACKED
    for name, value in parts.items():
        text = text.replace(name, value)
    return text


# Weights and bias apart, hidden states of shape (1, hidden) in a list, the output transposed in a dictionary.
SEPARATE = (
    HEAD
    + """
class RNN(BaseLayer):
    def __init__(self, a, b, c):
        super().__init__()
        self.trainable, self.memorize = True, False
        self.a, self.b, self.c = a, b, c
        self.weights = np.random.rand(b, b + a)
        self.bias = np.random.rand(b, 1)
        self.out = {"W": np.random.rand(c, b), "b": np.random.rand(1, c)}
        self.optimizers = None
        self.h = [np.zeros((1, b))]

    def initialize(self, weights, bias):
        a, b, c = self.a, self.b, self.c
        self.weights = weights.initialize((b, b + a), a + b, b)
        self.bias = bias.initialize((b, 1), a + b, b)
        self.out = {"W": weights.initialize((c, b), b, c), "b": bias.initialize((1, c), b, c)}

    def forward(self, x):
        self.x = x.copy()
        self.h = [self.h[-1] if self.memorize else np.zeros((1, self.b))]
        for row in x:
            self.h.append(np.tanh(np.hstack([self.h[-1], row[None]]) @ self.weights.T + self.bias.T))
        return np.vstack(self.h[1:]) @ self.out["W"].T + self.out["b"]

    def backward(self, e):
        gw, gb, dx, later = 0, 0, np.zeros_like(self.x), 0
        for t in range(len(e) - 1, -1, -1):
            unit = (e[t : t + 1] @ self.out["W"] + later) * (1 - self.h[t + 1] ** 2)
            gw = gw + unit.T @ np.hstack([self.h[t], self.x[t : t + 1]])
            gb = gb + unit.T
            down = unit @ self.weights
            later, dx[t] = down[:, : self.b], down[0, self.b :]
        self.gradient_weights = gw
        if self.optimizer is not None:
            if self.optimizers is None:
                self.optimizers = [self.optimizer] + [copy.deepcopy(self.optimizer) for _ in range(3)]
            update = [each.calculate_update for each in self.optimizers]
            gradient_out = e.T @ np.vstack(self.h[1:])
            self.weights = update[0](self.weights, gw)
            self.bias = update[1](self.bias, gb)
            self.out["W"] = update[2](self.out["W"], gradient_out)
            self.out["b"] = update[3](self.out["b"], e.sum(axis=0, keepdims=True))
        return dx
"""
)

RNN_STYLES = {
    "input, state, bias": stacked(places="slice(0, n), slice(n, n + m), n + m"),
    "state, input, bias": stacked(places="slice(m, m + n), slice(0, m), n + m"),
    "bias first": stacked(places="slice(1, n + 1), slice(n + 1, n + m + 1), 0"),
    "transposed": stacked(places="slice(0, n), slice(n, n + m), n + m", store="rows.T"),
    "transposed, bias, state, input": stacked(places="slice(m + 1, m + n + 1), slice(1, m + 1), 0", store="rows.T"),
    "sigmoid output": stacked(places="slice(m, m + n), slice(0, m), n + m", sigmoid=True),
    "separate biases, lists, a dictionary": SEPARATE,
}
