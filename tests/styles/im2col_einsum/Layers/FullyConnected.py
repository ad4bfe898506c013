import numpy as np

from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):

    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size, self.output_size = input_size, output_size
        self.weights = np.random.uniform(size=(input_size + 1, output_size))

    def initialize(self, weights_initializer, bias_initializer):
        w = weights_initializer.initialize((self.input_size, self.output_size), self.input_size, self.output_size)
        b = bias_initializer.initialize((self.output_size,), self.input_size, self.output_size)
        self.weights = np.r_[w, b[None]]

    def forward(self, input_tensor):
        self.extended_input = np.c_[input_tensor, np.ones(len(input_tensor))]
        return np.einsum("bi,ij->bj", self.extended_input, self.weights)

    def backward(self, error_tensor):
        self.gradient_weights = np.einsum("bi,bj->ij", self.extended_input, error_tensor)
        error = np.einsum("bj,ij->bi", error_tensor, self.weights)[:, :-1]
        if self.optimizer:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return error
