from scipy.special import expit

from Layers.Base import BaseLayer


class Sigmoid(BaseLayer):

    def forward(self, input_tensor):
        self.output = expit(input_tensor)
        return self.output.copy()

    def backward(self, error_tensor):
        return error_tensor * self.output * (1 - self.output)
