import math

import numpy as np

from Layers.Base import BaseLayer


class SoftMax(BaseLayer):

    def forward(self, input_tensor):
        self.rows = []
        for row in input_tensor:
            largest = max(row)
            exponentials = [math.exp(x - largest) for x in row]
            total = sum(exponentials)
            self.rows.append([e / total for e in exponentials])
        return np.array(self.rows)

    def backward(self, error_tensor):
        result = []
        for y, e in zip(self.rows, error_tensor):
            y = np.array(y)
            # the whole Jacobian of one row
            jacobian = np.diag(y) - np.outer(y, y)
            result.append(jacobian @ e)
        return np.array(result)
