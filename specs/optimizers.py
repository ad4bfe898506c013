"""Sgd, SgdWithMomentum, AdaGrad and Adam: how a gradient becomes new weights."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

from .domain import Instances, Reals, argument
from .registry import register
from .regularizers import L1_Regularizer, L2_Regularizer
from .sizes import WEIGHTS, Choices, Form
from .spec import Case, OptimizerSpec, RegularizerSpec
from .vocabulary import Convention, Trait

_LEARNING_RATE = "step size"
_DECAY = Reals(0, 1, open_high=True)
_PENALTIES = {"none": None, "L1": L1_Regularizer(alpha=0.2), "L2": L2_Regularizer(alpha=0.2)}


@dataclass(frozen=True, kw_only=True)
class RegularizedOptimizer(OptimizerSpec):
    """An optimizer that may have a regularizer: w' = step(w, g) - learning_rate * penalty gradient at w."""

    learning_rate: float = argument(Reals(0, open_low=True), _LEARNING_RATE)
    regularizer: RegularizerSpec | None = argument(
        Instances((RegularizerSpec,), optional=True),
        "penalty on the weights, applied outside of the moments",
        default=None,
    )

    sizes: ClassVar[tuple[Form, ...]] = tuple({**axes, "regularizer": Choices(tuple(_PENALTIES))} for axes in WEIGHTS)

    def penalty(self) -> RegularizerSpec | None:
        return self.regularizer

    def without_penalty(self) -> RegularizedOptimizer:
        return replace(self, regularizer=None)

    @classmethod
    @abstractmethod
    def with_penalty(cls, penalty: RegularizerSpec | None) -> RegularizedOptimizer:
        """The optimizer as its cases configure it, with this penalty or without one."""

    @classmethod
    def sized(cls, *, regularizer: str, **axes: int) -> Case:
        return Case(spec=cls.with_penalty(_PENALTIES[regularizer]), input_shape=tuple(axes.values()))

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            cls.case("matrix", rows=5, columns=4, regularizer="none"),
            cls.case("with-L2", rows=4, columns=5, regularizer="L2"),
            Case(name="scalar", spec=cls.with_penalty(None), input_shape=()),
            cls.case("kernels", kernels=2, channels=3, height=3, width=3, regularizer="none"),
            cls.case("with-L1", rows=4, columns=5, regularizer="L1"),
        )


@register
@dataclass(frozen=True, kw_only=True)
class Sgd(RegularizedOptimizer):
    """Gradient descent."""

    source: ClassVar[str] = "Robbins, Monro: A Stochastic Approximation Method (1951)"
    definition: ClassVar[str] = "w' = w - learning_rate g"

    @classmethod
    def with_penalty(cls, penalty: RegularizerSpec | None) -> Sgd:
        return cls(learning_rate=0.4 if penalty else 0.3, regularizer=penalty)


@register
@dataclass(frozen=True, kw_only=True)
class SgdWithMomentum(RegularizedOptimizer):
    """Gradient descent with momentum (heavy ball)."""

    momentum_rate: float = argument(_DECAY, "share of the velocity that is kept")

    source: ClassVar[str] = "Polyak: Some Methods of Speeding Up the Convergence of Iteration Methods (1964)"
    definition: ClassVar[str] = "v' = momentum_rate v - learning_rate g; w' = w + v'"

    @classmethod
    def with_penalty(cls, penalty: RegularizerSpec | None) -> SgdWithMomentum:
        if penalty is None:
            return cls(learning_rate=0.3, momentum_rate=0.9)
        return cls(learning_rate=0.4, momentum_rate=0.8, regularizer=penalty)


@register
@dataclass(frozen=True, kw_only=True)
class AdaGrad(RegularizedOptimizer):
    """The adaptive gradient method, with diagonal matrices."""

    source: ClassVar[str] = "Duchi, Hazan, Singer: Adaptive Subgradient Methods (JMLR 12, 2011), figure 1"
    definition: ClassVar[str] = "s' = s + g²; w' = w - learning_rate g / (sqrt(s') + eps)"
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.RESTS})
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="AdaGrad epsilon",
            options=("2.2e-16", "1e-10", "1e-8", "1e-8 inside the root"),
            about="what keeps the quotient finite, at most 1e-5: added to the root, or to what is inside of it",
            source="Duchi et al. (2011) add delta to the root",
        ),
    )

    @classmethod
    def with_penalty(cls, penalty: RegularizerSpec | None) -> AdaGrad:
        return cls(learning_rate=0.4 if penalty else 0.3, regularizer=penalty)


@register
@dataclass(frozen=True, kw_only=True)
class Adam(RegularizedOptimizer):
    """Adam, with bias correction and epsilon outside of the root."""

    mu: float = argument(_DECAY, "decay of the mean of the gradient (beta1)", default=0.9)
    rho: float = argument(_DECAY, "decay of the mean of the squared gradient (beta2)", default=0.999)

    source: ClassVar[str] = "Kingma, Ba: Adam (ICLR 2015), algorithm 1"
    definition: ClassVar[str] = (
        "v = mu v + (1-mu) g; r = rho r + (1-rho) g²; w' = w - learning_rate v/(1-mu^k) / (sqrt(r/(1-rho^k)) + eps)"
    )
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="Adam epsilon",
            options=("2.2e-16", "1e-8", "none"),
            about="what is added to the root so that it is not zero",
            source="Kingma, Ba (2015), algorithm 1 suggests 1e-8",
        ),
    )

    @classmethod
    def with_penalty(cls, penalty: RegularizerSpec | None) -> Adam:
        if penalty is None:
            return cls(learning_rate=0.01, mu=0.9, rho=0.999)
        return cls(learning_rate=0.05, mu=0.8, rho=0.9, regularizer=penalty)

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        small = Case(name="small-decays", spec=cls(learning_rate=1.0, mu=0.01, rho=0.02), input_shape=(3,))
        return (*super().cases(), small)
