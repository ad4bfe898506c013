"""Neural network: mistakes in the phases, in train and in test."""

from __future__ import annotations

import numpy as np

from ..framework import Dropout, NeuralNetwork
from ..framework.validation import Tensor
from .registry import Declare

WITH_PHASES = ("with-phases", "with-dropout")

mistake = Declare(families=("phase",))


@mistake(hint="in the phase setter: for layer in self.layers: layer.testing_phase = testing_phase", cases=WITH_PHASES)
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
    hint="for layer in self.layers: layer.testing_phase = testing_phase, without asking for its type", cases=WITH_PHASES
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


@mistake(hint="self.phase = False at the start of train", cases=WITH_PHASES)
class PhaseNeverReset(NeuralNetwork):
    """Training after a test goes on in the test phase.

    test sets the phase, but train does not set it back: from the first test on nothing is dropped and running
    statistics stand still.
    """

    def train(self, iterations: int) -> None:
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()


@mistake(hint="self.phase = True at the start of test", cases=WITH_PHASES)
class TestInTrainPhase(NeuralNetwork):
    """Tests run in the train phase.

    test does not set the phase, so units are dropped and running statistics are changed by test data.
    """

    def test(self, input_tensor: Tensor) -> Tensor:
        return self._predict(input_tensor)


@mistake(hint="testing_phase is False in train and True in test", cases=WITH_PHASES)
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


@mistake(hint="self.loss.append(self.forward()); self.backward()", families=("network",))
class TrainWithoutBackward(NeuralNetwork):
    """Training never calls backward.

    train records losses, but nothing learns.
    """

    def train(self, iterations: int) -> None:
        self.phase = False
        self.loss.extend(self.forward() for _ in range(iterations))


@mistake(hint="self.loss.append(self.forward())", families=("network",))
class LossesNotRecorded(NeuralNetwork):
    """Training does not record its losses.

    The list of losses stays empty.
    """

    def train(self, iterations: int) -> None:
        recorded = list(self.loss)
        super().train(iterations)
        self.loss = recorded


@mistake(hint="self.loss.append(loss), not self.loss = [loss]", families=("network",))
class LossOverwritten(NeuralNetwork):
    """Only the latest loss is kept.

    Every iteration replaces the list instead of appending to it.
    """

    def train(self, iterations: int) -> None:
        super().train(iterations)
        self.loss = self.loss[-1:]


@mistake(hint="self.loss.append(self.forward()): the loss of this iteration alone", families=("network",))
class LossesAddUp(NeuralNetwork):
    """Every recorded loss contains all earlier ones.

    The variable for the loss is never set back, so the record grows however well the network learns.
    """

    def train(self, iterations: int) -> None:
        super().train(iterations)
        self.loss = np.cumsum(self.loss).tolist()


@mistake(hint="for _ in range(iterations)", families=("network",))
class OneIterationMissing(NeuralNetwork):
    """Training runs one iteration too few.

    The loop starts at 1 and ends before the last iteration.
    """

    def train(self, iterations: int) -> None:
        super().train(iterations - 1)


@mistake(hint="return the last layer's output, without .argmax(axis=1): the caller takes it", families=("contract",))
class TestReturnsClasses(NeuralNetwork):
    """Test returns class numbers.

    It returns the argmax of each row instead of the last layer's output.
    """

    def test(self, input_tensor: Tensor) -> Tensor:
        result: Tensor = super().test(input_tensor).argmax(axis=1)
        return result


@mistake(
    hint="for layer in self.layers: tensor = layer.forward(tensor), all of them", families=("regularization", "phase")
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
