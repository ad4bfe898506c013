"""A feed-forward network: a list of layers, a source of data and a loss."""

import pickle
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .atomic import write_atomically
from .initializers import Initializer
from .layers import BaseLayer
from .optimizers import Optimizer
from .validation import Tensor, checked_integer


class DataLayer(Protocol):
    """Where a network gets its data from."""

    def next(self) -> tuple[Tensor, Tensor]:
        """Return the next batch: the input tensor and the label tensor."""


class LossLayer(Protocol):
    """What a network minimises."""

    def forward(self, prediction_tensor: Tensor, label_tensor: Tensor) -> float:
        """Return the loss of a batch."""

    def backward(self, label_tensor: Tensor) -> Tensor:
        """Return the gradient of the loss with respect to the prediction."""


class NeuralNetwork:
    """A sequence of layers and what is needed to train it.

    Set ``data_layer`` and ``loss_layer`` and append the layers; then ``train`` and ``test``.

    The loss is the data loss plus the regularization loss of every trainable layer. A layer may compute the latter
    itself (``calculate_regularization_loss()``); otherwise it is the norm of its ``weights`` under the regularizer of
    its optimizer. So a fully connected layer counts with its bias row, and batch normalization with gamma, not beta.

    A copy or pickle of a network has everything but the data layer, which may be a generator or hold much data.

    Args:
        optimizer: Every trainable layer gets a deep copy, taken when the layer is appended.
        weights_initializer: Initializes the weights of appended layers; it is shared, so equal layers differ.
        bias_initializer: Initializes their biases.

    Attributes:
        layers: The layers, from input to output.
        loss: The loss of each training iteration so far.
        data_layer: Its ``next()`` returns a batch of inputs and labels.
        loss_layer: For example ``CrossEntropyLoss()``.
    """

    def __init__(self, optimizer: Optimizer, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        self.optimizer = optimizer
        self.weights_initializer = weights_initializer
        self.bias_initializer = bias_initializer
        self.layers: list[BaseLayer] = []
        self.loss: list[float] = []
        self.data_layer: DataLayer | None = None
        self.loss_layer: LossLayer | None = None
        self._testing_phase = False
        self._label_tensor: Tensor | None = None

    @property
    def phase(self) -> bool:
        """The phase of the network: True while testing. Setting it sets ``testing_phase`` of every layer."""
        return self._testing_phase

    @phase.setter
    def phase(self, testing_phase: bool) -> None:
        self._testing_phase = testing_phase
        for layer in self.layers:
            layer.testing_phase = testing_phase

    def append_layer(self, layer: BaseLayer) -> None:
        """Append a layer; a trainable one is initialized and gets its own copy of the optimizer."""
        if layer.trainable:
            layer.initialize(self.weights_initializer, self.bias_initializer)
            layer.optimizer = deepcopy(self.optimizer)
        layer.testing_phase = self.phase
        self.layers.append(layer)

    def forward(self) -> float:
        """Return the total loss, data and regularization, of the next batch.

        Raises:
            RuntimeError: If ``data_layer`` or ``loss_layer`` is not set.
        """
        if self.data_layer is None:
            raise RuntimeError("NeuralNetwork.data_layer is None, but forward needs it; set it first")
        _, data_loss = self._forward(*self.data_layer.next())
        return data_loss + self.regularization_loss()

    def backward(self) -> Tensor:
        """Propagate the error of the latest batch back through all layers, which update their parameters.

        Returns:
            The gradient of the data loss with respect to the network's input.

        Raises:
            RuntimeError: If there was no ``forward`` before.
        """
        if self.loss_layer is None or self._label_tensor is None:
            raise RuntimeError("NeuralNetwork.backward was called before forward; call forward() first")
        error_tensor = self.loss_layer.backward(self._label_tensor)
        for layer in reversed(self.layers):
            error_tensor = layer.backward(error_tensor)
        return error_tensor

    def train(self, iterations: int) -> None:
        """Train for a number of batches in the training phase and append each batch's loss to ``loss``."""
        self.phase = False
        for _ in range(checked_integer("iterations", iterations, 0)):
            self.loss.append(self.forward())
            self.backward()

    def learn(self, input_tensor: Tensor, label_tensor: Tensor) -> tuple[Tensor, float]:
        """Train on a batch in the training phase, without the data layer; append the batch's loss to ``loss``.

        Returns:
            The output of the last layer before the update, and its data loss.

        Raises:
            RuntimeError: If ``loss_layer`` is not set.
        """
        self.phase = False
        output, data_loss = self._forward(input_tensor, label_tensor)
        self.loss.append(data_loss + self.regularization_loss())
        self.backward()
        return output, data_loss

    def assess(self, input_tensor: Tensor, label_tensor: Tensor) -> tuple[Tensor, float]:
        """Return the output of the last layer and its data loss in the testing phase, in which the network stays.

        Raises:
            RuntimeError: If ``loss_layer`` is not set.
        """
        self.phase = True
        return self._forward(input_tensor, label_tensor)

    def test(self, input_tensor: Tensor) -> Tensor:
        """Return the prediction for ``input_tensor`` in the testing phase, in which the network stays.

        It is the output of the last layer, or what the loss layer makes of it (``predict``), if it can.
        """
        self.phase = True
        output = self._predict(input_tensor)
        predict: Callable[[Tensor], Tensor] | None = getattr(self.loss_layer, "predict", None)
        return output if predict is None else predict(output)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Set the learning rate of all optimizers: those of the layers and that of layers to come.

        Raises:
            ValueError: If it is negative or infinite.
        """
        self.optimizer.set_learning_rate(learning_rate)
        for layer in self.layers:
            for optimizer in layer.optimizers:
                optimizer.set_learning_rate(learning_rate)

    def regularization_loss(self) -> float:
        """Return the sum of the regularization losses of all trainable layers."""
        return sum((_regularization_loss(layer) for layer in self.layers if layer.trainable), start=0.0)

    def _forward(self, input_tensor: Tensor, label_tensor: Tensor) -> tuple[Tensor, float]:
        if self.loss_layer is None:
            raise RuntimeError("NeuralNetwork.loss_layer is None, but forward needs it; set it first")
        self._label_tensor = np.array(label_tensor)  # a copy: backward must not see later changes
        output = self._predict(input_tensor)
        return output, self.loss_layer.forward(output, label_tensor)

    def _predict(self, tensor: Tensor) -> Tensor:
        for layer in self.layers:
            tensor = layer.forward(tensor)
        return tensor

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "data_layer"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.data_layer = None


def save(filename: str | Path, net: NeuralNetwork) -> None:
    """Write a network, without its data layer, to a pickle, which is what the exercises ask for.

    Whoever loads the file runs it as a program: see ``load``. ``framework.checkpoints`` has a format without this
    danger.
    """
    write_atomically(filename, lambda file: pickle.dump(net, file))


def load(filename: str | Path, data_layer: DataLayer) -> NeuralNetwork:
    """Return the network of a file that ``save`` has written, with this data layer.

    **Danger**: a pickle is a program, and loading it runs it with all your rights, whatever the file pretends to be.
    Load only files that you have written yourself. ``framework.checkpoints`` has a format without this danger.

    Raises:
        TypeError: If the file contains something else. Its program has run by then.
    """
    with Path(filename).open("rb") as file:
        net = pickle.load(file)  # noqa: S301 - what the function is for; the danger is stated
    if not isinstance(net, NeuralNetwork):
        raise TypeError(f"{filename} contains a {type(net).__name__}, but should contain a NeuralNetwork")
    net.data_layer = data_layer
    return net


def _regularization_loss(layer: Any) -> float:
    if hasattr(layer, "calculate_regularization_loss"):
        return float(layer.calculate_regularization_loss())
    regularizer = getattr(layer.optimizer, "regularizer", None)
    return 0.0 if regularizer is None else float(regularizer.norm(layer.weights))
