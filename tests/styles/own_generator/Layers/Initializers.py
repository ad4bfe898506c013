import random

import numpy as np

rng = np.random.default_rng()


class Constant:

    def __init__(self, value=0.1):
        self.value = value

    def initialize(self, weights_shape, fan_in, fan_out):
        return np.zeros(weights_shape) + self.value


class UniformRandom:

    def __init__(self):
        self.random = random.Random()

    def initialize(self, weights_shape, fan_in, fan_out):
        weights = np.empty(weights_shape)
        weights.flat = [self.random.random() for _ in range(weights.size)]
        return weights


class Xavier:

    def __init__(self):
        self.state = np.random.RandomState()

    def initialize(self, weights_shape, fan_in, fan_out):
        return self.state.standard_normal(weights_shape) * (2 / (fan_in + fan_out)) ** 0.5


class He:

    def initialize(self, weights_shape, fan_in, fan_out):
        # Box and Muller
        u, v = 1 - rng.random(weights_shape), rng.random(weights_shape)
        return np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v) * np.sqrt(2 / fan_in)
