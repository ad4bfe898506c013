import copy

import numpy as np

from Layers.Base import FLOAT, BaseLayer
from Layers.FullyConnected import FullyConnected
from Layers.Sigmoid import Sigmoid
from Layers.TanH import TanH


class LSTM(BaseLayer):

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.output_size = output_size
        self.memorize = False
        self.hidden_state = np.zeros(hidden_size)
        self.cell_state = np.zeros(hidden_size)
        # one layer for all gates; its columns are: forget, input, candidate, output
        self.gate_layer = FullyConnected(input_size + hidden_size, 4 * hidden_size)
        self.output_layer = FullyConnected(hidden_size, output_size)
        self.gradient_weights = None

    def initialize(self, weights_initializer, bias_initializer):
        self.gate_layer.initialize(weights_initializer, bias_initializer)
        self.output_layer.initialize(weights_initializer, bias_initializer)

    @property
    def weights(self):
        return self.gate_layer.weights

    @weights.setter
    def weights(self, weights):
        # BaseLayer sets None before there is a gate layer
        if weights is not None:
            self.gate_layer.weights = weights

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer
        self._output_optimizer = copy.deepcopy(optimizer)

    def calculate_regularization_loss(self):
        if self._optimizer is None or self._optimizer.regularizer is None:
            return 0
        norm = self._optimizer.regularizer.norm
        return norm(self.gate_layer.weights) + norm(self.output_layer.weights)

    def forward(self, input_tensor):
        if not self.memorize:
            self.hidden_state = np.zeros(self.hidden_size, dtype=FLOAT)
            self.cell_state = np.zeros(self.hidden_size, dtype=FLOAT)
        self.steps = []
        outputs = []

        for x in input_tensor:
            # every step gets its own activation layers, so they remember their activations for backward
            step = {"forget": Sigmoid(), "input": Sigmoid(), "candidate": TanH(), "output": Sigmoid(), "cell": TanH()}
            stacked = np.concatenate([x.astype(FLOAT), self.hidden_state]).reshape(1, -1)
            pieces = np.split(self.gate_layer.forward(stacked)[0], 4)
            f, i, g, o = (step[name].forward(piece) for name, piece in
                          zip(["forget", "input", "candidate", "output"], pieces))
            step["previous cell"] = self.cell_state
            self.cell_state = f * self.cell_state + i * g
            squashed = step["cell"].forward(self.cell_state)
            self.hidden_state = o * squashed
            outputs.append(self.output_layer.forward(self.hidden_state.reshape(1, -1))[0])

            step["values"] = f, i, g, o, squashed
            step["gate input"] = self.gate_layer.extended_input
            step["output input"] = self.output_layer.extended_input
            self.steps.append(step)

        return np.array(outputs)

    def backward(self, error_tensor):
        previous_error = np.zeros((len(error_tensor), self.input_size), dtype=FLOAT)
        gate_gradient = np.zeros_like(self.gate_layer.weights, dtype=FLOAT)
        output_gradient = np.zeros_like(self.output_layer.weights, dtype=FLOAT)
        hidden_error_from_future = np.zeros(self.hidden_size, dtype=FLOAT)
        cell_error_from_future = np.zeros(self.hidden_size, dtype=FLOAT)

        for t in reversed(range(len(error_tensor))):
            step = self.steps[t]
            f, i, g, o, squashed = step["values"]
            self.gate_layer.extended_input = step["gate input"]
            self.output_layer.extended_input = step["output input"]

            hidden_error = self.output_layer.backward(error_tensor[t].reshape(1, -1))[0] + hidden_error_from_future
            cell_error = step["cell"].backward(hidden_error * o) + cell_error_from_future
            gate_error = np.concatenate([
                step["forget"].backward(cell_error * step["previous cell"]),
                step["input"].backward(cell_error * g),
                step["candidate"].backward(cell_error * i),
                step["output"].backward(hidden_error * squashed),
            ])
            stacked_error = self.gate_layer.backward(gate_error.reshape(1, -1))[0]
            previous_error[t] = stacked_error[:self.input_size]
            hidden_error_from_future = stacked_error[self.input_size:]
            cell_error_from_future = cell_error * f

            gate_gradient += self.gate_layer.gradient_weights
            output_gradient += self.output_layer.gradient_weights

        self.gradient_weights = gate_gradient
        if self._optimizer is not None:
            self.gate_layer.weights = self._optimizer.calculate_update(self.gate_layer.weights, gate_gradient)
            self.output_layer.weights = self._output_optimizer.calculate_update(self.output_layer.weights,
                                                                                output_gradient)
        return previous_error
