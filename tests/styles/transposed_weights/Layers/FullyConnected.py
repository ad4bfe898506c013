import numpy as np

from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):

    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size = input_size
        self.output_size = output_size
        # W' on the left as on the slides: one row per neuron, its bias in the last column
        self.weights = np.random.uniform(0, 1, (output_size, input_size + 1))

    def initialize(self, weights_initializer, bias_initializer):
        w = weights_initializer.initialize((self.output_size, self.input_size), self.input_size, self.output_size)
        b = bias_initializer.initialize((self.output_size, 1), self.input_size, self.output_size)
        self.weights = np.concatenate((w, b), axis=1)

    def forward(self, input_tensor):
        self.extended_input = np.concatenate((input_tensor, np.ones((input_tensor.shape[0], 1))), axis=1)
        return (self.weights @ self.extended_input.T).T

    def backward(self, error_tensor):
        self.gradient_weights = error_tensor.T @ self.extended_input
        result = (self.weights.T @ error_tensor.T).T[:, :-1]
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return result
