"""The definitions by whole arrays against the naive ones, which stay the truth."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from backproof.checks import definitions
from backproof.checks.numerics.compare import compare
from backproof.specs import LSTM, RNN, Array, Case, Conv, LayerSpec, RecurrentSpec, all_specs

SEEDS = range(5)
CASES = [
    case
    for spec in all_specs().values()
    for case in spec.cases()
    if isinstance(case.spec, LayerSpec) and definitions.is_defined(case.spec)
]
CHOICES = {
    "convolution": ("cross-correlation", "convolution"),
    "kernel channels": ("in order", "reversed"),
    "even kernels": ("padding after", "padding before"),
}


def drawn(case: Case, seed: int) -> tuple[LayerSpec, Array, dict[str, Array]]:
    rng, spec = np.random.default_rng(seed), case.spec
    assert isinstance(spec, LayerSpec)
    values = {name: rng.normal(size=parameter.shape) for name, parameter in spec.parameters().items()}
    return spec, rng.normal(size=case.input_shape), values


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.spec.name()}/{case.name}")
def test_every_layer(case: Case) -> None:
    for seed in SEEDS:
        spec, x, values = drawn(case, seed)
        assert compare(definitions.value(spec, x, values), definitions.forward(spec, x, values)).within


@pytest.mark.parametrize("case", Conv.cases(), ids=lambda case: case.name)
def test_conv_in_every_convention(case: Case) -> None:
    for seed, choice in enumerate(itertools.product(*CHOICES.values())):
        named = dict(zip(CHOICES, choice, strict=True))
        spec, x, values = drawn(case, seed)
        assert compare(definitions.value(spec, x, values, named), definitions.forward(spec, x, values, named)).within


@pytest.mark.parametrize("spec_class", [RNN, LSTM])
def test_recurrent_layers_with_sigmoid_and_carried_state(spec_class: type[RecurrentSpec]) -> None:
    for seed in SEEDS:
        spec, x, values = drawn(spec_class.plainest(), seed)
        named = {f"{spec.name()} output": "sigmoid"}
        whole = definitions.through_sigmoid(definitions.forward(spec, x, values))
        early, state = definitions.walk(spec, x[:2], values, named)
        late, _ = definitions.walk(spec, x[2:], values, named, state)
        assert compare(definitions.value(spec, x, values, named), whole).within
        assert compare(np.concatenate([early, late]), whole).within
        apart, _ = definitions.walk(spec, x[2:], values, named)
        assert not compare(np.concatenate([early, apart]), whole).within


def test_a_layer_without_a_state_has_no_walk() -> None:
    spec, x, values = drawn(Conv.plainest(), 0)
    with pytest.raises(NotImplementedError, match="Conv"):
        definitions.walk(spec, x, values)


def test_a_wrong_value_is_told_apart() -> None:
    for case in Conv.cases():
        spec, x, values = drawn(case, 0)
        moved = {**values, "bias": values["bias"] + 1e-9}
        assert not compare(definitions.value(spec, x, moved), definitions.forward(spec, x, values)).within
