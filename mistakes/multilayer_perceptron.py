"""Multilayer perceptron: mistakes in the scale of gradients, in backpropagation, in epochs and in training."""

from __future__ import annotations

from typing import Any

from .. import framework
from ..specs import Array
from ..specs import MultilayerPerceptron as PerceptronSpec
from .perceptron_models import MultilayerPerceptron
from .registry import Declare

ONCE = "either input_grad = (Y_pred - Y) / n and dW = x.T @ delta, or input_grad = Y_pred - Y and dW = x.T @ delta / n"
CLASSIFIERS = ("classifier", "sigmoid")

mistake = Declare(families=("gradient",))


@mistake(hint=ONCE)
class DividedTwice(MultilayerPerceptron):
    """Gradients are divided by the batch size twice.

    The output's gradient is divided by the batch size, and the layers divide dW and db once more. Training is too slow
    by the batch size.
    """

    def error(self, targets: Array) -> Array:
        return super().error(targets) / len(targets)


@mistake(hint=ONCE)
class NeverDivided(MultilayerPerceptron):
    """Gradients are never divided by the batch size.

    The loss is a mean over the batch, but neither the output nor the layers divide. The steps are too large by the
    batch size.
    """

    def error(self, targets: Array) -> Array:
        return super().error(targets) * len(targets)


@mistake(
    hint="activation_fun=None as default, and in the constructor: self.activation_fun = Activation('relu')",
    cases=("classifier", "regression", "sigmoid"),
)
class ActivationShared(MultilayerPerceptron):
    """All layers share one activation.

    It remembers the input of its latest forward pass, which is that of the last layer. The other layers are
    differentiated where the last one was.
    """

    def __init__(self, spec: PerceptronSpec) -> None:
        super().__init__(spec)
        self.layers[1::2] = [self.layers[1]] * len(self.layers[1::2])


@mistake(
    hint="activation_fun=None for the last layer: FullyConnectedLayer(..., activation_fun=None)",
    families=("value",),
    cases=("classifier", "regression", "sigmoid"),
)
class ActivationAfterLast(MultilayerPerceptron):
    """The last layer has an activation.

    None as activation falls back to the default. Scores of a classifier cannot be negative then, and outputs of a
    regression are cut off.
    """

    def __init__(self, spec: PerceptronSpec) -> None:
        super().__init__(spec)
        self._last = framework.Activation(spec.function)

    def scores(self, inputs: Array) -> Array:
        return self._last.forward(super().scores(inputs))

    def error(self, targets: Array) -> Array:
        return self._last.backward(super().error(targets))


@mistake(
    hint="for layer in reversed(self.layers[1:]), so that layer 1 is reached: range(len(self.layers) - 1, 0, -1)",
    families=("optimizer",),
)
class FirstLayerNotTrained(MultilayerPerceptron):
    """An epoch leaves out the first layer with parameters.

    The loop over the layers starts one too late. The others learn from random features, which looks like learning.
    """

    def step(self, inputs: Array, targets: Array, learning_rate: float) -> None:
        first = self.dense[0].weights
        super().step(inputs, targets, learning_rate)
        self.dense[0].weights = first


@mistake(
    hint="X[b * batch_size:(b + 1) * batch_size], and the same rows of Y",
    families=("optimizer",),
    cases=("regression", "sigmoid", "linear"),
)
class FirstBatchAgain(MultilayerPerceptron):
    """Every step of an epoch takes the first batch.

    The rows are X[:batch_size] in every step. The rest of the data is never seen.
    """

    def sgd_epoch(self, inputs: Array, targets: Array, learning_rate: float, batch_size: int) -> None:
        for _ in range(len(inputs) // batch_size):
            self.step(inputs[:batch_size], targets[:batch_size], learning_rate)


@mistake(hint="def gd_epoch(self, X, Y, learning_rate), as train calls it", families=("optimizer",))
class GdWithoutRate(MultilayerPerceptron):
    """gd_epoch takes no learning rate.

    It is defined with two arguments as handed out, but train calls it with three: descent_type='gd' raises a
    TypeError.
    """

    def epoch(self, inputs: Array, targets: Array, learning_rate: float, batch_size: int) -> None:
        if not batch_size:
            raise TypeError("gd_epoch() takes 3 positional arguments but 4 were given")
        super().epoch(inputs, targets, learning_rate, batch_size)


@mistake(hint="W -= learning_rate * dW", families=("optimizer",))
class Ascent(MultilayerPerceptron):
    """Steps go up.

    The gradient is added, so the loss grows.
    """

    def step(self, inputs: Array, targets: Array, learning_rate: float) -> None:
        super().step(inputs, targets, -learning_rate)


@mistake(hint="self.dW = x.T @ delta, with = and not +=", families=("contract",))
class GradientsAccumulate(MultilayerPerceptron):
    """Gradients add up from one batch to the next.

    dW += in the backward pass, and nothing sets it back to zero: each step repeats all earlier ones.
    """

    _sums: Any = None

    def backpropagate(self, inputs: Array, targets: Array) -> Array:
        error = super().backpropagate(inputs, targets)
        earlier = self._sums or [0.0] * len(self.dense)
        self._sums = [old + part.gradient_weights for old, part in zip(earlier, self.dense, strict=True)]
        for part, total in zip(self.dense, self._sums, strict=True):
            part.gradient_weights = total
        return error


@mistake(
    hint="delta = self.activation_fun.bprop(output_grad); return delta @ self.W.T",
    cases=("classifier", "regression", "sigmoid"),
)
class InputGradientWithoutActivation(MultilayerPerceptron):
    """The first layer leaves out its activation in what it returns.

    dW and db are right, but the gradient of the layer's input is that of its output times W. A layer before it would
    learn from wrong numbers.
    """

    def input_gradient(self, inputs: Array, targets: Array) -> Array:
        super().input_gradient(inputs, targets)
        error = self.error(targets)
        for layer in reversed([self.layers[0], *self.layers[2:]]):
            error = layer.backward(error)
        return error


@mistake(
    hint="call self.sgd_epoch or self.gd_epoch in every epoch, which go through all layers",
    families=("network",),
    cases=CLASSIFIERS,
)
class TrainOneLayer(MultilayerPerceptron):
    """train changes the last layer only.

    The epochs are right, but train has a loop of its own, which leaves out the hidden layers.
    """

    def train(self, inputs: Array, labels: Array, learning_rate: float, batch_size: int) -> None:
        hidden = [part.weights for part in self.dense[:-1]]
        super().train(inputs, labels, learning_rate, batch_size)
        for part, weights in zip(self.dense[:-1], hidden, strict=True):
            part.weights = weights


@mistake(hint="np.mean(np.argmax(Y_pred, axis=1) != Y)", families=("value",), cases=CLASSIFIERS)
class ShareOfHits(MultilayerPerceptron):
    """The classification error is the share of hits.

    It compares with == where != should stand, so the best network has the largest error.
    """

    def error_rate(self, inputs: Array, labels: Array) -> float:
        return 1 - super().error_rate(inputs, labels)
