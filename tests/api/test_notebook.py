"""Classes of a session as a subject, and how a result shows itself in a notebook."""

from __future__ import annotations

import builtins
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import backproof
from backproof.classes import Classes
from backproof.display import Shown
from backproof.reports.notebook import render_notebook

from .cells import cell
from .submissions import BUGGY, EXAMPLE

CELL = """
import numpy as np

class FullyConnectedLayer:
    def __init__(self, inputs, outputs):
        self.W = np.random.randn(outputs, inputs)
        self.b = np.zeros(outputs)

    def forward(self, x):
        self.x = x
        return x @ self.W.T + self.b

    def backward(self, dy):
        self.dW = dy.T @ self.x
        self.db = dy.sum(axis=0)
        return dy @ self.W

class ReLU:
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, dy):
        return dy * self.on

class Drop:
    def __init__(self, p):
        self.p, self.training = p, True

    def forward(self, x):
        self.mask = (np.random.rand(*x.shape) >= self.p) / (1 - self.p) if self.training else np.ones_like(x)
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask
"""
WRONG = CELL.replace("dy.sum(axis=0)", "dy.mean(axis=0)")


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Executes a cell in the module `__main__`, whose classes `inspect` then finds by their source."""

    def execute(source: str) -> dict[str, Any]:
        names = cell(source)
        main = type(sys)("__main__")
        main.__file__ = "<cell 1>"
        vars(main).update(names)
        monkeypatch.setitem(sys.modules, "__main__", main)
        return names

    return execute


def test_a_class_with_names_of_its_own_is_checked_from_its_source(notebook: Any) -> None:
    result = backproof.check(notebook(CELL)["FullyConnectedLayer"], effort="quick")
    assert result, result.footer.reasons
    assert {finding.layer for finding in result.findings} == {"FullyConnected"}
    assert not result.header.protected


def test_a_mistake_in_a_cell_is_found_and_shown(notebook: Any) -> None:
    names = notebook(WRONG)
    result = backproof.check([names["FullyConnectedLayer"], names["ReLU"]], effort="quick")
    assert not result
    text = plain(render_notebook(result))
    assert "nonconformant" in text
    assert "not protected" in text
    assert "every entry is 1/batch times what it should be" in text
    assert "backproof.check([FullyConnectedLayer, ReLU], 'FullyConnected/4-to-3/gradient.parameter/bias'" in text
    assert "--" not in re.sub(r"\(--direct\)", "", text)  # options of a command that a notebook has not


def test_the_command_that_is_offered_runs(notebook: Any) -> None:
    names = {**notebook(WRONG), "backproof": backproof}
    result = backproof.check(names["FullyConnectedLayer"], effort="quick")
    commands = re.findall(r"backproof\.check\(.*?\)(?=\s|$)", plain(render_notebook(result)), flags=re.MULTILINE)
    assert len(commands) >= 2
    for command in commands[:2]:
        assert not eval(command, names)


def test_a_dict_says_what_a_class_is_and_dropout_may_take_either_probability(notebook: Any) -> None:
    names = notebook(CELL)
    for argument in ("self.p", "1 - self.p"):
        drop = notebook(CELL.replace(">= self.p) / (1 - self.p)", f">= {argument}) / (1 - ({argument}))"))["Drop"]
        result = backproof.check({"Dropout": drop}, effort="quick")
        assert result, result.footer.reasons
    with pytest.raises(backproof.UsageError, match="say so with a dict"):
        backproof.check(names["Drop"])


def test_classes_of_the_exercises_need_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (EXAMPLE / "src_to_implement" / "Optimization" / "Optimizers.py").read_text()
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(source, names)  # no file, no source
    relu: dict[str, Any] = {"__name__": "__main__"}
    exec(CELL, relu)
    result = backproof.check([names["Sgd"], names["Adam"], relu["ReLU"]], effort="quick")
    assert result, result.footer.reasons
    assert {finding.layer for finding in result.findings} == {"Sgd", "Adam", "ReLU"}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (3, "3 is neither a path nor a class"),
        ([], "is no class"),
        ({"Dropt": int}, "no spec 'Dropt'"),
        ({"Dropout": 3}, "3 is no class"),
        (int, "the name int does not tell"),
    ],
)
def test_what_is_no_class_is_refused(given: Any, text: str) -> None:
    with pytest.raises(backproof.UsageError, match=re.escape(text)):
        backproof.check(given)


def test_an_unprotected_result_cannot_be_required() -> None:
    with pytest.raises(backproof.UsageError, match="cannot gate"):
        backproof.check(cell(CELL)["ReLU"], required=("ReLU",))


def test_the_expression_is_what_was_written() -> None:
    names = cell(CELL)
    relu, dense = names["ReLU"], names["FullyConnectedLayer"]
    assert Classes(relu).expression == "ReLU"
    assert Classes([relu, dense]).expression == "[ReLU, FullyConnectedLayer]"
    assert Classes({"Sigmoid": relu}).expression == "{'Sigmoid': ReLU}"


def test_a_change_of_the_source_changes_the_fingerprint(notebook: Any) -> None:
    first = Classes(notebook(CELL)["FullyConnectedLayer"]).fingerprint
    assert first == Classes(notebook(CELL)["FullyConnectedLayer"]).fingerprint
    assert first != Classes(notebook(WRONG)["FullyConnectedLayer"]).fingerprint


class Page(HTMLParser):
    """The text and the tags of a piece of HTML; tags must be closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def plain(html: str) -> str:
    return "\n".join(Page(html).words)


@pytest.fixture(scope="module")
def buggy() -> Shown:
    return backproof.check(BUGGY, effort="quick")


def test_the_report_is_small_complete_and_needs_nothing_from_elsewhere(buggy: Shown) -> None:
    html = buggy._repr_html_()
    assert len(html) < 60_000
    page = Page(html)
    assert {name for name, _ in page.attributes} <= {"class", "style", "open"}  # no links, no scripts
    assert "url(" not in html
    assert "<script" not in html
    for layer in {finding.layer for finding in buggy.findings if finding.failing}:
        assert layer in plain(html)


def test_text_has_the_colour_of_the_page_and_marks_do_not_rely_on_colour(buggy: Shown) -> None:
    html = render_notebook(buggy)
    assert not re.search(r"background(-color)?:\s*(#|white|black)", html)
    coloured = re.findall(r'<b style="color:[^"]*">(.*?)</b>', html)
    assert coloured
    assert all(text[0] in "✓✗?!–·○↷≈~" or len(text) == 1 for text in coloured), coloured


def test_a_subjects_text_is_escaped() -> None:
    names = cell(CELL.replace("return dy * self.on", "raise ValueError('<script>alert(1)</script>')"))
    html = render_notebook(backproof.check(names["ReLU"], effort="quick"))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_nothing_of_it_needs_ipython(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = builtins.__import__

    def refuse(name: str, *arguments: Any, **keywords: Any) -> Any:
        assert not name.startswith("IPython")
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", refuse)
    result = backproof.check(cell(CELL)["ReLU"], effort="quick")
    assert "conformant" in plain(result._repr_html_())
