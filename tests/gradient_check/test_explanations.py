"""What a failure says: which entries, what they look like, in text and in HTML."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from backproof import GradientResult, check_gradient
from backproof.checks.results import Verdict

from .pairs import Array, affine, affine_backward, affine_blocks, affine_wrong, draw, tanh, tanh_backward

INPUTS = draw(32, 98, seed=1)
WEIGHTS = draw(98, 40, seed=2) / 10


def product(weights: Array) -> Array:
    return INPUTS @ weights


def product_with(mutate: Callable[[Array], Array]) -> GradientResult:
    return check_gradient(product, lambda w, dy: mutate(INPUTS.T @ dy), WEIGHTS)


def one_wrong(g: Array) -> Array:
    g[len(g) // 2, 25] *= 1.5
    return g


def test_a_right_product_passes() -> None:
    assert product_with(lambda g: g)


def test_one_wrong_entry_of_a_hundred_thousand_is_named() -> None:
    inputs, weights = draw(32, 784, seed=1), draw(784, 128, seed=2) / 28
    finding = check_gradient(lambda w: inputs @ w, lambda w, dy: one_wrong(inputs.T @ dy), weights)["x"]
    assert finding.evidence["worst"][0]["index"] == [392, 25]
    assert finding.message.endswith("only entries with index 392 on axis 0 are wrong")
    assert finding.evaluations <= 500  # to count them would take a hundred more
    tiles = np.array(finding.evidence["heatmap"])
    assert np.argwhere(tiles).tolist() == [[2, 0]]


@pytest.mark.parametrize(
    ("mutate", "reading"),
    [
        (lambda g: -g, "every entry has the wrong sign"),
        (lambda g: g / 32, "every entry is 1/32 (32 being the length of axis 0 of the output) times what it should be"),
        (lambda g: g * 98, "every entry is 98 (98 being the length of axis 0 of x) times what it should be"),
        (lambda g: g * 2, "every entry is 2 times what it should be"),
        (lambda g: g / 0.8, "every entry is 1.25 (= 1/(1 - 0.2)) times what it should be"),
        (lambda g: 0 * g, "every entry is 0"),
        (lambda g: g.T.reshape(g.shape), "the gradient is transposed, and then reshaped to the block's shape"),
        (lambda g: np.roll(g, 1, axis=0), "the entries stand 1 place later along axis 0 than they should"),
        (lambda g: g[:, ::-1], "the entries are in reversed order along axis 1"),
    ],
)
def test_what_a_wrong_gradient_looks_like_is_said(mutate: Callable[[Array], Array], reading: str) -> None:
    finding = product_with(mutate)["x"]
    assert finding.verdict is Verdict.FAILED
    assert finding.message.endswith(reading)
    assert reading in {finding.evidence.get("pattern"), finding.evidence.get("ratio", {}).get("reads")}


def test_the_text_says_what_was_expected_found_and_what_next() -> None:
    text = str(check_gradient(affine, affine_wrong("weights", 2.0), affine_blocks(), name="affine"))
    first, *_ = text.splitlines()
    assert first == "✗ affine: failed"
    for word in ("gradient of weights failed", "finite differences", "expected", "found", "error", "next", "seed 0"):
        assert word in text
    assert "✓ gradient of x passed" in text
    passed = str(check_gradient(affine, affine_backward, affine_blocks(), name="affine"))
    assert passed.startswith("✓ affine: passed\n")
    assert "allowed, of a derivative of" in passed


def test_the_text_of_what_is_undecided_says_why() -> None:
    rough = check_gradient(lambda x: x + (x > 0), lambda x, dy: dy, np.array([0.0, 0.0, 0.0, 1.0]))
    assert rough.verdict is Verdict.UNDECIDED
    assert str(rough).splitlines()[1].startswith("  ? gradient of x undecided: forward is not smooth at 75%")


def test_html_escapes_what_the_functions_say() -> None:
    def forward(x: Array) -> Array:
        raise ValueError("<script>")

    page = check_gradient(forward, tanh_backward, draw(3), name="<b>")._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;" in page


def test_html_shows_where_the_error_is() -> None:
    page = product_with(one_wrong)._repr_html_()
    assert page.count("min-width") == 25
    assert page.count("rgba(207,34,46,1.00)") == 1
    assert "min-width" not in product_with(lambda g: g)._repr_html_()


def test_the_functions_name_is_the_default() -> None:
    assert check_gradient(tanh, tanh_backward, draw(3)).name == "tanh"
    assert check_gradient(lambda x: x, lambda x, dy: dy, draw(3)).name == "check_gradient"
