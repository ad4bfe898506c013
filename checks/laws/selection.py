"""Predicates by which laws choose cases."""

from __future__ import annotations

from collections.abc import Callable

from ...specs import Case, LayerSpec, OptimizerSpec, Phase, RegularizerSpec, Spec, Trait
from ..law import Component, Level


def has(*traits: Trait) -> Callable[[Case], bool]:
    """Cases of layers that have all the traits in the case's phase."""

    def select(case: Case) -> bool:
        return isinstance(case.spec, LayerSpec) and all(case.spec.has(trait, case.phase) for trait in traits)

    return select


def deterministic(case: Case) -> bool:
    """Layer cases in which forward draws nothing at random."""
    return isinstance(case.spec, LayerSpec) and not case.spec.has(Trait.RANDOM_MASK, case.phase)


def trainable(case: Case) -> bool:
    """Layer cases with parameters, in the train phase."""
    return isinstance(case.spec, LayerSpec) and bool(case.spec.parameters()) and case.phase is Phase.TRAIN


def has_parameters(case: Case) -> bool:
    """Layer cases with parameters."""
    return bool(parameter_names(case))


def training(case: Case) -> bool:
    """Layer cases in the train phase."""
    return isinstance(case.spec, LayerSpec) and case.phase is Phase.TRAIN


def parameter_names(case: Case) -> tuple[str, ...]:
    """The names of a layer's parameters."""
    return tuple(case.spec.parameters()) if isinstance(case.spec, LayerSpec) else ()


def keep_probability(spec: Spec) -> float | None:
    """The probability with which a layer's random mask keeps an entry; None for what draws no mask."""
    return spec.keep_probability() if isinstance(spec, LayerSpec) else None


def mask_keeps(spec: Spec) -> float:
    """`keep_probability` of a layer that the selection has found to draw a mask."""
    keep = keep_probability(spec)
    if keep is None:
        raise TypeError(f"{spec.name()} draws no random mask")
    return keep


def penalty_of(case: Case) -> RegularizerSpec | None:
    """The regularizer of an optimizer's case; None if it has none, and for other components."""
    return case.spec.penalty() if isinstance(case.spec, OptimizerSpec) else None


def findings_of(part: Spec | None, *families: str) -> tuple[Component, ...]:
    """Findings of a part of the component, if there is one."""
    return () if part is None else ((part.name(), frozenset(families)),)


def core_in_training(case: Case) -> Level:
    """Core in the train phase; no text defines a backward pass in the test phase: strict there."""
    return Level.CORE if case.phase is Phase.TRAIN else Level.STRICT


def full_in_training(case: Case) -> Level:
    """Full in the train phase, strict in the test phase."""
    return Level.FULL if case.phase is Phase.TRAIN else Level.STRICT
