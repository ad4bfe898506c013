import numpy as np

from .Activations import Sigmoid, TanH
from .Base import TrainableLayer
from .FullyConnected import FullyConnected


class Cell:
    """One time step of the memory."""

    def __init__(self):
        self.i, self.o, self.f = Sigmoid(), Sigmoid(), Sigmoid()
        self.g, self.squash = TanH(), TanH()

    def forward(self, gates, memory):
        self.memory = memory
        i, o, g, f = np.split(gates, 4, axis=1)
        self.values = self.i.forward(i), self.o.forward(o), self.g.forward(g), self.f.forward(f)
        i, o, g, f = self.values
        new = f * memory + i * g
        self.squashed = self.squash.forward(new)
        return new, o * self.squashed

    def backward(self, memory_error, hidden_error):
        i, o, g, f = self.values
        memory_error = memory_error + self.squash.backward(hidden_error * o)
        gates_error = np.hstack([
            self.i.backward(memory_error * g),
            self.o.backward(hidden_error * self.squashed),
            self.g.backward(memory_error * i),
            self.f.backward(memory_error * self.memory),
        ])
        return gates_error, memory_error * f


class LSTM(TrainableLayer):

    parameters = "weights", "output_weights"

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, output_size
        self.gates = FullyConnected(hidden_size + input_size, 4 * hidden_size)
        self.output = FullyConnected(hidden_size, output_size)
        self.memorize = False
        self.hidden = self.memory = None
        self.gradient_weights = None

    weights = property(lambda self: self.gates.weights, lambda self, value: setattr(self.gates, "weights", value))
    output_weights = property(lambda self: self.output.weights,
                              lambda self, value: setattr(self.output, "weights", value))

    def initialize(self, weights_initializer, bias_initializer):
        self.gates.initialize(weights_initializer, bias_initializer)
        self.output.initialize(weights_initializer, bias_initializer)

    def calculate_regularization_loss(self):
        regularizer = getattr(self.optimizer, "regularizer", None)
        return 0.0 if regularizer is None else sum(map(regularizer.norm, (self.weights, self.output_weights)))

    def forward(self, input_tensor):
        if self.hidden is None or not self.memorize:
            self.hidden = np.zeros((1, self.hidden_size), input_tensor.dtype)
            self.memory = np.zeros((1, self.hidden_size), input_tensor.dtype)
        self.cells, self.inputs, hiddens = [], [], []
        for x in input_tensor:
            self.cells.append(Cell())
            gates = self.gates.forward(np.hstack([self.hidden, x[None]]))
            self.inputs.append(self.gates.extended_input.copy())
            self.memory, self.hidden = self.cells[-1].forward(gates, self.memory)
            hiddens.append(self.hidden[0])
        # the output of all time steps at once
        return self.output.forward(np.array(hiddens))

    def backward(self, error_tensor):
        hidden_errors = self.output.backward(error_tensor)
        output_gradient = self.output.gradient_weights
        total = np.zeros_like(self.weights)
        result = np.empty((len(error_tensor), self.input_size), error_tensor.dtype)
        hidden_error = memory_error = 0
        for t in range(len(error_tensor) - 1, -1, -1):
            gates_error, memory_error = self.cells[t].backward(memory_error, hidden_errors[t:t + 1] + hidden_error)
            self.gates.extended_input = self.inputs[t]
            error = self.gates.backward(gates_error)
            hidden_error, result[t] = error[:, :self.hidden_size], error[0, self.hidden_size:]
            total += self.gates.gradient_weights
        self.gradient_weights = total
        self.step(weights=total, output_weights=output_gradient)
        return result
