"""Correct submissions in deliberately different styles are conformant; a mistake in what is different is caught."""

from __future__ import annotations

from pathlib import Path

import pytest

import backproof

from .styles import read_styles

STYLES = read_styles()
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "false-alarms.md"
EXAMPLE = {
    "Adam epsilon": "2.2e-16",
    "L2 gradient": "alpha w",
    "L2 norm": "alpha sum w²",
    "LSTM output": "linear",
    "RNN output": "linear",
    "convolution": "cross-correlation",
    "dropout argument": "keep",
    "even kernels": "padding after",
    "kernel channels": "in order",
    "log epsilon": "2.2e-16",
    "loss reduction": "sum",
    "max-pool ties": "one maximum",
    "regularized parameters": "weights and bias",
    "relu'(0)": "0",
    "running statistics": "variance, decay 0.8",
}
OF_FLOAT32 = "computes in float32"


@pytest.mark.slow
@pytest.mark.parametrize("name", STYLES)
def test_a_correct_style_is_conformant(name: str, tmp_path: Path) -> None:
    style = STYLES[name]
    result = backproof.check(style.write(tmp_path), effort="quick", level="strict", direct=True)
    odd = {finding.check for finding in result.findings if finding.verdict.value != "passed"}
    assert odd == set(style.not_strict), [
        f"{finding.id}: {finding.message}" for finding in result.findings if finding.verdict.value != "passed"
    ]
    found = dict(result.header.conventions)
    single = found.pop(OF_FLOAT32, "")
    assert found == {**EXAMPLE, **style.conventions}
    assert bool(single) is (name == "float32")
    assert not result.footer.missing


@pytest.mark.parametrize("name", STYLES)
def test_a_mistake_in_a_style_is_caught(name: str, tmp_path: Path) -> None:
    mistake = STYLES[name].mistake
    submission = STYLES[name].write(tmp_path)
    file = submission / "Layers" / f"{mistake['layer']}.py"
    text = file.read_text()
    assert mistake["right"] in text
    file.write_text(text.replace(mistake["right"], mistake["wrong"]))
    result = backproof.check(submission, mistake["layer"], effort="quick", direct=True)
    failed = {
        f"{finding.check}/{finding.quantity}".rstrip("/")
        for finding in result.findings
        if finding.verdict.value == "failed"
    }
    assert mistake["caught by"] in failed


def test_the_page_lists_every_style() -> None:
    rows = [f"| `{name}` | {style.text.rstrip('.')} |" for name, style in STYLES.items()]
    assert len(rows) >= 8
    assert "\n".join(rows) in PAGE.read_text(encoding="utf-8")
