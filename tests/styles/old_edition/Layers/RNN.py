import copy

import numpy as np

from Layers.Base import BaseLayer
from Layers.FullyConnected import FullyConnected
from Layers.TanH import TanH


class RNN(BaseLayer):

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.optimizer = None
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.output_size = output_size
        self.memorize = False
        self.hidden_state = np.zeros(hidden_size)
        # the cell is made of layers that we already have; all time steps share them
        self.hidden_layer = FullyConnected(input_size + hidden_size, hidden_size)
        self.tanh = TanH()
        self.output_layer = FullyConnected(hidden_size, output_size)
        self.gradient_weights = None

    def initialize(self, weights_initializer, bias_initializer):
        self.hidden_layer.initialize(weights_initializer, bias_initializer)
        self.output_layer.initialize(weights_initializer, bias_initializer)

    @property
    def weights(self):
        return self.hidden_layer.weights

    @weights.setter
    def weights(self, weights):
        self.hidden_layer.weights = weights

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer
        # two weight matrices, two momenta
        self._output_optimizer = copy.deepcopy(optimizer)

    def calculate_regularization_loss(self):
        if self._optimizer is None or self._optimizer.regularizer is None:
            return 0
        norm = self._optimizer.regularizer.norm
        return norm(self.hidden_layer.weights) + norm(self.output_layer.weights)

    def forward(self, input_tensor):
        if not self.memorize:
            self.hidden_state = np.zeros(self.hidden_size, dtype=input_tensor.dtype)
        # what the layers need for their backward, for every time step
        self.hidden_inputs, self.activations, self.output_inputs = [], [], []
        outputs = []

        for x in input_tensor:
            stacked = np.concatenate([x, self.hidden_state]).reshape(1, -1)
            hidden = self.tanh.forward(self.hidden_layer.forward(stacked))
            outputs.append(self.output_layer.forward(hidden)[0])
            self.hidden_inputs.append(self.hidden_layer.extended_input)
            self.activations.append(self.tanh.activations)
            self.output_inputs.append(self.output_layer.extended_input)
            self.hidden_state = hidden[0]

        return np.array(outputs)

    def backward(self, error_tensor):
        previous_error = np.zeros((len(error_tensor), self.input_size), dtype=error_tensor.dtype)
        hidden_gradient = np.zeros_like(self.hidden_layer.weights)
        output_gradient = np.zeros_like(self.output_layer.weights)
        # nothing comes back from the next sequence, even if it continues this one
        error_from_future = np.zeros((1, self.hidden_size), dtype=error_tensor.dtype)

        for t in reversed(range(len(error_tensor))):
            # put the layers back into time step t
            self.output_layer.extended_input = self.output_inputs[t]
            self.tanh.activations = self.activations[t]
            self.hidden_layer.extended_input = self.hidden_inputs[t]

            # the hidden state goes to the output and to the next step, so the errors add up
            hidden_error = self.output_layer.backward(error_tensor[t].reshape(1, -1)) + error_from_future
            stacked_error = self.hidden_layer.backward(self.tanh.backward(hidden_error))
            previous_error[t] = stacked_error[0, :self.input_size]
            error_from_future = stacked_error[:, self.input_size:]

            hidden_gradient += self.hidden_layer.gradient_weights
            output_gradient += self.output_layer.gradient_weights

        self.gradient_weights = hidden_gradient
        # the weights stay the same for the whole sequence: one update at the end
        if self._optimizer is not None:
            self.hidden_layer.weights = self._optimizer.calculate_update(self.hidden_layer.weights, hidden_gradient)
            self.output_layer.weights = self._output_optimizer.calculate_update(self.output_layer.weights,
                                                                                output_gradient)
        return previous_error
