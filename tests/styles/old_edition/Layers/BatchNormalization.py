import copy

import numpy as np

from Layers.Base import BaseLayer, Phase
from Layers.Helpers import compute_bn_gradients


class BatchNormalization(BaseLayer):

    def __init__(self, channels):
        super().__init__()
        self.optimizer = None
        self.channels = channels
        self.epsilon = float(np.finfo(float).eps)
        self.decay = 0.85
        # moving averages, filled by the first training batch
        self.moving_mean = None
        self.moving_var = None
        self.image_shape = None
        self.gradient_weights = None
        self.gradient_bias = None
        self.initialize()

    def initialize(self, weights_initializer=None, bias_initializer=None):
        # gamma and beta always start like this, whatever initializer we get
        self.weights = np.ones(self.channels)
        self.bias = np.zeros(self.channels)

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        # gamma and beta must not share the momentum, so beta gets its own copy
        self._optimizer = optimizer
        self._bias_optimizer = copy.deepcopy(optimizer)

    def reformat(self, tensor):
        if tensor.ndim == 4:
            # B x C x M x N -> (B * M * N) x C
            self.image_shape = tensor.shape
            return tensor.transpose(0, 2, 3, 1).reshape(-1, self.channels)
        batch, channels, height, width = self.image_shape
        return tensor.reshape(batch, height, width, channels).transpose(0, 3, 1, 2)

    def forward(self, input_tensor):
        is_image = input_tensor.ndim == 4
        vectors = self.reformat(input_tensor) if is_image else input_tensor
        self.input_vectors = vectors.copy()
        # backward has to know in which phase the last forward was
        self.forward_was_test = self.phase == Phase.test

        if self.forward_was_test:
            if self.moving_mean is None:
                # never trained: nothing is known about the data
                self.mean, self.var = np.zeros(self.channels), np.ones(self.channels)
            else:
                self.mean, self.var = self.moving_mean, self.moving_var
        else:
            self.mean = np.mean(vectors, axis=0)
            self.var = np.var(vectors, axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_var = self.mean, self.var
            else:
                self.moving_mean = self.decay * self.moving_mean + (1 - self.decay) * self.mean
                self.moving_var = self.decay * self.moving_var + (1 - self.decay) * self.var

        self.normalized = (vectors - self.mean) / np.sqrt(self.var + self.epsilon)
        output = self.weights * self.normalized + self.bias
        return self.reformat(output) if is_image else output

    def backward(self, error_tensor):
        is_image = error_tensor.ndim == 4
        error = self.reformat(error_tensor) if is_image else error_tensor

        self.gradient_weights = np.sum(error * self.normalized, axis=0)
        self.gradient_bias = np.sum(error, axis=0)

        if self.forward_was_test:
            # mean and variance are constants here
            previous_error = error * self.weights / np.sqrt(self.var + self.epsilon)
        else:
            previous_error = compute_bn_gradients(error, self.input_vectors, self.weights, self.mean, self.var,
                                                  self.epsilon)

        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)

        return self.reformat(previous_error) if is_image else previous_error
