"""NetworkUser: a network that has been trained, is loaded again, is tested, and predicts."""

# mypy: disable-error-code="empty-body"
# The decorator `operation` supplies the bodies.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from .domain import Integers, argument
from .operations import Array, Subject, operation
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


class EvaluatorSubject(Subject, kind=Kind.EVALUATOR):
    """What loads a trained linear network, tests it with the mean cross-entropy, and predicts.

    The network as constructed has the parameters `fresh`; those `stored` are what its training has ended with
    (weights: (features, classes), bias: (classes,)).
    """

    @operation(evaluates=True)
    def test(
        self,
        stored: Mapping[str, Array],
        fresh: Mapping[str, Array],
        inputs: Array,
        labels: Array,
        batch_size: int,
    ) -> Mapping[str, Any]:
        """Load the network and test it; the last batch is what is left.

        Returns:
            Of each forward pass, in order: `batch`, its index among the test batches (-1: none of these); `training`,
            whether the network was in the train phase; `differentiated`, whether gradients were computed; `weights`
            and `bias`. `final_weights` and `final_bias`, when the test is over. `numbers`, all that the test returns
            or prints, (count, 2): each with the half of its last digit's unit; `labels`, what they are called, ""
            where nothing says it. `counted_predictions` and `counted_targets` as a trainer's `count` has them, where
            a function that counts is taken.
        """

    @operation()
    def predict(self, stored: Mapping[str, Array], fresh: Mapping[str, Array], inputs: Array) -> Mapping[str, Any]:
        """Make a predictor and give it the samples, one by one.

        Returns:
            `classes`: the class that is predicted for each sample. `training`, `weights`, `bias`, `final_weights` and
            `final_bias` as `test` has them.
        """
