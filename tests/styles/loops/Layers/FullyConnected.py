import numpy as np

from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):

    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size, self.output_size = input_size, output_size
        self.weights = np.random.rand(input_size + 1, output_size)
        self.extended_input = None

    def initialize(self, weights_initializer, bias_initializer):
        fans = self.input_size, self.output_size
        self.weights[:-1, :] = weights_initializer.initialize((self.input_size, self.output_size), *fans)
        self.weights[-1:, :] = bias_initializer.initialize((1, self.output_size), *fans)

    def forward(self, input_tensor):
        self.extended_input = np.ones((len(input_tensor), self.input_size + 1))
        output = np.zeros((len(input_tensor), self.output_size))
        for b, row in enumerate(input_tensor):
            self.extended_input[b, :-1] = row
            for j in range(self.output_size):
                output[b, j] = self.weights[-1, j]
                for i in range(self.input_size):
                    output[b, j] += row[i] * self.weights[i, j]
        return output

    def backward(self, error_tensor):
        result = np.zeros((len(error_tensor), self.input_size))
        self.gradient_weights = np.zeros(self.weights.shape)
        for b, row in enumerate(error_tensor):
            for j in range(self.output_size):
                self.gradient_weights[:, j] += self.extended_input[b] * row[j]
                result[b] += self.weights[:-1, j] * row[j]
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return result
