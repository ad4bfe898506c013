import numpy as np

from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):

    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size = input_size
        self.output_size = output_size
        self.weights = np.random.random_sample((input_size + 1, output_size))

    def initialize(self, weights_initializer, bias_initializer):
        self.weights = np.empty((self.input_size + 1, self.output_size))
        self.weights[0] = bias_initializer.initialize(self.output_size, self.input_size, self.output_size)
        self.weights[1:] = weights_initializer.initialize([self.input_size, self.output_size],
                                                          self.input_size, self.output_size)

    def forward(self, input_tensor):
        # x0 = 1
        self.extended_input = np.insert(input_tensor, 0, 1, axis=1)
        return self.extended_input.dot(self.weights)

    def backward(self, error_tensor):
        error = error_tensor.dot(self.weights.T)
        self.gradient_weights = self.extended_input.T.dot(error_tensor)
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return np.delete(error, 0, axis=1)
