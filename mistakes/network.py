"""Neural network: mistakes in the loss, in backward and in the optimizers."""

from __future__ import annotations

from typing import Any

from ..framework import BaseLayer, FullyConnected, NeuralNetwork
from ..framework.validation import Tensor
from .registry import Declare

REGULARIZED = ("with-L1", "with-L2", "with-recurrence-and-L1")
LOSS = "loss_layer.forward(...) + sum of regularizer.norm(layer.weights) over all trainable layers"

mistake = Declare(families=("regularization",), cases=REGULARIZED)


def penalty(layer: Any) -> float:
    """What a layer adds to the loss; 0 for a layer without parameters or regularizer."""
    if hasattr(layer, "calculate_regularization_loss"):
        return float(layer.calculate_regularization_loss())
    return norm_of_weights(layer)


def norm_of_weights(layer: Any) -> float:
    """The penalty of what the course calls the weights of a layer."""
    regularizer = getattr(layer.optimizer, "regularizer", None)
    return 0.0 if regularizer is None else float(regularizer.norm(layer.weights))


@mistake(hint=LOSS)
class RegularizationLeftOut(NeuralNetwork):
    """The loss lacks the regularization loss.

    forward returns the data loss alone, while the optimizers do apply the regularizer: what is minimised is not what
    is shown.
    """

    def forward(self) -> float:
        return super().forward() - sum(penalty(layer) for layer in self.layers)


@mistake(hint=LOSS)
class RegularizationOfFirstLayer(NeuralNetwork):
    """The loss contains the first layer's regularization only.

    The loop over the layers ends after the first one, for example by a return inside of it.
    """

    def forward(self) -> float:
        return super().forward() - sum(penalty(layer) for layer in self.layers[1:])


@mistake(hint=LOSS)
class RegularizationOfLastLayer(NeuralNetwork):
    """The loss contains the last layer's regularization only.

    The variable is overwritten in the loop over the layers, = where += should stand.
    """

    def forward(self) -> float:
        trainable = [layer for layer in self.layers if layer.trainable]
        return super().forward() - sum(penalty(layer) for layer in trainable[:-1])


@mistake(hint=LOSS)
class RegularizationTwice(NeuralNetwork):
    """The loss contains the regularization twice.

    It is added in two places, for example in forward and in train, or in the layer and in the network.
    """

    def forward(self) -> float:
        return super().forward() + sum(penalty(layer) for layer in self.layers)


@mistake(
    hint="either layer.calculate_regularization_loss() or regularizer.norm(layer.weights), not both",
    cases=("with-recurrence-and-L1",),
)
class RegularizationOfRecurrentLayerTwice(NeuralNetwork):
    """The regularization of a recurrent layer counts twice.

    The network adds the norm of every layer's weights, and what calculate_regularization_loss returns where a layer
    has it.
    """

    def forward(self) -> float:
        own = (layer for layer in self.layers if hasattr(layer, "calculate_regularization_loss"))
        return super().forward() + sum(norm_of_weights(layer) for layer in own)


@mistake(
    hint="leave the penalty's gradient to optimizer.calculate_update; the network adds the norms to the loss, no more"
)
class PenaltyAppliedTwice(NeuralNetwork):
    """The penalty's gradient is subtracted by the network as well.

    The optimizers subtract it already, in their update; the network, or the layer, does it once more, so weights
    decay twice as fast.
    """

    def backward(self) -> Tensor:
        input_error = super().backward()
        for layer in [layer for layer in self.layers if isinstance(layer, FullyConnected)]:
            if layer.optimizer is not None and layer.optimizer.regularizer is not None:
                pull = layer.optimizer.regularizer.calculate_gradient(layer.weights)
                layer.weights = layer.weights - layer.optimizer.learning_rate * pull
        return input_error


@mistake(
    hint="layer.optimizer = copy.deepcopy(self.optimizer) in append_layer",
    families=("contract",),
    cases=("with-momentum",),
)
class OptimizerShared(NeuralNetwork):
    """All layers share one optimizer.

    append_layer hands out the network's own optimizer instead of a copy. Its velocity, or its moments, then mix the
    gradients of all layers; where shapes differ the second layer's update fails.
    """

    def append_layer(self, layer: BaseLayer) -> None:
        super().append_layer(layer)
        if layer.trainable:
            layer.optimizer = self.optimizer


@mistake(
    hint="layer.optimizer = copy.deepcopy(self.optimizer) for every trainable layer",
    families=("optimizer", "network"),
    cases=(),
)
class OptimizerNotSet(NeuralNetwork):
    """The layers get no optimizer.

    append_layer initialises the layer but does not set its optimizer, so nothing is ever updated.
    """

    def append_layer(self, layer: BaseLayer) -> None:
        super().append_layer(layer)
        layer.optimizer = None


@mistake(hint="for layer in reversed(self.layers)", families=("contract",), cases=())
class BackwardInForwardOrder(NeuralNetwork):
    """Backward visits the layers from first to last.

    The loss's error belongs to the last layer's output. The first layer has other shapes, and another derivative.
    """

    def backward(self) -> Tensor:
        self.layers.reverse()
        try:
            return super().backward()
        finally:
            self.layers.reverse()


@mistake(hint="for layer in reversed(self.layers), all of them", families=("network",), cases=())
class BackwardSkipsLastLayer(NeuralNetwork):
    """Backward skips the last layer.

    The loss's error goes straight to the layer before. The derivative of the last layer, softmax, is missing.
    """

    def backward(self) -> Tensor:
        last = self.layers.pop()
        try:
            return super().backward()
        finally:
            self.layers.append(last)


@mistake(
    hint="store the labels in forward: input_tensor, self.label_tensor = self.data_layer.next()",
    families=("network",),
    cases=(),
)
class LabelsOfNextBatch(NeuralNetwork):
    """Backward takes the labels of another batch.

    It asks the data layer for a batch once more, so predictions are compared with labels that do not belong to them.
    """

    def backward(self) -> Tensor:
        assert self.data_layer is not None  # noqa: S101 - forward comes first
        _, self._label_tensor = self.data_layer.next()
        return super().backward()
