"""CrossEntropyLoss: minus the log probability of the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers
from .registry import register
from .sizes import Form
from .spec import Case, LossSpec
from .vocabulary import Convention, Trait


@register
@dataclass(frozen=True, kw_only=True)
class CrossEntropyLoss(LossSpec):
    """The cross-entropy of probabilities (batch, classes) with one-hot targets of the same shape."""

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), sections 5.5 and 6.2.2"
    definition: ClassVar[str] = "L = - sum_bk target_bk log(prediction_bk + eps)"
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.CATEGORICAL, Trait.DIFFERENTIABLE, Trait.OF_PROBABILITIES})
    sizes: ClassVar[tuple[Form, ...]] = ({"batch": Integers(1, 9), "classes": Integers(2, 8)},)
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="loss reduction",
            options=("sum", "mean"),
            about="whether the loss is summed or averaged over the batch",
        ),
        Convention(
            name="log epsilon",
            options=("2.2e-16", "1e-10", "none"),
            about="what is added to the prediction so that its logarithm is finite",
        ),
    )

    @classmethod
    def sized(cls, *, batch: int, classes: int) -> Case:
        return Case(spec=cls(), input_shape=(batch, classes))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("9-by-4", batch=9, classes=4),
            cls.case("square", batch=5, classes=5),
            cls.case("batch-1", batch=1, classes=3),
        )
