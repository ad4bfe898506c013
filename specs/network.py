"""NeuralNetwork: layers in order, a loss, an optimizer, a phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .batch_normalization import BatchNormalization
from .cross_entropy import CrossEntropyLoss
from .dropout import Dropout
from .flatten import Flatten
from .fully_connected import FullyConnected
from .optimizers import Sgd, SgdWithMomentum
from .registry import register
from .regularizers import L1_Regularizer, L2_Regularizer
from .relu import ReLU
from .rnn import RNN
from .softmax import SoftMax
from .spec import Case, LayerSpec, NetworkSpec, OptimizerSpec
from .vocabulary import Convention


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
