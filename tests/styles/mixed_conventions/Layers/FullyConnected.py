import numpy as np

from Layers import Base


class FullyConnected(Base.BaseLayer):

    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.n, self.m = input_size, output_size
        # transposed, and the bias in the first column
        self.weights = np.random.rand(output_size, 1 + input_size)

    def initialize(self, weights_initializer, bias_initializer):
        w = weights_initializer.initialize((self.m, self.n), fan_in=self.n, fan_out=self.m)
        b = bias_initializer.initialize((self.m, 1), fan_in=self.n, fan_out=self.m)
        self.weights = np.block([b, w])

    def forward(self, input_tensor):
        self.extended_input = np.pad(input_tensor, ((0, 0), (1, 0)), constant_values=1)
        return np.inner(self.extended_input, self.weights)

    def backward(self, error_tensor):
        # one outer product for each sample
        self.gradient_weights = sum(np.outer(e, x) for e, x in zip(error_tensor, self.extended_input))
        result = error_tensor @ self.weights[:, 1:]
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return result
