import numpy as np


class CrossEntropyLoss:

    def forward(self, prediction_tensor, label_tensor):
        self.prediction = prediction_tensor.copy()
        right = np.take_along_axis(prediction_tensor, label_tensor.argmax(axis=1)[:, None], axis=1)
        return -np.log(right + np.finfo(float).eps).sum()

    def backward(self, label_tensor):
        return np.where(label_tensor == 1, -1 / (self.prediction + np.finfo(float).eps), 0)
