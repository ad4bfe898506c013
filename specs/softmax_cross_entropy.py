"""SoftMaxCrossEntropyLoss: softmax and cross-entropy in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers
from .registry import register
from .sizes import Form
from .spec import Case, LossSpec
from .vocabulary import Convention, Trait


@dataclass(frozen=True, kw_only=True)
class LossOfScores(LossSpec):
    """A loss of scores (batch, classes), which become probabilities in it, with one-hot targets of the same shape."""

    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.CATEGORICAL, Trait.DIFFERENTIABLE, Trait.SHIFT_INVARIANT})
    sizes: ClassVar[tuple[Form, ...]] = ({"batch": Integers(1, 9), "classes": Integers(2, 8)},)

    @classmethod
    def sized(cls, *, batch: int, classes: int) -> Case:
        return Case(spec=cls(), input_shape=(batch, classes))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("9-by-4", batch=9, classes=4),
            cls.case("square", batch=5, classes=5),
            cls.case("batch-1", batch=1, classes=6),
            cls.case("two-classes", batch=3, classes=2),
        )


@register
@dataclass(frozen=True, kw_only=True)
class SoftMaxCrossEntropyLoss(LossOfScores):
    """The cross-entropy of the softmax of scores (batch, classes) with one-hot targets, without an epsilon."""

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.3, equation 6.30"
    definition: ClassVar[str] = "L = sum_bk target_bk (log(sum_j exp(score_bj)) - score_bk)"
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="SoftMaxCrossEntropyLoss reduction",
            options=("sum", "mean"),
            about="whether the loss is summed or averaged over the batch",
        ),
    )
