import copy

import numpy as np

from Layers.Base import BaseLayer
from Layers.FullyConnected import FullyConnected
from Layers.Sigmoid import Sigmoid
from Layers.TanH import TanH


class RNN(BaseLayer):

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, output_size
        self.fc_h = FullyConnected(hidden_size + input_size, hidden_size)
        self.fc_y = FullyConnected(hidden_size, output_size)
        self._memorize = False
        self.states = [np.zeros(hidden_size)]

    @property
    def memorize(self):
        return self._memorize

    @memorize.setter
    def memorize(self, value):
        self._memorize = value

    @property
    def weights(self):
        return self.fc_h.weights if hasattr(self, "fc_h") else None

    @weights.setter
    def weights(self, value):
        if value is not None:
            self.fc_h.weights = value

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer
        self._optimizer_y = copy.deepcopy(optimizer)

    def initialize(self, weights_initializer, bias_initializer):
        self.fc_h.initialize(weights_initializer, bias_initializer)
        self.fc_y.initialize(weights_initializer, bias_initializer)

    def calculate_regularization_loss(self):
        if self.optimizer is None or self.optimizer.regularizer is None:
            return 0
        return sum(self.optimizer.regularizer.norm(layer.weights) for layer in (self.fc_h, self.fc_y))

    def forward(self, input_tensor):
        # the state before the sequence is in front
        self.states = [self.states[-1] if self._memorize else np.zeros(self.hidden_size)]
        self.sigmoids, self.tanhs = [], []
        self.inputs_h, self.inputs_y = [], []
        outputs = np.zeros((len(input_tensor), self.output_size))
        for t, x in enumerate(input_tensor):
            self.tanhs.append(TanH())
            self.sigmoids.append(Sigmoid())
            stack = np.hstack([self.states[-1], x])[np.newaxis]
            hidden = self.tanhs[-1].forward(self.fc_h.forward(stack))
            outputs[t] = self.sigmoids[-1].forward(self.fc_y.forward(hidden))
            self.inputs_h.append(self.fc_h.extended_input)
            self.inputs_y.append(self.fc_y.extended_input)
            self.states.append(hidden[0])
        return outputs

    def backward(self, error_tensor):
        gradient_h, gradient_y = np.zeros_like(self.fc_h.weights), np.zeros_like(self.fc_y.weights)
        result = np.zeros((len(error_tensor), self.input_size))
        later = 0
        for t in reversed(range(len(error_tensor))):
            self.fc_y.extended_input, self.fc_h.extended_input = self.inputs_y[t], self.inputs_h[t]
            error = self.fc_y.backward(self.sigmoids[t].backward(error_tensor[t][np.newaxis])) + later
            error = self.fc_h.backward(self.tanhs[t].backward(error))
            later, result[t] = error[:, :self.hidden_size], error[0, self.hidden_size:]
            gradient_h += self.fc_h.gradient_weights
            gradient_y += self.fc_y.gradient_weights
        self.gradient_weights = gradient_h
        if self.optimizer is not None:
            self.fc_h.weights = self._optimizer.calculate_update(self.fc_h.weights, gradient_h)
            self.fc_y.weights = self._optimizer_y.calculate_update(self.fc_y.weights, gradient_y)
        return result
