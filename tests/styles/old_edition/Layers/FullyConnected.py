import numpy as np

from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):

    def __init__(self, input_size, output_size):
        super().__init__()
        self.optimizer = None
        self.input_size = input_size
        self.output_size = output_size
        # the bias is the last row of the weights, so one matrix product does everything
        self.weights = np.random.uniform(0, 1, (input_size + 1, output_size))
        self.gradient_weights = None
        self.extended_input = None

    def initialize(self, weights_initializer, bias_initializer):
        weights = weights_initializer.initialize((self.input_size, self.output_size), self.input_size, self.output_size)
        bias = bias_initializer.initialize((1, self.output_size), self.input_size, self.output_size)
        self.weights = np.vstack([weights, bias])

    def forward(self, input_tensor):
        # a column of ones belongs to the bias row; hstack makes a copy, so nobody can change it behind our back
        ones = np.ones((input_tensor.shape[0], 1), dtype=input_tensor.dtype)
        self.extended_input = np.hstack([input_tensor, ones])
        return np.dot(self.extended_input, self.weights)

    def backward(self, error_tensor):
        self.gradient_weights = np.dot(self.extended_input.T, error_tensor)
        # the error for the layer before has to use the old weights, so compute it before the update
        previous_error = np.dot(error_tensor, self.weights[:-1].T)
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return previous_error
