"""CrossEntropyLoss: minus the log probability of the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .spec import Case, LossSpec
from .vocabulary import Convention, Trait


@register
@dataclass(frozen=True, kw_only=True)
class CrossEntropyLoss(LossSpec):
    """The cross-entropy of probabilities (batch, classes) with one-hot targets of the same shape."""

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), sections 5.5 and 6.2.2"
    definition: ClassVar[str] = "L = - sum_bk target_bk log(prediction_bk + eps)"
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.DIFFERENTIABLE})
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="loss reduction",
            options=("sum", "mean"),
            about="whether the loss is summed or averaged over the batch",
        ),
    )

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="9-by-4", spec=cls(), input_shape=(9, 4)),
            Case(name="square", spec=cls(), input_shape=(5, 5)),
            Case(name="batch-1", spec=cls(), input_shape=(1, 3)),
        )
