import numpy as np

from Layers.Base import BaseLayer


class Dropout(BaseLayer):

    def __init__(self, probability):
        super().__init__()
        # fraction of the units that we KEEP
        self.probability = probability
        self.mask = None

    def forward(self, input_tensor):
        if self.testing_phase:
            self.mask = np.ones_like(input_tensor)
        else:
            # inverted dropout: scale now, then there is nothing to do at test time
            kept = np.random.rand(*input_tensor.shape) < self.probability
            self.mask = kept.astype(input_tensor.dtype) / self.probability
        return input_tensor * self.mask

    def backward(self, error_tensor):
        return error_tensor * self.mask
