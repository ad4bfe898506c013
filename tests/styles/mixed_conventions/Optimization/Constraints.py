import numpy as np


class L1_Regularizer:

    def __init__(self, alpha):
        self.alpha = alpha

    def norm(self, weights):
        return sum(self.alpha * abs(w) for w in np.ravel(weights))

    def calculate_gradient(self, weights):
        return np.copysign(self.alpha, weights) * (weights != 0)


class L2_Regularizer:

    def __init__(self, alpha):
        self.alpha = alpha

    def norm(self, weights):
        # one half, so that the gradient has no factor
        return self.alpha / 2 * np.vdot(weights, weights)

    def calculate_gradient(self, weights):
        return self.alpha * weights
