import numpy as np

from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):

    generator = np.random.Generator(np.random.PCG64())

    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size = input_size
        self.output_size = output_size
        self.weights = self.generator.uniform(size=(input_size + 1, output_size))
        self.gradient_weights = None

    def initialize(self, weights_initializer, bias_initializer):
        self.weights = np.concatenate([
            weights_initializer.initialize((self.input_size, self.output_size), self.input_size, self.output_size),
            bias_initializer.initialize((1, self.output_size), self.input_size, self.output_size),
        ])

    def forward(self, input_tensor):
        self.extended_input = np.column_stack([input_tensor, np.ones_like(input_tensor[:, 0])])
        return self.extended_input @ self.weights

    def backward(self, error_tensor):
        self.gradient_weights = self.extended_input.T @ error_tensor
        error_tensor = error_tensor @ self.weights[:self.input_size].T
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return error_tensor
