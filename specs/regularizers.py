"""L1_Regularizer and L2_Regularizer: penalties on the size of the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Reals, argument
from .registry import register
from .spec import Case, RegularizerSpec
from .vocabulary import Convention


@dataclass(frozen=True, kw_only=True)
class WeightPenalty(RegularizerSpec):
    """A penalty alpha * (a norm of the weights)."""

    alpha: float = argument(Reals(0), "weight of the penalty")

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="matrix", spec=cls(alpha=0.3), input_shape=(4, 5)),
            Case(name="kernels", spec=cls(alpha=2.0), input_shape=(3, 2, 4, 5)),
            Case(name="vector", spec=cls(alpha=1e-4), input_shape=(7,)),
            Case(name="alpha-0", spec=cls(alpha=0.0), input_shape=(2, 3)),
        )


@register
@dataclass(frozen=True, kw_only=True)
class L1_Regularizer(WeightPenalty):  # noqa: N801 - the courses' name
    """The L1 penalty (lasso)."""

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), section 7.1.2"
    definition: ClassVar[str] = "norm = alpha sum |w|; gradient = alpha sign(w), within [-alpha, alpha] where w = 0"


@register
@dataclass(frozen=True, kw_only=True)
class L2_Regularizer(WeightPenalty):  # noqa: N801 - the courses' name
    """The L2 penalty (weight decay, ridge)."""

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), section 7.1.1"
    definition: ClassVar[str] = "norm = alpha sum w²; gradient = alpha w or 2 alpha w"
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="L2 gradient",
            options=("alpha w", "2 alpha w"),
            about="whether the factor 2 of the derivative is kept or counted into alpha",
            source="Krogh, Hertz: A Simple Weight Decay Can Improve Generalization (1991), equation 1",
        ),
        Convention(
            name="L2 norm",
            options=("alpha sum w²", "alpha sqrt(sum w²)", "alpha/2 sum w²"),
            about="what enters the loss",
        ),
    )
