import numpy as np

from .Base import BaseLayer


class Activation(BaseLayer):
    """y = f(x); the derivative is a function of y."""

    __slots__ = ("output",)

    @staticmethod
    def function(x):
        raise NotImplementedError

    @staticmethod
    def derivative(y):
        raise NotImplementedError

    def forward(self, input_tensor):
        self.output = self.function(np.array(input_tensor))
        return self.output.copy()

    def backward(self, error_tensor):
        result = self.derivative(self.output)
        result *= error_tensor
        return result


class ReLU(Activation):

    __slots__ = ()

    @staticmethod
    def function(x):
        x[x < 0] = 0
        return x

    @staticmethod
    def derivative(y):
        return np.sign(y)


class TanH(Activation):

    __slots__ = ()

    @staticmethod
    def function(x):
        return np.tanh(x, out=x)

    @staticmethod
    def derivative(y):
        return (1 - y) * (1 + y)


class Sigmoid(Activation):

    __slots__ = ()

    @staticmethod
    def function(x):
        # sigmoid(x) = (1 + tanh(x / 2)) / 2, in place
        x *= 0.5
        np.tanh(x, out=x)
        x += 1
        x *= 0.5
        return x

    @staticmethod
    def derivative(y):
        return y - y * y
