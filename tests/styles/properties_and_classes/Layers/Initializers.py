from dataclasses import dataclass

import numpy as np


@dataclass
class Constant:
    value: float = 0.1

    def initialize(self, weights_shape, fan_in, fan_out):
        return np.full(weights_shape, self.value, dtype=float)


@dataclass
class UniformRandom:

    def initialize(self, weights_shape, fan_in, fan_out):
        return np.random.random(weights_shape)


class Normal:

    def deviation(self, fan_in, fan_out):
        raise NotImplementedError

    def initialize(self, weights_shape, fan_in, fan_out):
        return np.random.normal(scale=self.deviation(fan_in, fan_out), size=weights_shape)


class Xavier(Normal):

    def deviation(self, fan_in, fan_out):
        return np.sqrt(2 / (fan_in + fan_out))


class He(Normal):

    def deviation(self, fan_in, fan_out):
        return np.sqrt(2 / fan_in)
