"""ReLU: the rectified linear unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .sizes import IMAGES, VECTORS, Form
from .spec import Case, LayerSpec
from .vocabulary import Convention, Trait


@register
@dataclass(frozen=True, kw_only=True)
class ReLU(LayerSpec):
    """The rectified linear unit: any shape -> the same shape, entry by entry."""

    source: ClassVar[str] = "Nair, Hinton: Rectified Linear Units Improve Restricted Boltzmann Machines (ICML 2010)"
    definition: ClassVar[str] = "y = max(0, x)"
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE, Trait.ELEMENTWISE, Trait.HOMOGENEOUS}
    )
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="relu'(0)",
            options=("0", "1", "between"),
            about="which element of the generalised gradient [0, 1] backward uses where the input is exactly 0",
            source="Clarke: Optimization and Nonsmooth Analysis (1983), section 2.3",
        ),
    )
    sizes: ClassVar[tuple[Form, ...]] = (VECTORS, IMAGES)
    quick: ClassVar[int] = 1  # every entry for itself: the shape says little

    @classmethod
    def sized(cls, **axes: int) -> Case:
        return Case(spec=cls(), input_shape=tuple(axes.values()))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("vector", batch=10, features=5),
            cls.case("image", batch=2, channels=3, height=4, width=5),
            cls.case("batch-1", batch=1, features=7),
        )
