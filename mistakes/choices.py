"""Components in another choice: what changes a right one into a right one of another convention, and wrong ones alike.

The framework makes one choice of each convention. What makes another is put in front of a component, right or wrong,
so that every mistake can be looked at in the choices of the subject that it may explain.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from .. import framework
from ..specs import Unsupported, find_spec
from . import choices_of_layers as layers
from . import choices_of_losses as losses
from . import choices_of_updates as updates
from .in_front import in_front

OPTIONS: Mapping[str, Mapping[str, type | None]] = {
    "convolution": {"cross-correlation": None, "convolution": layers.TurnedKernels},
    "kernel channels": {"in order": None, "reversed": layers.ReversedChannels},
    "even kernels": {"padding after": None, "padding before": layers.PaddingBefore},
    "dropout argument": {"keep": None, "drop": layers.SaysItsChoices},
    "dropout scaling": {"in training": None, "in testing": layers.SaysItsChoices},
    "LSTM output": {"linear": None, "sigmoid": layers.LogisticOutput},
    "RNN output": {"linear": None, "sigmoid": layers.LogisticOutput},
    "max-pool ties": {"one maximum": None, "shared": layers.SharedTies},
    "relu'(0)": {"0": None, "1": layers.SlopeOneAtZero, "between": layers.SlopeHalfAtZero},
    "running statistics": {
        "variance": None,
        "standard deviation": layers.RunningDeviation,
        "unbiased variance": layers.RunningUnbiasedVariance,
    },
    "loss reduction": {"sum": None, "mean": losses.MeanOverBatch},
    "SoftMaxCrossEntropyLoss reduction": {"sum": None, "mean": losses.MeanOverBatch},
    "L2Loss reduction": {
        "sum": None,
        "half the sum": losses.Half,
        "mean over the batch": losses.MeanOverBatch,
        "half the mean over the batch": losses.HalfMeanOverBatch,
    },
    "MeanSquaredError reduction": {
        "mean": None,
        "half the mean": losses.Half,
        "mean over the batch": losses.SumOverFeatures,
        "half the mean over the batch": losses.HalfSumOverFeatures,
    },
    "LinearOutput gradient": {"of the mean": None, "of the sum": losses.GradientOfSum},
    "SoftmaxOutput gradient": {"of the mean": None, "of the sum": losses.GradientOfSum},
    "L2 gradient": {"alpha w": None, "2 alpha w": updates.DoubleGradient},
    "L2 norm": {
        "alpha sum w²": None,
        "alpha sqrt(sum w²)": updates.RootOfNorm,
        "alpha/2 sum w²": updates.HalfNorm,
    },
    "regularized parameters": {"weights and bias": None, "weights": updates.WithoutBias},
}
"""By convention and option: what is put in front; None for what the framework does anyway."""

NUMBERS = {
    "log epsilon": "epsilon",
    "SoftmaxOutput epsilon": "epsilon",
    "AdaGrad epsilon": "epsilon",
    "Adam epsilon": "epsilon",
    "running decay": "decay",
}
"""Conventions whose options are numbers, and the attribute that holds it."""


@cache
def in_choices(component: type, spec_name: str, choices: frozenset[tuple[str, str]]) -> type:
    """The component in the choices, by convention, that concern its spec.

    Raises:
        Unsupported: an option cannot be expressed.
    """
    for convention in find_spec(spec_name).conventions:
        for option in (option for name, option in choices if name == convention.name):
            component = _in_choice(component, spec_name, convention.name, option)
    return component


def _in_choice(component: type, spec_name: str, convention: str, option: str) -> type:
    if convention in NUMBERS:
        return _with_number(component, spec_name, convention, option)
    option, _, decay = option.partition(", decay ")  # as the running statistics are detected
    if option not in OPTIONS[convention]:
        raise Unsupported(f"the built-in {spec_name} cannot be made with {convention} = {option}")
    if decay:
        component = _with_number(component, spec_name, "running decay", decay)
    front = OPTIONS[convention][option]
    if front is None:
        return component
    said = {**getattr(component, "choices", {}), convention: option}
    return in_front(front, component, {"choices": said})


def _with_number(component: type, spec_name: str, convention: str, option: str) -> type:
    """With another number in an attribute, unless that is what the component has wrong."""
    attribute = NUMBERS[convention]
    own: float = getattr(framework, spec_name).__dict__[attribute]
    if getattr(component, attribute) != own:
        return component
    if option == "none" and convention == "SoftmaxOutput epsilon":
        return _without_epsilon(component)
    text, _, place = option.partition(" ")
    try:
        number = 0.0 if text == "none" else float(text)
    except ValueError:
        raise Unsupported(f"the built-in {spec_name} cannot be made with {convention} = {option}") from None
    if place == "inside the root":
        return in_front(updates.EpsilonInsideRoot, component, {"inside": number})
    same = abs(number - own) <= 0.05 * own  # as reports print it
    return component if same else in_front(_Numbered, component, {attribute: number})


def _without_epsilon(component: type) -> type:
    """Without an epsilon the logarithm of a softmax is taken by another formula."""
    if getattr(component, "forward", None) is not framework.SoftmaxOutput.forward:
        raise Unsupported("this mistake of SoftmaxOutput stands where the logarithm without an epsilon is taken")
    return in_front(losses.LogarithmOfSoftmax, component, {})


class _Numbered:
    """A component with another number in one of its attributes."""


def choices_of(spec_name: str, choices: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Those that concern a spec."""
    own: Any = {convention.name for convention in find_spec(spec_name).conventions}
    return frozenset((name, option) for name, option in choices.items() if name in own)
