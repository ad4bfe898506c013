"""Predicates by which laws choose cases."""

from __future__ import annotations

from collections.abc import Callable

from ...specs import Case, LayerSpec, Phase, Trait
from ..law import Level


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


def core_in_training(case: Case) -> Level:
    """Core in the train phase; no text defines a backward pass in the test phase: strict there."""
    return Level.CORE if case.phase is Phase.TRAIN else Level.STRICT


def full_in_training(case: Case) -> Level:
    """Full in the train phase, strict in the test phase."""
    return Level.FULL if case.phase is Phase.TRAIN else Level.STRICT
