import copy
import pickle

from Layers.Base import Phase


class NeuralNetwork:

    def __init__(self, optimizer, weights_initializer, bias_initializer):
        self.optimizer = optimizer
        self.weights_initializer = weights_initializer
        self.bias_initializer = bias_initializer
        self.loss = []
        self.layers = []
        self.data_layer = None
        self.loss_layer = None
        self.label_tensor = None

    def append_trainable_layer(self, layer):
        layer.initialize(copy.deepcopy(self.weights_initializer), copy.deepcopy(self.bias_initializer))
        layer.optimizer = copy.deepcopy(self.optimizer)
        self.layers.append(layer)

    def set_phase(self, phase):
        for layer in self.layers:
            layer.phase = phase

    def forward(self):
        input_tensor, self.label_tensor = self.data_layer.forward()
        regularization = 0
        for layer in self.layers:
            input_tensor = layer.forward(input_tensor)
            # layers without weights have no optimizer
            regularizer = getattr(getattr(layer, "optimizer", None), "regularizer", None)
            if regularizer is not None:
                if hasattr(layer, "calculate_regularization_loss"):
                    regularization += layer.calculate_regularization_loss()
                else:
                    regularization += regularizer.norm(layer.weights)
        return self.loss_layer.forward(input_tensor, self.label_tensor) + regularization

    def backward(self):
        error_tensor = self.loss_layer.backward(self.label_tensor)
        for layer in reversed(self.layers):
            error_tensor = layer.backward(error_tensor)

    def train(self, iterations):
        self.set_phase(Phase.train)
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, input_tensor):
        self.set_phase(Phase.test)
        for layer in self.layers:
            input_tensor = layer.forward(input_tensor)
        return input_tensor

    def __getstate__(self):
        state = dict(self.__dict__)
        state["data_layer"] = None
        return state


def save(filename, net):
    pickle.dump(net, open(filename, "wb"))


def load(filename, data_layer):
    net = pickle.load(open(filename, "rb"))
    net.data_layer = data_layer
    return net
