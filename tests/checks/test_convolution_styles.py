"""Conv and Pooling: every right style is accepted, a single entry that is slightly wrong is found."""

from __future__ import annotations

import numpy as np
import pytest

from backproof import framework
from backproof.checks.results import Verdict
from backproof.specs import Array

from . import convolution_styles as styles
from .mutants import made_of
from .running import findings

STYLES = {
    "Conv": (
        styles.Loops,
        styles.LoopsPaddedBefore,
        styles.TrueConvolution,
        styles.ChannelsReversed,
        styles.PaddedBeforeTurnedAndReversed,
        styles.SciPyCorrelate,
        styles.SciPyConvolve,
        styles.SciPyCorrelate2d,
        styles.Fourier,
    ),
    "Pooling": (styles.SharedTies, styles.LastMaximum),
}
EVERY = [(spec_name, style) for spec_name, members in STYLES.items() for style in members]


@pytest.mark.parametrize(("spec_name", "style"), EVERY, ids=lambda value: getattr(value, "__name__", value))
def test_right_style_is_accepted(spec_name: str, style: type) -> None:
    found = findings(made_of(style), spec_name)
    # These styles are written for float64; that float32 stays float32 is another matter.
    odd = [f for f in found if f.verdict is not Verdict.PASSED and f.check != "contract.dtype"]
    assert [(f.id, f.verdict, f.message) for f in odd] == []


class OneGradientEntryOff(framework.Conv):
    """One of many entries of the input error is wrong by a millionth of itself."""

    def backward(self, error_tensor: Array) -> Array:
        input_error: Array = super().backward(error_tensor)
        input_error[(-1,) * input_error.ndim] *= 1 + 1e-6
        return input_error


class OneWeightGradientEntryOff(framework.Conv):
    """One entry of the weights' gradient is wrong by a millionth of itself; in the middle, where kernels meet data."""

    def backward(self, error_tensor: Array) -> Array:
        input_error: Array = super().backward(error_tensor)
        gradient = np.array(self.gradient_weights)
        gradient[(-1, -1, *((size - 1) // 2 for size in gradient.shape[2:]))] *= 1 + 1e-6
        self.gradient_weights = gradient
        return input_error


class OnePooledEntryOff(framework.Pooling):
    """One of many entries of the input error is wrong by a millionth of the error."""

    def backward(self, error_tensor: Array) -> Array:
        input_error: Array = super().backward(error_tensor)
        input_error[0, 0, 0, 0] += 1e-6 * error_tensor[0, 0, 0, 0]
        return input_error


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (OneGradientEntryOff, "gradient.input"),
        (OneWeightGradientEntryOff, "gradient.parameter"),
        (OnePooledEntryOff, "gradient.input"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_one_entry_that_is_wrong_by_a_millionth_is_found_in_every_case(wrong: type, check: str, seed: int) -> None:
    spec_name = wrong.__mro__[1].__name__
    about = [f for f in findings(made_of(wrong), spec_name, names=(check,), seed=seed) if f.check == check]
    about = [f for f in about if not f.id.endswith("/bias") and not f.case.endswith("-float32")]  # noise there
    assert {f.verdict for f in about} == {Verdict.FAILED}, [f.id for f in about if f.verdict is not Verdict.FAILED]
