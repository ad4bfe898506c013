import numpy as np

from .Base import TrainableLayer
from .FullyConnected import FullyConnected


class Step:
    """What one time step has to remember."""

    __slots__ = ("hidden", "hidden_input", "output_input")

    def __init__(self, hidden, hidden_input, output_input):
        self.hidden = hidden
        self.hidden_input = hidden_input.copy()
        self.output_input = output_input.copy()


class RNN(TrainableLayer):

    parameters = "weights", "output_weights"

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, output_size
        self._hidden_layer = FullyConnected(hidden_size + input_size, hidden_size)
        self._output_layer = FullyConnected(hidden_size, output_size)
        self._memorize = False
        self._state = np.zeros(hidden_size)
        self._gradient_weights = None

    @property
    def memorize(self):
        return self._memorize

    @memorize.setter
    def memorize(self, value):
        self._memorize = bool(value)

    @property
    def weights(self):
        return self._hidden_layer.weights

    @weights.setter
    def weights(self, weights):
        self._hidden_layer.weights = weights

    @property
    def output_weights(self):
        return self._output_layer.weights

    @output_weights.setter
    def output_weights(self, weights):
        self._output_layer.weights = weights

    @property
    def gradient_weights(self):
        return self._gradient_weights

    def initialize(self, weights_initializer, bias_initializer):
        for layer in (self._hidden_layer, self._output_layer):
            layer.initialize(weights_initializer, bias_initializer)

    def calculate_regularization_loss(self):
        regularizer = getattr(self.optimizer, "regularizer", None)
        return 0.0 if regularizer is None else sum(map(regularizer.norm, (self.weights, self.output_weights)))

    def forward(self, input_tensor):
        if not self._memorize:
            self._state = np.zeros(self.hidden_size, input_tensor.dtype)
        self._steps, outputs = [], []
        for x in input_tensor:
            hidden = np.tanh(self._hidden_layer.forward(np.concatenate([self._state, x])[None]))
            outputs.append(self._output_layer.forward(hidden))
            self._steps.append(Step(hidden, self._hidden_layer.extended_input, self._output_layer.extended_input))
            self._state = hidden[0]
        return np.concatenate(outputs)

    def backward(self, error_tensor):
        total, total_output = np.zeros_like(self.weights), np.zeros_like(self.output_weights)
        result = np.empty((len(error_tensor), self.input_size), error_tensor.dtype)
        future = np.zeros((1, self.hidden_size), error_tensor.dtype)
        for t, step in reversed(list(enumerate(self._steps))):
            self._output_layer.extended_input = step.output_input
            self._hidden_layer.extended_input = step.hidden_input
            future += self._output_layer.backward(error_tensor[t:t + 1])
            future *= 1 - step.hidden ** 2
            error = self._hidden_layer.backward(future)
            future, result[t] = error[:, :self.hidden_size], error[0, self.hidden_size:]
            total += self._hidden_layer.gradient_weights
            total_output += self._output_layer.gradient_weights
        self._gradient_weights = total
        self.step(weights=total, output_weights=total_output)
        return result
