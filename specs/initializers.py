"""Constant, Normal, UniformRandom, Xavier and He: where weights start."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .domain import Reals, argument
from .registry import register
from .spec import Case, InitializerSpec
from .vocabulary import Gaussian, PointMass, Uniform


@register
@dataclass(frozen=True, kw_only=True)
class Constant(InitializerSpec):
    """The same value everywhere."""

    value: float = argument(Reals(), "the value")

    source: ClassVar[str] = "Goodfellow, Bengio, Courville: Deep Learning (2016), section 8.4"
    definition: ClassVar[str] = "w = value"

    def distribution(self, fan_in: int, fan_out: int) -> PointMass:
        del fan_in, fan_out
        return PointMass(value=self.value)

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="matrix", spec=cls(value=0.1), input_shape=(4, 3), fans=(4, 3)),
            Case(name="vector", spec=cls(value=-2.5), input_shape=(5,), fans=(5, 1)),
        )


@register
@dataclass(frozen=True, kw_only=True)
class Normal(InitializerSpec):
    """The normal distribution of mean 0 and a given standard deviation, whatever the fans are."""

    stddev: float = argument(Reals(0, open_low=True), "the standard deviation")

    source: ClassVar[str] = "Krizhevsky, Sutskever, Hinton: ImageNet Classification (NIPS 2012), section 5"
    definition: ClassVar[str] = "w ~ N(0, stddev²)"

    def distribution(self, fan_in: int, fan_out: int) -> Gaussian:
        del fan_in, fan_out
        return Gaussian(deviation=self.stddev)

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="matrix", spec=cls(stddev=0.1), input_shape=(90, 40), fans=(90, 40)),
            Case(name="wide", spec=cls(stddev=2.5), input_shape=(8, 3, 10, 15), fans=(450, 1200)),
            Case(name="narrow", spec=cls(stddev=1e-4), input_shape=(3000,), fans=(3000, 1)),
        )


@dataclass(frozen=True, kw_only=True)
class RandomInitializer(InitializerSpec):
    """Independent draws from one distribution."""

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="matrix", spec=cls(), input_shape=(90, 40), fans=(90, 40)),
            Case(name="kernels", spec=cls(), input_shape=(8, 3, 10, 15), fans=(450, 1200)),
            Case(name="fan-in-1", spec=cls(), input_shape=(1, 3000), fans=(1, 3000)),
        )


@register
@dataclass(frozen=True, kw_only=True)
class UniformRandom(RandomInitializer):
    """The uniform distribution on [0, 1)."""

    source: ClassVar[str] = "LeCun, Bottou, Orr, Müller: Efficient BackProp (1998), section 4.6"
    definition: ClassVar[str] = "w ~ U[0, 1)"

    def distribution(self, fan_in: int, fan_out: int) -> Uniform:
        del fan_in, fan_out
        return Uniform(low=0.0, high=1.0)


@register
@dataclass(frozen=True, kw_only=True)
class Xavier(RandomInitializer):
    """The normal distribution whose variance suits the forward and the backward pass."""

    source: ClassVar[str] = "Glorot, Bengio: Understanding the Difficulty of Training (AISTATS 2010), equation 12"
    definition: ClassVar[str] = "w ~ N(0, 2 / (fan_in + fan_out))"

    def distribution(self, fan_in: int, fan_out: int) -> Gaussian:
        return Gaussian(deviation=math.sqrt(2 / (fan_in + fan_out)))


@register
@dataclass(frozen=True, kw_only=True)
class He(RandomInitializer):
    """The normal distribution whose variance suits rectified units."""

    source: ClassVar[str] = "He et al.: Delving Deep into Rectifiers (ICCV 2015), equation 10"
    definition: ClassVar[str] = "w ~ N(0, 2 / fan_in)"

    def distribution(self, fan_in: int, fan_out: int) -> Gaussian:
        del fan_out
        return Gaussian(deviation=math.sqrt(2 / fan_in))
