"""Sgd, SgdWithMomentum and Adam: how a gradient becomes new weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .domain import Instances, Reals, argument
from .registry import register
from .regularizers import L1_Regularizer, L2_Regularizer
from .spec import Case, OptimizerSpec, RegularizerSpec
from .vocabulary import Convention

_LEARNING_RATE = "step size"
_DECAY = Reals(0, 1, open_high=True)


@dataclass(frozen=True, kw_only=True)
class RegularizedOptimizer(OptimizerSpec):
    """An optimizer that may have a regularizer: w' = step(w, g) - learning_rate * penalty gradient at w."""

    learning_rate: float = argument(Reals(0, open_low=True), _LEARNING_RATE)
    regularizer: RegularizerSpec | None = argument(
        Instances((RegularizerSpec,), optional=True),
        "penalty on the weights, applied outside of the moments",
        default=None,
    )


def _cases(plain: OptimizerSpec, with_l1: OptimizerSpec, with_l2: OptimizerSpec) -> tuple[Case, ...]:
    return (
        Case(name="matrix", spec=plain, input_shape=(5, 4)),
        Case(name="scalar", spec=plain, input_shape=()),
        Case(name="kernels", spec=plain, input_shape=(2, 3, 3, 3)),
        Case(name="with-L1", spec=with_l1, input_shape=(4, 5)),
        Case(name="with-L2", spec=with_l2, input_shape=(4, 5)),
    )


@register
@dataclass(frozen=True, kw_only=True)
class Sgd(RegularizedOptimizer):
    """Gradient descent."""

    source: ClassVar[str] = "Robbins, Monro: A Stochastic Approximation Method (1951)"
    definition: ClassVar[str] = "w' = w - learning_rate g"

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return _cases(
            cls(learning_rate=0.3),
            cls(learning_rate=0.4, regularizer=L1_Regularizer(alpha=0.2)),
            cls(learning_rate=0.4, regularizer=L2_Regularizer(alpha=0.2)),
        )


@register
@dataclass(frozen=True, kw_only=True)
class SgdWithMomentum(RegularizedOptimizer):
    """Gradient descent with momentum (heavy ball)."""

    momentum_rate: float = argument(_DECAY, "share of the velocity that is kept")

    source: ClassVar[str] = "Polyak: Some Methods of Speeding Up the Convergence of Iteration Methods (1964)"
    definition: ClassVar[str] = "v' = momentum_rate v - learning_rate g; w' = w + v'"

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return _cases(
            cls(learning_rate=0.3, momentum_rate=0.9),
            cls(learning_rate=0.4, momentum_rate=0.8, regularizer=L1_Regularizer(alpha=0.2)),
            cls(learning_rate=0.4, momentum_rate=0.8, regularizer=L2_Regularizer(alpha=0.2)),
        )


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
    def cases(cls) -> tuple[Case, ...]:
        return (
            *_cases(
                cls(learning_rate=0.01, mu=0.9, rho=0.999),
                cls(learning_rate=0.05, mu=0.8, rho=0.9, regularizer=L1_Regularizer(alpha=0.2)),
                cls(learning_rate=0.05, mu=0.8, rho=0.9, regularizer=L2_Regularizer(alpha=0.2)),
            ),
            Case(name="small-decays", spec=cls(learning_rate=1.0, mu=0.01, rho=0.02), input_shape=(3,)),
        )
