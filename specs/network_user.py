"""NetworkUser: a network that has been trained, is loaded again, is tested, and predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers, argument
from .registry import register
from .spec import Case, Spec
from .vocabulary import Kind


@dataclass(frozen=True, kw_only=True)
class EvaluatorSpec(Spec):
    """The contract of what uses a trained network on batches of data."""

    batches: int = argument(Integers(1, 20), "number of batches of the test data")
    rest: int = argument(Integers(0, 20), "number of samples that the last batch lacks")
    classes: int = argument(Integers(2, 20), "number of classes")

    kind: ClassVar[Kind] = Kind.EVALUATOR


@register
@dataclass(frozen=True, kw_only=True)
class NetworkUser(EvaluatorSpec):
    """What uses a trained network: it loads what training has stored, tests it on unseen data, and predicts.

    It is tried with a linear map of (batch, features) to scores of classes, softmax and mean cross-entropy.
    """

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), sections 5.2 and 5.3"
    definition: ClassVar[str] = (
        "load the stored weights; then, without training: the mean loss, the share of right predictions, predictions"
    )

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="even", spec=cls(batches=3, rest=0, classes=3), input_shape=(4, 3)),
            Case(name="with-rest", spec=cls(batches=3, rest=3, classes=4), input_shape=(5, 3)),
        )
