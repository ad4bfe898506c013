import numpy as np

from Layers.Base import BaseLayer, Phase


class Dropout(BaseLayer):

    def __init__(self, probability):
        super().__init__()
        self.probability = probability

    def forward(self, input_tensor):
        if self.phase == Phase.test:
            self.mask = np.ones(input_tensor.shape)
        else:
            self.mask = (np.random.uniform(size=input_tensor.shape) < self.probability) * (1 / self.probability)
        return input_tensor * self.mask

    def backward(self, error_tensor):
        return error_tensor * self.mask
