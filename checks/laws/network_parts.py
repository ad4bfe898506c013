"""What the laws about networks share: what they build on, which cases they are for, a network to work with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking, RemoteSubject
from ...specs import Case, NetworkSpec, RegularizerSpec, Trait
from ..asking import assign, feed, parameters, reseed
from ..context import Context
from ..law import Component
from .selection import findings_of

Array = NDArray[np.float64]


def network_spec(case: Case) -> NetworkSpec:
    """The case's spec, which the selection has found to be a network's."""
    if not isinstance(case.spec, NetworkSpec):
        raise TypeError(f"{case.spec.name()} is no network")
    return case.spec


def findings_of_layers(*families: str) -> Callable[[Case], tuple[Component, ...]]:
    """Findings of the network's layers and its loss."""

    def select(case: Case) -> tuple[Component, ...]:
        spec = network_spec(case)
        names = dict.fromkeys([*(layer.name() for layer in spec.layers), spec.loss.name()])
        return tuple((name, frozenset(families)) for name in names)

    return select


def findings_of_everything(case: Case) -> tuple[Component, ...]:
    """Findings of all that takes part in training."""
    return (*findings_of_layers("contract", "gradient", "optimizer", "value")(case), *findings_of_optimizer(case))


def findings_of_optimizer(case: Case) -> tuple[Component, ...]:
    """Findings of the optimizer, and of the layers' use of theirs."""
    own = (network_spec(case).optimizer.name(), frozenset({"contract", "optimizer"}))
    return (own, *findings_of_layers("contract", "optimizer")(case))


def findings_of_penalty(case: Case) -> tuple[Component, ...]:
    """Findings of the penalty's norm and of the data loss."""
    spec = network_spec(case)
    return (*findings_of(penalty_of(case), "regularization"), *findings_of(spec.loss, "value"))


def is_random(case: Case) -> bool:
    """Networks with a layer that draws masks."""
    return any(Trait.RANDOM_MASK in layer.traits for layer in network_spec(case).layers)


def is_regularized(case: Case) -> bool:
    """Networks whose optimizer has a penalty."""
    return network_spec(case).optimizer.penalty() is not None


def penalty_of(case: Case) -> RegularizerSpec:
    """The penalty of a network's optimizer, which the selection has found to have one."""
    penalty = network_spec(case).optimizer.penalty()
    if penalty is None:
        raise TypeError(f"{case.spec.name()} has no penalty")
    return penalty


def is_plain(case: Case) -> bool:
    """Networks without random layers and without a penalty."""
    return not is_random(case) and not is_regularized(case)


def has_phases(case: Case) -> bool:
    """Networks with a layer whose phases differ."""
    return any(Trait.PHASE_DEPENDENT in layer.traits for layer in network_spec(case).layers)


def draw_labels(case: Case, rng: np.random.Generator) -> Array:
    """One-hot rows in which every class occurs."""
    classes = network_spec(case).output_shape(case.input_shape)[-1]
    labels: Array = np.eye(classes)[np.arange(case.input_shape[0]) % classes]
    return rng.permutation(labels)


def drawn_like(rng: np.random.Generator, value: Array) -> Array:
    """Drawn numbers for a parameter; none is near 0."""
    drawn: Array = 0.5 * rng.choice([-1.0, 1.0], size=value.shape) * rng.uniform(0.3, 1.7, size=value.shape)
    return drawn


Prepared = tuple[RemoteSubject, Array, Array, dict[str, Array]]
"""A network, its inputs, labels and parameters."""


def prepared(context: Context, rng: np.random.Generator) -> Asking[Prepared]:
    """A fed network, as constructed but for drawn parameters; its inputs, labels and parameters."""
    network = context.new()
    x, labels = context.data(rng), draw_labels(context.case, rng)
    _, built = yield from network.ask(feed(x, labels), parameters())
    values = {name: context.given(drawn_like(rng, value)) for name, value in built.items()}
    network.begin_with([assign(values), reseed(context.seed)])
    return network, x, labels, values
