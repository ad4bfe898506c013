import numpy as np


class L1_Regularizer:

    def __init__(self, alpha):
        self.alpha = alpha

    def calculate_gradient(self, weights):
        return np.where(weights > 0, self.alpha, np.where(weights < 0, -self.alpha, 0.0))

    def norm(self, weights):
        return self.alpha * np.linalg.norm(np.ravel(weights), 1)


class L2_Regularizer:

    def __init__(self, alpha):
        self.alpha = alpha

    def calculate_gradient(self, weights):
        return 2 * self.alpha * weights

    def norm(self, weights):
        return self.alpha * np.linalg.norm(weights) ** 2
