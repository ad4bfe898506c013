import copy

import numpy as np

from Layers.Base import BaseLayer
from Layers.FullyConnected import FullyConnected
from Layers.Sigmoid import Sigmoid
from Layers.TanH import TanH

GATES = "candidate", "output", "forget", "input"


class LSTM(BaseLayer):

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, output_size
        # a fully connected layer for each gate
        self.gates = {name: FullyConnected(hidden_size + input_size, hidden_size) for name in GATES}
        self.output_layer = FullyConnected(hidden_size, output_size)
        self._memorize = False
        self.hidden = np.zeros((1, hidden_size))
        self.cell = np.zeros((1, hidden_size))

    @property
    def memorize(self):
        return self._memorize

    @memorize.setter
    def memorize(self, value):
        self._memorize = value

    @property
    def weights(self):
        if not hasattr(self, "gates"):
            return None
        return np.hstack([self.gates[name].weights for name in GATES])

    @weights.setter
    def weights(self, value):
        if value is not None:
            for name, part in zip(GATES, np.split(value, 4, axis=1)):
                self.gates[name].weights = part.copy()

    @property
    def gradient_weights(self):
        return np.hstack([self.gate_gradients[name] for name in GATES])

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer
        self.optimizers = {name: copy.deepcopy(optimizer) for name in (*GATES, "y")}

    def initialize(self, weights_initializer, bias_initializer):
        # all gates at once, as one large layer
        fan_in, fan_out = self.hidden_size + self.input_size, 4 * self.hidden_size
        weights = weights_initializer.initialize((fan_in, fan_out), fan_in, fan_out)
        bias = bias_initializer.initialize((1, fan_out), fan_in, fan_out)
        self.weights = np.vstack([weights, bias])
        self.output_layer.initialize(weights_initializer, bias_initializer)

    def calculate_regularization_loss(self):
        if self.optimizer is None or self.optimizer.regularizer is None:
            return 0
        layers = [*self.gates.values(), self.output_layer]
        return sum(self.optimizer.regularizer.norm(layer.weights) for layer in layers)

    def forward(self, input_tensor):
        if not self._memorize:
            self.hidden = np.zeros((1, self.hidden_size))
            self.cell = np.zeros((1, self.hidden_size))
        self.memory = []
        outputs = np.zeros((len(input_tensor), self.output_size))
        for t, x in enumerate(input_tensor):
            stack = np.concatenate([self.hidden, x[None]], axis=1)
            functions = {name: TanH() if name == "candidate" else Sigmoid() for name in GATES}
            values = {name: functions[name].forward(self.gates[name].forward(stack)) for name in GATES}
            old_cell = self.cell
            self.cell = values["forget"] * old_cell + values["input"] * values["candidate"]
            tanh, sigmoid = TanH(), Sigmoid()
            squashed = tanh.forward(self.cell)
            self.hidden = values["output"] * squashed
            outputs[t] = sigmoid.forward(self.output_layer.forward(self.hidden))
            self.memory.append((functions, values, old_cell, tanh, squashed, sigmoid,
                                self.gates["input"].extended_input, self.output_layer.extended_input))
        return outputs

    def backward(self, error_tensor):
        self.gate_gradients = {name: np.zeros_like(self.gates[name].weights) for name in GATES}
        output_gradient = np.zeros_like(self.output_layer.weights)
        error_hidden = np.zeros((1, self.hidden_size))
        error_cell = np.zeros((1, self.hidden_size))
        result = np.zeros((len(error_tensor), self.input_size))
        for t in range(len(error_tensor) - 1, -1, -1):
            functions, values, old_cell, tanh, squashed, sigmoid, gate_input, output_input = self.memory[t]
            self.output_layer.extended_input = output_input
            error_hidden = error_hidden + self.output_layer.backward(sigmoid.backward(error_tensor[t:t + 1]))
            output_gradient += self.output_layer.gradient_weights
            error_cell = error_cell + tanh.backward(error_hidden * values["output"])
            errors = {"output": error_hidden * squashed, "forget": error_cell * old_cell,
                      "input": error_cell * values["candidate"], "candidate": error_cell * values["input"]}
            error_stack = 0
            for name in GATES:
                self.gates[name].extended_input = gate_input
                error_stack = error_stack + self.gates[name].backward(functions[name].backward(errors[name]))
                self.gate_gradients[name] += self.gates[name].gradient_weights
            error_hidden, result[t] = error_stack[:, :self.hidden_size], error_stack[0, self.hidden_size:]
            error_cell = error_cell * values["forget"]
        if self._optimizer is not None:
            for name in GATES:
                layer = self.gates[name]
                layer.weights = self.optimizers[name].calculate_update(layer.weights, self.gate_gradients[name])
            self.output_layer.weights = self.optimizers["y"].calculate_update(self.output_layer.weights,
                                                                              output_gradient)
        return result
