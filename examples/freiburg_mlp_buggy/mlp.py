"""A multilayer perceptron, exported from the notebook. Five mistakes are planted; planted.json names them."""

import time

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import check_grad


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_d(x):
    # mistake: the derivative in terms of the output, applied to the input
    return x * (1.0 - x)


def tanh(x):
    return np.tanh(x)


def tanh_d(x):
    return 1.0 - np.tanh(x) ** 2


def relu(x):
    return np.maximum(0.0, x)


def relu_d(x):
    return (x > 0.0).astype(float)


def softmax(x, axis=1):
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def one_hot(labels):
    classes = np.unique(labels)
    rows = np.zeros((labels.shape[0], classes.size))
    rows[np.arange(labels.shape[0]), labels] = 1
    return rows


def unhot(rows):
    return np.argmax(rows, axis=-1)


class Activation:
    def __init__(self, tname):
        if tname == "sigmoid":
            self.act, self.act_d = sigmoid, sigmoid_d
        elif tname == "tanh":
            self.act, self.act_d = tanh, tanh_d
        elif tname == "relu":
            self.act, self.act_d = relu, relu_d
        else:
            raise ValueError("unknown activation " + str(tname))

    def fprop(self, input):
        self.last_input = input
        return self.act(input)

    def bprop(self, output_grad):
        return output_grad * self.act_d(self.last_input)


class InputLayer:
    def __init__(self, input_shape):
        if not isinstance(input_shape, tuple):
            raise ValueError("the shape should be a tuple")
        self.input_shape = input_shape

    def output_size(self):
        return self.input_shape

    def fprop(self, input):
        return input

    def bprop(self, output_grad):
        return output_grad


class FullyConnectedLayer:
    def __init__(self, input_layer, num_units, init_stddev, activation_fun=Activation("relu")):
        self.num_units = num_units
        self.activation_fun = activation_fun
        self.input_shape = input_layer.output_size()
        self.W = np.random.normal(0.0, init_stddev, (self.input_shape[1], num_units))
        self.b = np.zeros(num_units)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def output_size(self):
        return (self.input_shape[0], self.num_units)

    def fprop(self, input):
        self.last_input = input
        linear = np.dot(input, self.W) + self.b
        return linear if self.activation_fun is None else self.activation_fun.fprop(linear)

    def bprop(self, output_grad):
        delta = output_grad if self.activation_fun is None else self.activation_fun.bprop(output_grad)
        n = output_grad.shape[0]
        self.dW = np.dot(self.last_input.T, delta) / n
        self.db = np.sum(delta, axis=0) / n
        return np.dot(delta, self.W.T)

    def params(self):
        return self.W, self.b

    def grad_params(self):
        return self.dW, self.db


class LinearOutput:
    def __init__(self, input_layer):
        self.input_size = input_layer.output_size()

    def output_size(self):
        return self.input_size

    def fprop(self, input):
        return input

    def bprop(self, output_grad):
        raise NotImplementedError("use input_grad")

    def loss(self, Y, Y_pred):
        return np.mean(0.5 * np.sum((Y - Y_pred) ** 2, axis=1))

    def input_grad(self, Y, Y_pred):
        # mistake: divided by the batch size here, and once more in the layers
        return (Y_pred - Y) / Y.shape[0]


class SoftmaxOutput:
    def __init__(self, input_layer):
        self.input_size = input_layer.output_size()

    def output_size(self):
        return self.input_size

    def fprop(self, input):
        return softmax(input)

    def bprop(self, output_grad):
        raise NotImplementedError("use input_grad")

    def loss(self, Y, Y_pred):
        return -np.mean(np.sum(Y * np.log(Y_pred + 1e-10), axis=1))

    def input_grad(self, Y, Y_pred):
        return Y_pred - Y


class NeuralNetwork:
    def __init__(self, layers):
        self.layers = layers

    def _loss(self, X, Y):
        return self.layers[-1].loss(Y, self.predict(X))

    def predict(self, X):
        for layer in self.layers:
            X = layer.fprop(X)
        return X

    def backpropagate(self, Y, Y_pred, upto=0):
        grad = self.layers[-1].input_grad(Y, Y_pred)
        for layer in self.layers[-2 : upto - 1 if upto > 0 else None : -1]:
            grad = layer.bprop(grad)
        return grad

    def classification_error(self, X, Y):
        # mistake: the share of hits
        return np.mean(unhot(self.predict(X)) == Y)

    def _update(self, learning_rate):
        # mistake: the first fully connected layer is left out
        for layer in self.layers[2:-1]:
            layer.W -= learning_rate * layer.dW
            layer.b -= learning_rate * layer.db

    def sgd_epoch(self, X, Y, learning_rate, batch_size):
        for i in range(X.shape[0] // batch_size):
            rows = slice(i * batch_size, (i + 1) * batch_size)
            self.backpropagate(Y[rows], self.predict(X[rows]))
            self._update(learning_rate)

    def gd_epoch(self, X, Y):
        # mistake: as handed out; train calls it with three arguments
        self.backpropagate(Y, self.predict(X))
        self._update(0.1)

    def train(
        self,
        X,
        Y,
        X_valid,
        Y_valid,
        learning_rate=0.1,
        max_epochs=100,
        batch_size=64,
        descent_type="sgd",
        y_one_hot=True,
    ):
        start = time.time()
        Y_train = one_hot(Y) if y_one_hot else Y
        for epoch in range(max_epochs + 1):
            if descent_type == "sgd":
                self.sgd_epoch(X, Y_train, learning_rate, batch_size)
            else:
                self.gd_epoch(X, Y_train, learning_rate)
        print("training took", round(time.time() - start), "s")

    def check_gradients(self, X, Y):
        for layer in self.layers[1:-1]:
            for p, param in enumerate(layer.params()):
                start = param.copy()

                def loss(values):
                    param[:] = values.reshape(param.shape)
                    return self._loss(X, Y)

                def gradient(values):
                    param[:] = values.reshape(param.shape)
                    self.backpropagate(Y, self.predict(X))
                    return layer.grad_params()[p].ravel()

                print("difference", check_grad(loss, gradient, start.ravel()))
                param[:] = start


if __name__ == "__main__":
    from mnist import mnist

    (X, Y), (X_valid, Y_valid), _ = mnist()
    layers = [InputLayer((None, 784))]
    layers.append(FullyConnectedLayer(layers[-1], 100, 0.01))
    layers.append(FullyConnectedLayer(layers[-1], 10, 0.01, None))
    layers.append(SoftmaxOutput(layers[-1]))
    network = NeuralNetwork(layers)
    network.train(X, Y, X_valid, Y_valid)
    plt.show()
