"""A feed-forward network: a list of layers, a source of data and a loss."""

from copy import deepcopy
from typing import Any, Protocol

import numpy as np

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
        if self.data_layer is None or self.loss_layer is None:
            missing = "data_layer" if self.data_layer is None else "loss_layer"
            raise RuntimeError(f"NeuralNetwork.{missing} is None, but forward needs it; set it first")
        input_tensor, label_tensor = self.data_layer.next()
        self._label_tensor = np.array(label_tensor)  # a copy: backward must not see later changes
        data_loss = self.loss_layer.forward(self._predict(input_tensor), label_tensor)
        return data_loss + sum(_regularization_loss(layer) for layer in self.layers if layer.trainable)

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

    def test(self, input_tensor: Tensor) -> Tensor:
        """Return the prediction for ``input_tensor`` in the testing phase, in which the network stays."""
        self.phase = True
        return self._predict(input_tensor)

    def _predict(self, tensor: Tensor) -> Tensor:
        for layer in self.layers:
            tensor = layer.forward(tensor)
        return tensor


def _regularization_loss(layer: Any) -> float:
    if hasattr(layer, "calculate_regularization_loss"):
        return float(layer.calculate_regularization_loss())
    regularizer = getattr(layer.optimizer, "regularizer", None)
    return 0.0 if regularizer is None else float(regularizer.norm(layer.weights))
