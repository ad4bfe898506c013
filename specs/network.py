"""NeuralNetwork: layers in order, a loss, an optimizer, a phase."""

# mypy: disable-error-code="empty-body"
# The decorator `operation` supplies the bodies.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .batch_normalization import BatchNormalization
from .cross_entropy import CrossEntropyLoss
from .dropout import Dropout
from .flatten import Flatten
from .fully_connected import FullyConnected
from .operations import Answer, Array, Subject, never, operation
from .optimizers import Sgd, SgdWithMomentum
from .registry import register
from .regularizers import L1_Regularizer, L2_Regularizer
from .relu import ReLU
from .rnn import RNN
from .softmax import SoftMax
from .spec import Case, LayerSpec, NetworkSpec, OptimizerSpec
from .subject import seed_globals
from .vocabulary import Convention, Kind, Phase


@register
@dataclass(frozen=True, kw_only=True)
class NeuralNetwork(NetworkSpec):
    """A sequential network; every trainable layer has an optimizer of its own."""

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), sections 6.5 and 7.1"
    definition: ClassVar[str] = "loss = data loss + the regularization loss of every trainable layer, each once"
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="regularized parameters",
            options=("weights", "weights and bias"),
            about="whether the bias counts in the regularization loss, as it does where it is stacked with the weights",
            source="Goodfellow, Bengio, Courville (2016), section 7.1",
        ),
    )

    quick: ClassVar[int] = 4  # also what networks alone get wrong: penalties, phases, one optimizer for all layers

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        def classifier(optimizer: OptimizerSpec, *hidden: LayerSpec) -> NeuralNetwork:
            ends = (FullyConnected(input_size=4, output_size=6), FullyConnected(input_size=6, output_size=3), SoftMax())
            return cls(layers=(ends[0], *hidden, ends[1], ends[2]), loss=CrossEntropyLoss(), optimizer=optimizer)

        return (
            Case(name="classifier", spec=classifier(Sgd(learning_rate=0.01), ReLU()), input_shape=(7, 4)),
            Case(
                name="with-recurrence-and-L1",
                spec=classifier(
                    Sgd(learning_rate=0.01, regularizer=L1_Regularizer(alpha=0.07)),
                    RNN(input_size=6, hidden_size=3, output_size=6),
                ),
                input_shape=(5, 4),
            ),
            Case(
                name="with-phases",
                spec=classifier(
                    Sgd(learning_rate=0.01), BatchNormalization(channels=6), ReLU(), Dropout(keep=0.5), Flatten()
                ),
                input_shape=(8, 4),
            ),
            Case(
                name="with-momentum",
                spec=classifier(SgdWithMomentum(learning_rate=0.01, momentum_rate=0.9), ReLU()),
                input_shape=(7, 4),
            ),
            Case(
                name="with-L2",
                spec=classifier(Sgd(learning_rate=0.01, regularizer=L2_Regularizer(alpha=0.07)), ReLU()),
                input_shape=(5, 4),
            ),
            Case(
                name="with-dropout",
                spec=classifier(Sgd(learning_rate=0.01), ReLU(), Dropout(keep=0.5)),
                input_shape=(8, 4),
            ),
            Case(
                name="with-L1",
                spec=classifier(Sgd(learning_rate=0.01, regularizer=L1_Regularizer(alpha=0.07)), ReLU()),
                input_shape=(5, 4),
            ),
        )


class HasParameters(Subject):
    """What holds parameters, named `INDEX.NAME`, for example `0.weights`."""

    @operation(required=True, answer=Answer.NAMED)
    def parameters(self) -> Mapping[str, Array]:
        """Copies of all parameters."""

    @operation(required=True)
    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""


class IsFed(Subject):
    """What computes with the batch that its data layer hands out."""

    @operation(required=True)
    def feed(self, inputs: Array, labels: Array) -> None:
        """Set the batch that the data layer hands out at every iteration."""

    @operation(required=True, evaluates=True, answer=Answer.ARRAY, result="prediction")
    def test(self, inputs: Array) -> Array:
        """The prediction in the test phase."""


class Passes(IsFed):
    """What passes its batch forward and backward."""

    @operation(required=True, evaluates=True, answer=Answer.NUMBER, result="y")
    def forward(self) -> float:
        """One forward pass over the batch: the loss."""

    @operation(required=True)
    def backward(self) -> None:
        """One backward pass, with the optimizers' updates."""


class Trains(IsFed, HasParameters):
    """What trains on its batch."""

    @operation(required=True, evaluates=True, answer=Answer.NUMBERS, result="losses")
    def train(self, iterations: int) -> list[float]:
        """Train; returns the losses that the network has recorded so far."""


class NetworkSubject(Trains, Passes, kind=Kind.NETWORK):
    """A network whose layers, loss and optimizer come from the same implementation."""

    @operation()
    def set_phase(self, phase: Phase) -> None:
        """Set the network's phase."""

    @operation(answer=Answer.TEXTS, result="phases")
    def seen_phases(self) -> list[str]:
        """The phase that each layer was in during its latest forward."""

    @operation(required=True, answer=Answer.NAMED)
    def gradients(self) -> Mapping[str, Array]:
        """Copies of all gradients of the latest backward."""

    @operation(needed=never, default=seed_globals)
    def reseed(self, seed: int) -> None:
        """Seed every source of randomness."""
