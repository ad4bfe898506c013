"""L1_Regularizer and L2_Regularizer: penalties on the size of the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Reals, argument
from .registry import register
from .sizes import WEIGHTS, Choices, Form
from .spec import Case, RegularizerSpec
from .vocabulary import Convention


@dataclass(frozen=True, kw_only=True)
class WeightPenalty(RegularizerSpec):
    """A penalty alpha * (a norm of the weights)."""

    alpha: float = argument(Reals(0), "weight of the penalty")

    sizes: ClassVar[tuple[Form, ...]] = tuple({**axes, "alpha": Choices((0.3, 2.0, 1e-4, 0.0))} for axes in WEIGHTS)

    def largest_gradient_at_zero(self) -> float:
        return self.alpha

    @classmethod
    def sized(cls, *, alpha: float, **axes: int) -> Case:
        return Case(spec=cls(alpha=alpha), input_shape=tuple(axes.values()))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("matrix", rows=4, columns=5, alpha=0.3),
            cls.case("kernels", kernels=3, channels=2, height=4, width=5, alpha=2.0),
            cls.case("vector", entries=7, alpha=1e-4),
            cls.case("alpha-0", rows=2, columns=3, alpha=0.0),
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
