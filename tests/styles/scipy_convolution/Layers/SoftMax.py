from scipy.special import softmax

from Layers.Base import BaseLayer


class SoftMax(BaseLayer):

    def forward(self, input_tensor):
        self.output = softmax(input_tensor, axis=1)
        return self.output.copy()

    def backward(self, error_tensor):
        inner = (error_tensor * self.output).sum(axis=1)
        return self.output * (error_tensor - inner[:, None])
