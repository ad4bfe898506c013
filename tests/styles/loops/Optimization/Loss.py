import math

import numpy as np

EPS = np.finfo(float).eps


class CrossEntropyLoss:

    def forward(self, prediction_tensor, label_tensor):
        self.prediction_tensor = prediction_tensor.copy()
        loss = 0.0
        for prediction, label in zip(prediction_tensor, label_tensor):
            for p, t in zip(prediction, label):
                if t != 0:
                    loss -= t * math.log(p + EPS)
        return loss

    def backward(self, label_tensor):
        error = np.zeros(label_tensor.shape)
        for b in range(len(label_tensor)):
            for j in range(len(label_tensor[b])):
                error[b, j] = -label_tensor[b, j] / (self.prediction_tensor[b, j] + EPS)
        return error
