from dataclasses import dataclass

import numpy as np

from .Base import TrainableLayer


@dataclass
class Moments:
    """Mean and variance of every channel."""

    mean: np.ndarray
    var: np.ndarray

    @classmethod
    def of(cls, rows):
        return cls(rows.mean(axis=0), rows.var(axis=0))

    def mixed(self, other, decay):
        return Moments(*(decay * a + (1 - decay) * b for a, b in ((self.mean, other.mean), (self.var, other.var))))


class BatchNormalization(TrainableLayer):

    parameters = "gamma", "beta"
    DECAY = 0.75
    EPSILON = float(np.finfo(float).eps)

    def __init__(self, channels):
        super().__init__()
        self.channels = channels
        self.moving = None
        self.gradient_weights = self.gradient_bias = None
        self.initialize()

    def initialize(self, weights_initializer=None, bias_initializer=None):
        self.gamma, self.beta = np.ones(self.channels), np.zeros(self.channels)

    @property
    def weights(self):
        return self.gamma

    @weights.setter
    def weights(self, value):
        self.gamma = value

    @property
    def bias(self):
        return self.beta

    @bias.setter
    def bias(self, value):
        self.beta = value

    def reformat(self, tensor):
        if tensor.ndim == 2:
            b, c, *spatial = self._shape
            return np.ascontiguousarray(np.moveaxis(tensor.reshape(b, *spatial, c), -1, 1))
        self._shape = tensor.shape
        return np.ascontiguousarray(np.moveaxis(tensor, 1, -1)).reshape(-1, self.channels)

    def forward(self, input_tensor):
        rows = self.reformat(input_tensor) if input_tensor.ndim == 4 else input_tensor
        self._test = self.testing_phase
        if self._test:
            moments = self.moving or Moments(np.zeros(self.channels), np.ones(self.channels))
        else:
            moments = Moments.of(rows)
            self.moving = moments if self.moving is None else self.moving.mixed(moments, self.DECAY)
        self._scale = 1 / np.sqrt(moments.var + self.EPSILON)
        output = rows - moments.mean
        output *= self._scale
        self._normal = output.copy()
        output *= self.gamma
        output += self.beta
        return self.reformat(output) if input_tensor.ndim == 4 else output

    def backward(self, error_tensor):
        rows = self.reformat(error_tensor) if error_tensor.ndim == 4 else error_tensor
        self.gradient_weights = np.einsum("nc,nc->c", rows, self._normal)
        self.gradient_bias = rows.sum(axis=0)
        result = rows.copy()
        if not self._test:
            result -= self.gradient_bias / len(rows)
            result -= self._normal * (self.gradient_weights / len(rows))
        result *= self.gamma * self._scale
        self.step(gamma=self.gradient_weights, beta=self.gradient_bias)
        return self.reformat(result) if error_tensor.ndim == 4 else result
