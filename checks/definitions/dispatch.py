"""Which definition belongs to which spec."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from types import MappingProxyType

from ...specs import LayerSpec, LossSpec
from ..numerics.compare import Array, Estimate

Conventions = Mapping[str, str]
ANY: Conventions = MappingProxyType({})


@singledispatch
def forward(spec: LayerSpec, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    """The output of a layer without randomness and without running statistics, or in the train phase.

    `conventions` are the choices by name; of those that are missing, the first option is meant.
    """
    raise NotImplementedError(f"there is no definition of {spec.name()}")


def is_defined(spec: LayerSpec) -> bool:
    """Tell whether there is a definition of the layer."""
    return forward.dispatch(type(spec)) is not forward.dispatch(object)


@singledispatch
def loss(spec: LossSpec, prediction: Array, target: Array, conventions: Conventions = ANY) -> Estimate:
    """The loss; its reduction and its epsilon are those of `conventions`, or the first options."""
    raise NotImplementedError(f"there is no definition of {spec.name()}")


@singledispatch
def loss_gradient(spec: LossSpec, prediction: Array, target: Array, conventions: Conventions = ANY) -> Estimate:
    """What backward returns: the gradient of the loss with respect to the prediction, in the scale of `conventions`."""
    raise NotImplementedError(f"there is no definition of {spec.name()}")


@singledispatch
def loss_text(spec: LossSpec, reduction: str) -> str:
    """`loss` as Python: `$0` is the prediction, `$1` the target."""
    raise NotImplementedError(f"the definition of {spec.name()} is not written as code")
