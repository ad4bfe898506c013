"""Pooling: the maximum of each window of an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Integers, Sizes, argument
from .registry import register
from .sizes import Form
from .spec import Case, LayerSpec
from .vocabulary import Convention, Shape, Trait, Window

_AXES = ("height", "width")
_PREFIXES = ("window", "stride", "beside")
# The image is the window and what is beside it, so that a window always fits.
_IMAGES: Form = {
    "batch": Integers(1, 3),
    "channels": Integers(1, 3),
    **{f"window_{axis}": Integers(1, 3) for axis in _AXES},
    **{f"stride_{axis}": Integers(1, 4) for axis in _AXES},
    **{f"beside_{axis}": Integers(0, 5) for axis in _AXES},
}


@register
@dataclass(frozen=True, kw_only=True)
class Pooling(LayerSpec):
    """Max pooling without padding: (batch, channels, height, width) -> (batch, channels, rows, columns).

    There are (height - window height) // stride + 1 rows, and columns likewise: what fills no window is left out.
    """

    stride_shape: tuple[int, ...] = argument(Sizes(2, 2), "vertical and horizontal distance of two windows")
    pooling_shape: tuple[int, ...] = argument(Sizes(2, 2), "height and width of a window")

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), section 9.3"
    definition: ClassVar[str] = "y[b, c, p, q] = max of x[b, c, s p + m, t q + n] over m < height, n < width"
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE, Trait.SELECTS, Trait.TRANSLATION_EQUIVARIANT}
    )
    sizes: ClassVar[tuple[Form, ...]] = (_IMAGES,)
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="max-pool ties",
            options=("one maximum", "shared"),
            about="whether one of several equal maxima of a window gets the gradient, or each one a share of it",
            source="Clarke: Optimization and Nonsmooth Analysis (1983), section 2.3",
        ),
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        sizes = zip(input_shape[2:], self.pooling_shape, self.stride_shape, strict=True)
        return (*input_shape[:2], *((size - window) // stride + 1 for size, window, stride in sizes))

    def windows(self) -> tuple[Window, ...]:
        sizes = zip(self.pooling_shape, self.stride_shape, strict=True)
        return tuple(Window(size=size, stride=stride) for size, stride in sizes)

    @classmethod
    def sized(cls, *, batch: int, channels: int, **axes: int) -> Case:
        windows, stride, beside = (tuple(axes[f"{prefix}_{axis}"] for axis in _AXES) for prefix in _PREFIXES)
        sizes = (window + rest for window, rest in zip(windows, beside, strict=True))
        return Case(spec=cls(stride_shape=stride, pooling_shape=windows), input_shape=(batch, channels, *sizes))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        def case(name: str, input_shape: Shape, window: Shape, stride: Shape) -> Case:
            beside = [size - length for size, length in zip(input_shape[2:], window, strict=True)]
            return cls.case(name, **dict(zip(_IMAGES, (*input_shape[:2], *window, *stride, *beside), strict=True)))

        return (
            case("2-by-2", (2, 3, 4, 6), (2, 2), (2, 2)),
            case("overlap", (2, 2, 5, 6), (3, 3), (1, 2)),
            case("non-square", (2, 2, 5, 7), (2, 3), (2, 1)),
            case("stride-over-window", (2, 2, 6, 7), (2, 1), (3, 2)),
            case("whole-image-batch-1", (1, 2, 3, 4), (3, 4), (1, 1)),
        )
