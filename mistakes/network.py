"""Neural network: mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..framework import BaseLayer, Dropout, FullyConnected, NeuralNetwork
from ..framework.validation import Tensor
from .registry import mistake

WITH_PHASES = ("with-phases",)
REGULARIZED = ("with-L1", "with-L2")
LOSS = "loss_layer.forward(...) + sum of regularizer.norm(layer.weights) over all trainable layers"


def penalty(layer: Any) -> float:
    """What a layer's weights add to the loss; 0 for a layer without parameters or regularizer."""
    regularizer = getattr(layer.optimizer, "regularizer", None)
    return 0.0 if regularizer is None else float(regularizer.norm(layer.weights))


@mistake(
    "network.phase-not-forwarded",
    hint="in the phase setter: for layer in self.layers: layer.testing_phase = testing_phase",
    families=("phase",),
    cases=WITH_PHASES,
)
class PhaseNotForwarded(NeuralNetwork):
    """The phase does not reach the layers.

    The network stores its phase but tells no layer, so dropout and batch normalisation go on as in training.
    """

    @property
    def phase(self) -> bool:
        return self._testing_phase

    @phase.setter
    def phase(self, testing_phase: bool) -> None:
        self._testing_phase = testing_phase


@mistake(
    "network.phase-of-dropout-only",
    hint="for layer in self.layers: layer.testing_phase = testing_phase, without asking for its type",
    families=("phase",),
    cases=WITH_PHASES,
)
class PhaseOfDropoutOnly(NeuralNetwork):
    """The phase reaches dropout layers only.

    Other layers, batch normalisation above all, stay in training.
    """

    @property
    def phase(self) -> bool:
        return self._testing_phase

    @phase.setter
    def phase(self, testing_phase: bool) -> None:
        self._testing_phase = testing_phase
        for layer in self.layers:
            if isinstance(layer, Dropout):
                layer.testing_phase = testing_phase


@mistake(
    "network.phase-never-reset",
    hint="self.phase = False at the start of train",
    families=("phase",),
    cases=WITH_PHASES,
)
class PhaseNeverReset(NeuralNetwork):
    """Training after a test goes on in the test phase.

    test sets the phase, but train does not set it back: from the first test on nothing is dropped and running
    statistics stand still.
    """

    def train(self, iterations: int) -> None:
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()


@mistake(
    "network.test-in-train-phase",
    hint="self.phase = True at the start of test",
    families=("phase",),
    cases=WITH_PHASES,
)
class TestInTrainPhase(NeuralNetwork):
    """Tests run in the train phase.

    test does not set the phase, so units are dropped and running statistics are changed by test data.
    """

    def test(self, input_tensor: Tensor) -> Tensor:
        return self._predict(input_tensor)


@mistake(
    "network.phases-swapped",
    hint="testing_phase is False in train and True in test",
    families=("phase",),
    cases=WITH_PHASES,
)
class PhasesSwapped(NeuralNetwork):
    """Train and test phase are swapped.

    The layers are told the opposite of the network's phase.
    """

    @property
    def phase(self) -> bool:
        return self._testing_phase

    @phase.setter
    def phase(self, testing_phase: bool) -> None:
        self._testing_phase = testing_phase
        for layer in self.layers:
            layer.testing_phase = not testing_phase


@mistake(
    "network.regularization-left-out",
    hint=LOSS,
    families=("regularization",),
    cases=REGULARIZED,
)
class RegularizationLeftOut(NeuralNetwork):
    """The loss lacks the regularization loss.

    forward returns the data loss alone, while the optimizers do apply the regularizer: what is minimised is not what
    is shown.
    """

    def forward(self) -> float:
        return super().forward() - sum(penalty(layer) for layer in self.layers)


@mistake(
    "network.regularization-of-first-layer",
    hint=LOSS,
    families=("regularization",),
    cases=REGULARIZED,
)
class RegularizationOfFirstLayer(NeuralNetwork):
    """The loss contains the first layer's regularization only.

    The sum is assigned instead of added up, or the loop ends after one layer.
    """

    def forward(self) -> float:
        return super().forward() - sum(penalty(layer) for layer in self.layers[1:])


@mistake(
    "network.regularization-of-last-layer",
    hint=LOSS,
    families=("regularization",),
    cases=REGULARIZED,
)
class RegularizationOfLastLayer(NeuralNetwork):
    """The loss contains the last layer's regularization only.

    The variable is overwritten in the loop over the layers, = where += should stand.
    """

    def forward(self) -> float:
        trainable = [layer for layer in self.layers if layer.trainable]
        return super().forward() - sum(penalty(layer) for layer in trainable[:-1])


@mistake(
    "network.regularization-twice",
    hint=LOSS,
    families=("regularization",),
    cases=REGULARIZED,
)
class RegularizationTwice(NeuralNetwork):
    """The loss contains the regularization twice.

    It is added in two places, for example in forward and in train, or in the layer and in the network.
    """

    def forward(self) -> float:
        return super().forward() + sum(penalty(layer) for layer in self.layers)


@mistake(
    "network.penalty-applied-twice",
    hint="leave the penalty's gradient to optimizer.calculate_update; the network adds the norms to the loss, no more",
    families=("regularization",),
    cases=REGULARIZED,
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
    "network.optimizer-shared",
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
    "network.optimizer-not-set",
    hint="layer.optimizer = copy.deepcopy(self.optimizer) for every trainable layer",
    families=("optimizer", "network"),
)
class OptimizerNotSet(NeuralNetwork):
    """The layers get no optimizer.

    append_layer initialises the layer but does not set its optimizer, so nothing is ever updated.
    """

    def append_layer(self, layer: BaseLayer) -> None:
        super().append_layer(layer)
        layer.optimizer = None


@mistake(
    "network.backward-in-forward-order",
    hint="for layer in reversed(self.layers)",
    families=("contract",),
)
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


@mistake(
    "network.backward-skips-last-layer",
    hint="for layer in reversed(self.layers), all of them",
    families=("network",),
)
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
    "network.labels-of-next-batch",
    hint="store the labels in forward: input_tensor, self.label_tensor = self.data_layer.next()",
    families=("network",),
)
class LabelsOfNextBatch(NeuralNetwork):
    """Backward takes the labels of another batch.

    It asks the data layer for a batch once more, so predictions are compared with labels that do not belong to them.
    """

    def backward(self) -> Tensor:
        assert self.data_layer is not None  # noqa: S101 - forward comes first
        _, self._label_tensor = self.data_layer.next()
        return super().backward()


@mistake(
    "network.train-without-backward",
    hint="self.loss.append(self.forward()); self.backward()",
    families=("network",),
)
class TrainWithoutBackward(NeuralNetwork):
    """Training never calls backward.

    train records losses, but nothing learns.
    """

    def train(self, iterations: int) -> None:
        self.phase = False
        self.loss.extend(self.forward() for _ in range(iterations))


@mistake(
    "network.losses-not-recorded",
    hint="self.loss.append(self.forward())",
    families=("network",),
)
class LossesNotRecorded(NeuralNetwork):
    """Training does not record its losses.

    The list of losses stays empty.
    """

    def train(self, iterations: int) -> None:
        recorded = list(self.loss)
        super().train(iterations)
        self.loss = recorded


@mistake(
    "network.loss-overwritten",
    hint="self.loss.append(loss), not self.loss = [loss]",
    families=("network",),
)
class LossOverwritten(NeuralNetwork):
    """Only the latest loss is kept.

    Every iteration replaces the list instead of appending to it.
    """

    def train(self, iterations: int) -> None:
        super().train(iterations)
        self.loss = self.loss[-1:]


@mistake(
    "network.losses-add-up",
    hint="append the loss of this iteration alone",
    families=("network",),
)
class LossesAddUp(NeuralNetwork):
    """Every recorded loss contains all earlier ones.

    The variable for the loss is never set back, so the record grows however well the network learns.
    """

    def train(self, iterations: int) -> None:
        super().train(iterations)
        self.loss = np.cumsum(self.loss).tolist()


@mistake(
    "network.one-iteration-missing",
    hint="for _ in range(iterations)",
    families=("network",),
)
class OneIterationMissing(NeuralNetwork):
    """Training runs one iteration too few.

    The loop starts at 1 and ends before the last iteration.
    """

    def train(self, iterations: int) -> None:
        super().train(iterations - 1)


@mistake(
    "network.test-returns-classes",
    hint="return the output of the last layer; the caller takes the argmax",
    families=("contract",),
)
class TestReturnsClasses(NeuralNetwork):
    """Test returns class numbers.

    It returns the argmax of each row instead of the last layer's output.
    """

    def test(self, input_tensor: Tensor) -> Tensor:
        result: Tensor = super().test(input_tensor).argmax(axis=1)
        return result


@mistake(
    "network.test-leaves-out-last-layer",
    hint="pass the input through all layers",
    families=("regularization", "phase"),
)
class TestLeavesOutLastLayer(NeuralNetwork):
    """Test returns the scores before softmax.

    The last layer is left out, so the rows are no probabilities.
    """

    def test(self, input_tensor: Tensor) -> Tensor:
        self.phase = True
        for layer in self.layers[:-1]:
            input_tensor = layer.forward(input_tensor)
        return input_tensor
