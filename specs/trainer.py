"""Trainer: epochs of training and validation, with a schedule of the learning rate, a penalty, and a record."""

# mypy: disable-error-code="empty-body"
# The decorator `operation` supplies the bodies.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers, Reals, argument
from .operations import Array, Subject, operation
from .registry import register
from .sizes import Choices
from .spec import Case, Spec
from .vocabulary import Kind

PENALTIES = Choices(("none", "L1", "L2"))
"""What may be added to the loss of a batch: nothing, alpha sum |p|, or alpha sum p², over all parameters."""


@dataclass(frozen=True, kw_only=True)
class TrainerSpec(Spec):
    """The contract of a training loop: epochs of training and validation batches."""

    epochs: int = argument(Integers(1, 20), "number of epochs")
    batches: int = argument(Integers(1, 20), "number of batches for training")
    validation_batches: int = argument(Integers(1, 20), "number of batches for validation")
    classes: int = argument(Integers(2, 20), "number of classes")
    learning_rate: float = argument(Reals(0, 10, open_low=True), "learning rate of the first epochs")
    step_size: int = argument(Integers(1, 20), "number of epochs after which the learning rate changes")
    gamma: float = argument(Reals(0, 1, open_low=True), "what it is multiplied by then")
    penalty: str = argument(PENALTIES, "what is added to the loss of every training batch")
    alpha: float = argument(Reals(0, 10), "weight of the penalty")

    kind: ClassVar[Kind] = Kind.TRAINER


@register
@dataclass(frozen=True, kw_only=True)
class Trainer(TrainerSpec):
    """A training loop around a network, a loss, an optimizer and a schedule, which it is given.

    It is tried with a linear map of (batch, features) to scores of classes, softmax and mean cross-entropy, gradient
    descent, and a learning rate that is multiplied by `gamma` every `step_size` epochs.
    """

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), sections 5.3, 7.1 and 8.1"
    definition: ClassVar[str] = (
        "each epoch: a step per training batch, then the loss of the validation batches without any; the mean of each"
    )

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        def trainer(epochs: int, penalty: str, alpha: float) -> Trainer:
            return cls(
                epochs=epochs,
                batches=3,
                validation_batches=2,
                classes=3,
                learning_rate=0.25,
                step_size=2,
                gamma=0.5,
                penalty=penalty,
                alpha=alpha,
            )

        return (
            Case(name="plain", spec=trainer(5, "none", 0.0), input_shape=(4, 3)),
            Case(name="with-L2", spec=trainer(2, "L2", 0.03), input_shape=(4, 3)),
            Case(name="with-L1", spec=trainer(2, "L1", 0.03), input_shape=(5, 2)),
        )


class TrainerSubject(Subject, kind=Kind.TRAINER):
    """A training loop, which is given a linear network, a mean cross-entropy, gradient descent and a schedule."""

    @operation(required=True)
    def run(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Train from the parameters `start` (weights: (features, classes), bias: (classes,)), with new objects.

        Args:
            start: the parameters at the beginning.
            inputs: first those of the training batches, then those of the validation batches.
            labels: numbers of classes.
            batch_size: of all batches.

        Returns:
            `record`: the losses that the trainer keeps, (epochs, 2), training and validation. Of each forward pass, in
            order: `batch`, its index among all batches; `training`, whether the network was in the train phase;
            `differentiated`, whether gradients were computed; `loss`, of that batch, without penalty; `rate`, the
            optimizer's; `weights` and `bias`. `final_weights` and `final_bias`, after the last epoch.
        """

    @operation()
    def count(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Optional: `run` with a function that counts right predictions; it notes every call.

        Returns:
            What `run` returns, and of each call, in order: `counted_pass`, the index of the latest forward pass;
            `counted_predictions` and `counted_targets`, the classes that it was given, (calls, batch size); -1 where
            there are fewer.
        """
