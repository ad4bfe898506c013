import numpy as np


class Optimizer:

    def __init__(self):
        self.regularizer = None

    def add_regularizer(self, regularizer):
        self.regularizer = regularizer

    def apply_regularizer(self, weights):
        if self.regularizer:
            return weights - self.learning_rate * self.regularizer.calculate_gradient(weights)
        return weights


class Sgd(Optimizer):

    def __init__(self, learning_rate):
        super().__init__()
        self.learning_rate = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        return self.apply_regularizer(weight_tensor) - self.learning_rate * gradient_tensor


class SgdWithMomentum(Optimizer):

    def __init__(self, learning_rate, momentum_rate):
        super().__init__()
        self.learning_rate, self.momentum_rate = learning_rate, momentum_rate
        self.velocity = None

    def calculate_update(self, weight_tensor, gradient_tensor):
        if self.velocity is None:
            self.velocity = np.zeros_like(gradient_tensor)
        # the velocity points uphill here
        self.velocity = self.momentum_rate * self.velocity + self.learning_rate * gradient_tensor
        return self.apply_regularizer(weight_tensor) - self.velocity


class Adam(Optimizer):

    def __init__(self, learning_rate, mu, rho):
        super().__init__()
        self.learning_rate, self.mu, self.rho = learning_rate, mu, rho
        self.m = self.s = None
        self.mu_power = self.rho_power = 1.0

    def calculate_update(self, weight_tensor, gradient_tensor):
        if self.m is None:
            self.m, self.s = np.zeros_like(weight_tensor), np.zeros_like(weight_tensor)
        self.mu_power *= self.mu
        self.rho_power *= self.rho
        self.m = self.m + (1 - self.mu) * (gradient_tensor - self.m)
        self.s = self.s + (1 - self.rho) * (np.square(gradient_tensor) - self.s)
        rate = self.learning_rate / (1 - self.mu_power)
        return self.apply_regularizer(weight_tensor) - rate * self.m / (np.sqrt(self.s / (1 - self.rho_power)) + 1e-8)
