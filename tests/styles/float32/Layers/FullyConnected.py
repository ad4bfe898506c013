import numpy as np

from Layers.Base import FLOAT, BaseLayer


class FullyConnected(BaseLayer):

    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size, self.output_size = input_size, output_size
        self.weights = np.random.rand(input_size + 1, output_size).astype(FLOAT)

    def initialize(self, weights_initializer, bias_initializer):
        fans = self.input_size, self.output_size
        weights = weights_initializer.initialize((self.input_size, self.output_size), *fans)
        bias = bias_initializer.initialize((1, self.output_size), *fans)
        self.weights = np.vstack([weights, bias]).astype(FLOAT)

    def forward(self, input_tensor):
        ones = np.ones((len(input_tensor), 1))
        self.extended_input = np.hstack([input_tensor, ones]).astype(FLOAT)
        return self.extended_input @ np.asarray(self.weights, dtype=FLOAT)

    def backward(self, error_tensor):
        error_tensor = error_tensor.astype(FLOAT)
        self.gradient_weights = self.extended_input.T @ error_tensor
        result = error_tensor @ np.asarray(self.weights, dtype=FLOAT)[:-1].T
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return result
