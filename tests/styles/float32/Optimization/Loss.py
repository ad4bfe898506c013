import numpy as np

from Layers.Base import FLOAT


class CrossEntropyLoss:

    def __init__(self):
        self.prediction = None

    def forward(self, prediction_tensor, label_tensor):
        # eps keeps the logarithm finite when the network is sure and wrong
        self.prediction = prediction_tensor.astype(FLOAT) + FLOAT(np.finfo(float).eps)
        return -np.sum(np.log(self.prediction)[label_tensor == 1])

    def backward(self, label_tensor):
        return -label_tensor.astype(FLOAT) / self.prediction
