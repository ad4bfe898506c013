import copy
import pickle


class NeuralNetwork:

    def __init__(self, optimizer, weights_initializer, bias_initializer):
        self.optimizer = optimizer
        self.weights_initializer = weights_initializer
        self.bias_initializer = bias_initializer
        self.layers = []
        self.loss = []
        self.data_layer = None
        self.loss_layer = None
        self.label_tensor = None
        self._phase = False

    @property
    def phase(self):
        # True means testing
        return self._phase

    @phase.setter
    def phase(self, testing_phase):
        self._phase = testing_phase
        for layer in self.layers:
            layer.testing_phase = testing_phase

    def append_layer(self, layer):
        if layer.trainable:
            layer.initialize(self.weights_initializer, self.bias_initializer)
            # momentum belongs to the layer, so every layer needs its own optimizer
            layer.optimizer = copy.deepcopy(self.optimizer)
        layer.testing_phase = self._phase
        self.layers.append(layer)

    def predict(self, tensor):
        for layer in self.layers:
            tensor = layer.forward(tensor)
        return tensor

    def regularization_loss(self):
        loss = 0
        for layer in self.layers:
            if hasattr(layer, "calculate_regularization_loss"):
                # recurrent layers have more than one weight matrix
                loss += layer.calculate_regularization_loss()
            elif layer.trainable and layer.optimizer is not None and layer.optimizer.regularizer is not None:
                loss += layer.optimizer.regularizer.norm(layer.weights)
        return loss

    def forward(self):
        input_tensor, self.label_tensor = self.data_layer.next()
        prediction = self.predict(input_tensor)
        return self.loss_layer.forward(prediction, self.label_tensor) + self.regularization_loss()

    def backward(self):
        error_tensor = self.loss_layer.backward(self.label_tensor)
        for layer in reversed(self.layers):
            error_tensor = layer.backward(error_tensor)

    def train(self, iterations):
        self.phase = False
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, input_tensor):
        self.phase = True
        return self.predict(input_tensor)

    def __getstate__(self):
        # the data layer may be a generator, which pickle cannot store
        state = self.__dict__.copy()
        del state["data_layer"]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.data_layer = None


def save(filename, net):
    with open(filename, "wb") as file:
        pickle.dump(net, file)


def load(filename, data_layer):
    with open(filename, "rb") as file:
        net = pickle.load(file)
    net.data_layer = data_layer
    return net
