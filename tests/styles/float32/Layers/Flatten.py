from Layers.Base import FLOAT, BaseLayer


class Flatten(BaseLayer):

    def forward(self, input_tensor):
        self.shape = input_tensor.shape
        return input_tensor.reshape(len(input_tensor), -1).astype(FLOAT)

    def backward(self, error_tensor):
        return error_tensor.reshape(self.shape).astype(FLOAT)
