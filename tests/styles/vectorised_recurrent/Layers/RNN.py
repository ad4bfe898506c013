import copy

import numpy as np

from Layers.Base import BaseLayer
from Layers.FullyConnected import FullyConnected


class RNN(BaseLayer):
    """What does not depend on the state is computed for all time steps at once."""

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.memorize = False
        self.cell = FullyConnected(hidden_size + input_size, hidden_size)
        self.output = FullyConnected(hidden_size, output_size)
        self.state = np.zeros((1, hidden_size))

    def initialize(self, weights_initializer, bias_initializer):
        self.cell.initialize(weights_initializer, bias_initializer)
        self.output.initialize(weights_initializer, bias_initializer)

    def __getattr__(self, name):
        # only asked for what is not there: BaseLayer's weights are deleted below
        if name == "weights" and "cell" in self.__dict__:
            return self.cell.weights
        raise AttributeError(name)

    def __setattr__(self, name, value):
        if name == "weights":
            if "cell" in self.__dict__:
                self.cell.weights = value
        elif name == "optimizer":
            self.__dict__["optimizer"] = value
            self.__dict__["optimizers"] = [copy.deepcopy(value), copy.deepcopy(value)]
        else:
            super().__setattr__(name, value)

    def calculate_regularization_loss(self):
        regularizer = self.optimizer.regularizer if self.optimizer else None
        return regularizer.norm(self.cell.weights) + regularizer.norm(self.output.weights) if regularizer else 0

    def forward(self, input_tensor):
        m = self.hidden_size
        U, W, b = self.cell.weights[:m], self.cell.weights[m:-1], self.cell.weights[-1]
        projected = input_tensor @ W + b
        states = np.empty((len(input_tensor) + 1, m), dtype=projected.dtype)
        states[0] = self.state[0] if self.memorize else 0
        for t, p in enumerate(projected):
            np.tanh(p + states[t] @ U, out=states[t + 1])
        self.x, self.states = input_tensor.copy(), states
        self.state = states[-1:].copy()
        return self.output.forward(states[1:])

    def backward(self, error_tensor):
        m = self.hidden_size
        U, W = self.cell.weights[:m], self.cell.weights[m:-1]
        slopes = 1 - np.square(self.states[1:])
        errors = self.output.backward(error_tensor)
        for t in range(len(errors) - 1, -1, -1):
            if t + 1 < len(errors):
                errors[t] += U @ errors[t + 1]
            errors[t] *= slopes[t]
        ones = np.ones((len(errors), 1), dtype=errors.dtype)
        self.gradient_weights = np.hstack([self.states[:-1], self.x, ones]).T @ errors
        result = errors @ W.T
        if self.optimizer is not None:
            self.cell.weights = self.optimizers[0].calculate_update(self.cell.weights, self.gradient_weights)
            self.output.weights = self.optimizers[1].calculate_update(self.output.weights,
                                                                      self.output.gradient_weights)
        return result
