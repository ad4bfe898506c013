import numpy as np

from Layers.Base import BaseLayer


class ReLU(BaseLayer):

    def forward(self, input_tensor):
        self.input_tensor = np.array(input_tensor)
        output = np.array(input_tensor)
        for place in np.ndindex(output.shape):
            if output[place] < 0:
                output[place] = 0
        return output

    def backward(self, error_tensor):
        result = np.array(error_tensor)
        for place in np.ndindex(result.shape):
            if self.input_tensor[place] <= 0:
                result[place] = 0
        return result
