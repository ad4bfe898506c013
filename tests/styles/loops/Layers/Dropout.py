import random

import numpy as np

from Layers.Base import BaseLayer


class Dropout(BaseLayer):

    def __init__(self, probability):
        super().__init__()
        self.probability = probability

    def forward(self, input_tensor):
        self.mask = None
        if self.testing_phase:
            return input_tensor.copy()
        self.mask = np.zeros(input_tensor.shape)
        for place in np.ndindex(self.mask.shape):
            # Python's own random numbers
            if random.random() < self.probability:
                self.mask[place] = 1 / self.probability
        return input_tensor * self.mask

    def backward(self, error_tensor):
        if self.mask is None:
            return error_tensor.copy()
        return error_tensor * self.mask
