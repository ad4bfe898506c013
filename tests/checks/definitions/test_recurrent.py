"""The definitions of the recurrent layers against vectorised formulas, and the errors that they allow."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from backproof.checks import definitions
from backproof.checks.definitions.rounded import Rounded, affine, logistic, plus, tanh, times
from backproof.checks.numerics.compare import compare, estimate
from backproof.specs import LSTM, RNN, RecurrentSpec

Array = NDArray[np.float64]
SEEDS = range(10)
SPECS = [kind(input_size=3, hidden_size=4, output_size=2) for kind in (RNN, LSTM)]


def drawn(spec: RecurrentSpec, seed: int, steps: int = 6) -> tuple[Array, dict[str, Array]]:
    rng = np.random.default_rng(seed)
    parameters = {
        name: parameter.size * rng.normal(size=parameter.shape) for name, parameter in spec.parameters().items()
    }
    return rng.normal(size=(steps, spec.input_size)), parameters


def vectorised(
    spec: RecurrentSpec, x: Array, parameters: Mapping[str, Array], order: tuple[int, ...] = (0, 1, 2, 3)
) -> Array:
    hidden = cell = np.zeros(spec.hidden_size)
    outputs = []
    for element in x:
        units = np.hstack([element, hidden]) @ parameters["weights"] + parameters["bias"]
        if isinstance(spec, RNN):
            hidden = np.tanh(units)
        else:
            blocks = np.split(units, 4)
            i, f, o = (special.expit(blocks[place]) for place in order[:3])
            cell = f * cell + i * np.tanh(blocks[order[3]])
            hidden = o * np.tanh(cell)
        outputs.append(hidden @ parameters["output_weights"] + parameters["output_bias"])
    return np.array(outputs)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name())
def test_definition(spec: RecurrentSpec) -> None:
    for seed in SEEDS:
        x, parameters = drawn(spec, seed)
        found = definitions.forward(spec, x, parameters)
        assert compare(vectorised(spec, x, parameters), found).within
        assert np.all(found.error > 0)
        assert np.all(found.error < 1e-10)
        through = definitions.through_sigmoid(found)
        assert compare(special.expit(vectorised(spec, x, parameters)), through).within
        assert np.all(through.error < 1e-10)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name())
def test_the_definition_allows_no_other_formula(spec: RecurrentSpec) -> None:
    x, parameters = drawn(spec, 0)
    found = definitions.forward(spec, x, parameters)
    swapped = np.vstack([parameters["weights"][-4:], parameters["weights"][:-4]])
    for wrong in (
        {"weights": swapped},
        {"bias": 0 * parameters["bias"]},
        {"output_bias": 0 * parameters["output_bias"]},
    ):
        assert not compare(vectorised(spec, x, {**parameters, **wrong}), found).within
    assert not compare(vectorised(spec, x, parameters)[::-1], found).within
    if isinstance(spec, LSTM):
        assert not compare(vectorised(spec, x, parameters, (0, 1, 3, 2)), found).within


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name())
@pytest.mark.parametrize("size", [1e-8, 50.0, 1e4])
def test_the_bound_holds_at_extreme_inputs_and_is_of_use(spec: RecurrentSpec, size: float) -> None:
    for seed in SEEDS:
        x, parameters = drawn(spec, seed)
        found = definitions.forward(spec, size * x, parameters)
        assert compare(vectorised(spec, size * x, parameters), found).within
        assert np.all(found.error < 1e-6)


def test_arithmetic_with_bounds() -> None:
    """Exact arguments within the bounds of the operands give exact results within the bound of the result."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        (a, b), (da, db) = rng.normal(size=2), 1e-3 * rng.uniform(size=2)
        one, other = Rounded(a, da), Rounded(b, db)
        x, y = (Fraction(a) + Fraction(da), Fraction(b) - Fraction(db))
        assert abs(x + y - Fraction(plus(one, other).value)) <= plus(one, other).error
        assert abs(x * y - Fraction(times(one, other).value)) <= times(one, other).error
        total = affine([one, other], [2.0, -3.0], 0.5)
        assert abs(2 * x - 3 * y + Fraction(1, 2) - Fraction(total.value)) <= total.error
        for ours, theirs in ((tanh, np.tanh), (logistic, special.expit)):
            for end in (a - da, a + da):
                assert abs(theirs(end) - ours(one).value) <= ours(one).error


def test_saturated_activations_forget_errors() -> None:
    assert tanh(Rounded(30.0, 1.0)).error < 1e-14
    assert logistic(Rounded(-1e4, 1.0)).error < 1e-14
    assert tanh(Rounded(0.0, 1e-6)).error > 1e-7


def test_the_sigmoid_of_a_bare_estimate() -> None:
    found = definitions.through_sigmoid(estimate(np.zeros((1, 2)), np.ones((1, 2)), 1))
    assert found.value.tolist() == [[0.5, 0.5]]
