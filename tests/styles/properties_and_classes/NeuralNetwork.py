import copy
import pickle
from itertools import chain


class NeuralNetwork:

    def __init__(self, optimizer, weights_initializer, bias_initializer):
        self.optimizer = optimizer
        self.initializers = weights_initializer, bias_initializer
        self.layers, self.loss = [], []
        self.data_layer = self.loss_layer = None
        self._labels = None

    @property
    def phase(self):
        return any(layer.testing_phase for layer in self.layers)

    @phase.setter
    def phase(self, testing_phase):
        for layer in self.layers:
            layer.testing_phase = testing_phase

    def append_layer(self, layer):
        if layer.trainable:
            layer.initialize(*self.initializers)
            layer.optimizer = copy.deepcopy(self.optimizer)
        self.layers.append(layer)

    def _through(self, tensor):
        for layer in self.layers:
            tensor = layer.forward(tensor)
        return tensor

    def _penalties(self):
        for layer in self.layers:
            if not layer.trainable or getattr(layer.optimizer, "regularizer", None) is None:
                continue
            if hasattr(layer, "calculate_regularization_loss"):
                yield layer.calculate_regularization_loss()
            else:
                yield layer.optimizer.regularizer.norm(layer.weights)

    def forward(self):
        inputs, self._labels = self.data_layer.next()
        return sum(chain([self.loss_layer.forward(self._through(inputs), self._labels)], self._penalties()))

    def backward(self):
        error = self.loss_layer.backward(self._labels)
        for layer in self.layers[::-1]:
            error = layer.backward(error)

    def train(self, iterations):
        self.phase = False
        for _ in range(iterations):
            self.loss += [self.forward()]
            self.backward()

    def test(self, input_tensor):
        self.phase = True
        return self._through(input_tensor)

    def __getstate__(self):
        return {**vars(self), "data_layer": None}


def save(filename, net):
    with open(filename, "wb") as file:
        pickle.dump(net, file)


def load(filename, data_layer):
    with open(filename, "rb") as file:
        net = pickle.load(file)
    net.data_layer = data_layer
    return net
