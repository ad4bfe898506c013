"""Conv: several kernels slide over images or sequences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from .domain import Integers, Sizes, argument
from .registry import register
from .sizes import Form
from .spec import Case, LayerSpec
from .vocabulary import Convention, Parameter, Shape, Trait, Window

_IMAGES: Form = {
    "batch": Integers(1, 3),
    "channels": Integers(1, 3),
    "height": Integers(1, 6),
    "width": Integers(1, 6),
    "kernel_height": Integers(1, 4),
    "kernel_width": Integers(1, 4),
    "kernels": Integers(1, 3),
    "stride_height": Integers(1, 4),
    "stride_width": Integers(1, 4),
}
_SEQUENCES: Form = {
    "batch": Integers(1, 3),
    "channels": Integers(1, 3),
    "length": Integers(1, 8),
    "kernel_length": Integers(1, 5),
    "kernels": Integers(1, 3),
    "stride_length": Integers(1, 4),
}


@register
@dataclass(frozen=True, kw_only=True)
class Conv(LayerSpec):
    """The convolutional layer: (batch, channels, height, width) or (batch, channels, length) -> `num_kernels` channels.

    Zeros around the input keep its size ("same" padding); then every stride-th output is taken, the first one
    included, so that ceil(size / stride) remain.
    """

    stride_shape: tuple[int, ...] = argument(Sizes(1, 2), "distance of two outputs, along each axis")
    convolution_shape: tuple[int, ...] = argument(Sizes(2, 3), "shape of a kernel, channels first")
    num_kernels: int = argument(Integers(1), "number of kernels: channels of the output")

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), sections 9.1 and 9.5"
    definition: ClassVar[str] = (
        "y[b, k, p, q] = bias[k] + sum_cmn weights[k, c, m, n] xp[b, c, s p + m, t q + n], strides (s, t), "
        "xp: x with zeros around it"
    )
    traits: ClassVar[frozenset[Trait]] = frozenset(
        {Trait.AFFINE, Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE, Trait.TRANSLATION_EQUIVARIANT}
    )
    sizes: ClassVar[tuple[Form, ...]] = (_IMAGES, _SEQUENCES)
    quick: ClassVar[int] = 3
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="convolution",
            options=("cross-correlation", "convolution"),
            about="whether kernels meet the input as they are, or turned by 180 degrees",
            source="Goodfellow, Bengio, Courville (2016), section 9.1",
        ),
        Convention(
            name="kernel channels",
            options=("in order", "reversed"),
            about="whether channel c of a kernel meets channel c of the input, or the channels are in reverse order",
        ),
        Convention(
            name="even kernels",
            options=("padding after", "padding before"),
            about="on which side the input gets one zero more if the size of a kernel is even",
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.stride_shape) != len(self.convolution_shape) - 1:
            raise ValueError(
                f"Conv: stride_shape={self.stride_shape!r}, but should have one number for each axis of "
                f"convolution_shape={self.convolution_shape!r} but the channels"
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        sizes = zip(input_shape[2:], self.stride_shape, strict=True)
        return (input_shape[0], self.num_kernels, *(-(-size // stride) for size, stride in sizes))

    def parameters(self) -> Mapping[str, Parameter]:
        fans = {
            "fan_in": prod(self.convolution_shape),
            "fan_out": self.num_kernels * prod(self.convolution_shape[1:]),
        }
        return {
            "weights": Parameter(shape=(self.num_kernels, *self.convolution_shape), **fans),
            "bias": Parameter(shape=(self.num_kernels,), **fans),
        }

    def windows(self) -> tuple[Window, ...]:
        sizes = zip(self.convolution_shape[1:], self.stride_shape, strict=True)
        return tuple(Window(size=size, stride=stride) for size, stride in sizes)

    @classmethod
    def sized(cls, *, batch: int, channels: int, kernels: int, **axes: int) -> Case:
        ranks = ("length",) if "length" in axes else ("height", "width")
        shape, kernel, stride = (
            tuple(axes[f"{prefix}{axis}"] for axis in ranks) for prefix in ("", "kernel_", "stride_")
        )
        spec = cls(stride_shape=stride, convolution_shape=(channels, *kernel), num_kernels=kernels)
        return Case(spec=spec, input_shape=(batch, channels, *shape))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        def image(name: str, input_shape: Shape, kernel: Shape, kernels: int, stride: Shape) -> Case:
            return cls.case(name, **dict(zip(_IMAGES, (*input_shape, *kernel, kernels, *stride), strict=True)))

        def sequence(name: str, input_shape: Shape, kernel: int, kernels: int, stride: int) -> Case:
            return cls.case(name, **dict(zip(_SEQUENCES, (*input_shape, kernel, kernels, stride), strict=True)))

        return (
            image("image", (2, 3, 4, 5), (3, 3), 2, (1, 1)),
            image("even-kernel", (2, 1, 4, 5), (2, 2), 2, (1, 1)),
            sequence("sequence-even-kernel", (3, 2, 6), 4, 2, 3),
            image("batch-1", (1, 2, 4, 3), (3, 3), 3, (1, 1)),
            image("4-by-3-kernel", (2, 2, 5, 4), (4, 3), 1, (1, 1)),
            image("pointwise", (2, 3, 3, 2), (1, 1), 2, (1, 1)),
            image("stride-2-1", (2, 2, 5, 3), (3, 3), 1, (2, 1)),
            image("stride-over-kernel", (2, 2, 7, 5), (2, 1), 2, (3, 2)),
            image("kernel-over-image", (2, 1, 2, 3), (5, 4), 2, (1, 1)),
            sequence("sequence", (2, 3, 7), 3, 2, 2),
        )
