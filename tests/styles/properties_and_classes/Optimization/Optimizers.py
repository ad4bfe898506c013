from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Optimizer:
    learning_rate: float
    regularizer: Any = field(default=None, init=False)

    def add_regularizer(self, regularizer):
        self.regularizer = regularizer

    def gradient_step(self, gradient):
        raise NotImplementedError

    def calculate_update(self, weight_tensor, gradient_tensor):
        step = self.gradient_step(np.asarray(gradient_tensor, dtype=np.result_type(gradient_tensor, np.float32)))
        if self.regularizer is not None:
            step = step + self.learning_rate * self.regularizer.calculate_gradient(weight_tensor)
        return weight_tensor - step


@dataclass
class Sgd(Optimizer):

    def gradient_step(self, gradient):
        return self.learning_rate * gradient


@dataclass
class SgdWithMomentum(Optimizer):
    momentum_rate: float
    velocity: Any = field(default=0.0, init=False)

    def gradient_step(self, gradient):
        self.velocity = self.momentum_rate * self.velocity + self.learning_rate * gradient
        return self.velocity


@dataclass
class Adam(Optimizer):
    mu: float
    rho: float
    state: dict = field(default_factory=lambda: {"v": 0.0, "r": 0.0, "k": 0}, init=False)

    def gradient_step(self, gradient):
        state = self.state
        state["k"] += 1
        for name, rate, new in (("v", self.mu, gradient), ("r", self.rho, gradient * gradient)):
            state[name] = rate * state[name] + (1 - rate) * new
        correction = np.sqrt(1 - self.rho ** state["k"]) / (1 - self.mu ** state["k"])
        # the root's correction is taken to the front, so epsilon needs it as well
        epsilon = 1e-8 * np.sqrt(1 - self.rho ** state["k"])
        return self.learning_rate * correction * state["v"] / (np.sqrt(state["r"]) + epsilon)
