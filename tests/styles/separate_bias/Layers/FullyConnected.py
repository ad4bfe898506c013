import copy

import numpy as np

from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):

    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size = input_size
        self.output_size = output_size
        self.weights = np.random.rand(input_size, output_size)
        self.bias = np.random.rand(1, output_size)
        self._optimizer = self._bias_optimizer = None

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer
        self._bias_optimizer = copy.deepcopy(optimizer)

    def initialize(self, weights_initializer, bias_initializer):
        self.weights = weights_initializer.initialize(self.weights.shape, self.input_size, self.output_size)
        self.bias = bias_initializer.initialize(self.bias.shape, self.input_size, self.output_size)

    def forward(self, input_tensor):
        self.input_tensor = input_tensor.copy()
        return input_tensor @ self.weights + self.bias

    def backward(self, error_tensor):
        self.gradient_weights = self.input_tensor.T @ error_tensor
        self.gradient_bias = np.sum(error_tensor, axis=0, keepdims=True)
        error = error_tensor @ self.weights.T
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        return error
