from .Base import BaseLayer


class Flatten(BaseLayer):

    def forward(self, input_tensor):
        batch, *self.rest = input_tensor.shape
        return input_tensor.reshape(batch, -1).copy()

    def backward(self, error_tensor):
        return error_tensor.reshape(-1, *self.rest).copy()
