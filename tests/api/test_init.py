"""`backproof init`: adapters for frameworks that nobody here has planned for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import backproof
from backproof.scaffold.guessing import component_of, guess
from backproof.scaffold.inspecting import read_framework

from .frameworks import FRAMEWORKS, SCATTERED, STATELESS, TENSORLETS
from .running import Ran, run

BEGUN = Path(__file__).parent / "begun"  # what init writes; the linter sees to their format


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def begun(folder: Path, files: dict[str, str]) -> tuple[Ran, Path]:
    folder = folder / "mine"
    tops = {name.partition("/")[0] for name in files}
    place = write(folder, files) / (tops.pop() if len(tops) == 1 else "")
    return run("init", place), folder / "backproof_adapter.py"


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_with_other_names_is_checked_without_a_line_by_hand(tmp_path: Path, name: str) -> None:
    files, components = FRAMEWORKS[name]
    ran, adapter = begun(tmp_path, files)
    assert ran.status == 0, ran.out + ran.err
    assert f"{len(components)} components" in ran.out
    require_short(adapter, name)
    result = backproof.check(adapter, effort="quick")
    assert result, result.footer.reasons
    assert sorted({finding.layer for finding in result.findings}) == sorted(components)


def require_short(adapter: Path, name: str) -> None:
    """The module is as long as it may be, and the one that was read by a person."""
    text = adapter.read_text()
    ast.parse(text)
    assert 20 <= len(text.splitlines()) <= 40
    assert "# How each component is made" in text
    assert text == (BEGUN / f"{name.replace(' ', '_')}.py").read_text()


def test_the_shortest_framework_has_a_module_that_explains_itself(tmp_path: Path) -> None:
    ran, adapter = begun(tmp_path, {"one.py": "class ReLU:\n    def forward(self, x):\n        return x\n"})
    assert ran.status == 1  # it has no backward
    assert 20 <= len(adapter.read_text().splitlines()) <= 40
    assert "missing: a method for the backward pass" in ran.out


def test_what_a_base_class_keeps_is_known(tmp_path: Path) -> None:
    base = "class Base:\n    def __init__(self):\n        self.is_training = True\n\n\n"
    source = TENSORLETS.replace("class Drop_out:", "class Drop_out(Base):")
    for call in ("super().__init__()", "Base.__init__(self)"):
        (tmp_path / "mine.py").write_text(base + source.replace("self.training = True", call))
        drop = next(each for each in read_framework(tmp_path).classes if each.name == "Drop_out")
        found = guess(drop)
        assert found is not None
        assert found.phase == 'training="is_training"'
        assert not found.missing


def test_nothing_tells_a_layer_its_phase(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(TENSORLETS.replace("self.training", "self.busy"))
    found = guess(next(each for each in read_framework(tmp_path).classes if each.name == "Drop_out"))
    assert found is not None
    assert found.missing == ("what tells it the phase: an attribute or a method, as training=… or testing=…",)


def test_what_has_no_room_is_named_and_can_be_added(tmp_path: Path) -> None:
    ran, adapter = begun(tmp_path, SCATTERED)
    assert ran.status == 1
    assert "mse.MSE: left out" in ran.out
    require_short(adapter, "scattered")
    text = adapter.read_text()
    assert "# Left out, to keep this short: MeanSquaredError (mse.MSE)" in text
    text = text.replace("from identity", "from tanh import TanH\nfrom identity")
    entry = '"TanH": Layer(lambda spec: TanH(), forward=lambda self, x: self.own.call(x), **BACK),'
    adapter.write_text(
        text.replace(
            "COMPONENTS = {", f'BACK = {{"backward": lambda self, dy: self.own.backward(dy)}}\nCOMPONENTS = {{{entry}'
        )
    )
    assert backproof.check(adapter, "TanH", effort="quick")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("apply and grad", "dy.sum(axis=0)[:, None]", "dy.mean(axis=0)[:, None]"),
        ("call and backprop", "(1 - self.out**2)", "(1 - self.out)"),
        ("call and grad", "upstream * self.outputs * (1 - self.outputs)", "upstream * self.outputs"),
        ("called like functions", "self.db[:] = dout.sum(0)", "self.db[:] = dout.mean(0)"),
        ("fprop and bprop", "* outputs * (1 - outputs)", "* inputs * (1 - inputs)"),
    ],
)
def test_the_adapter_shows_a_mistake_and_init_says_so(tmp_path: Path, name: str, old: str, new: str) -> None:
    files = {path: text.replace(old, new) for path, text in FRAMEWORKS[name][0].items()}
    assert files != FRAMEWORKS[name][0]
    ran, adapter = begun(tmp_path, files)
    assert ran.status == 1
    assert "checks fail, first gradient." in ran.out
    assert not backproof.check(adapter, effort="quick")


def test_what_cannot_be_found_is_said_here_and_in_the_module(tmp_path: Path) -> None:
    files = {
        "mine.py": TENSORLETS.replace("self.dW", "self.first").replace(
            "self, n_in, n_out", "self, n_in, n_out, topology"
        )
    }
    ran, adapter = begun(tmp_path, files)
    assert ran.status == 1
    for sentence in (
        "missing: where the gradient of weights is kept",
        "missing: what to pass as topology of the constructor",
    ):
        assert sentence in ran.out
        assert sentence in adapter.read_text()
    relu = next(line for line in ran.out.splitlines() if "mine.Rectifier" in line)
    assert relu.endswith("none fails")


def test_classes_that_are_not_recognised_are_left_to_the_person(tmp_path: Path) -> None:
    ran, _ = begun(tmp_path, FRAMEWORKS["fprop and bprop"][0])
    assert "left to you: Attention" in ran.out


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    write(tmp_path, {"nn.py": STATELESS, "backproof_adapter.py": "mine"})
    ran = run("init", tmp_path)
    assert ran.status == 2
    assert "is not overwritten" in ran.err
    assert (tmp_path / "backproof_adapter.py").read_text() == "mine"


def test_the_parent_executes_nothing(tmp_path: Path) -> None:
    trap = f"\n\nopen({str(tmp_path / 'trace')!r}, 'w').close()\nraise SystemExit('executed')\n"
    ran, adapter = begun(tmp_path, {"nn.py": STATELESS + trap})
    assert ran.status == 1
    assert "It cannot be loaded yet" in ran.out
    assert adapter.is_file()
    assert not (tmp_path / "trace").exists()  # the smoke check's process may not write either


def test_files_that_cannot_be_read_are_noted(tmp_path: Path) -> None:
    write(tmp_path, {"nn.py": STATELESS, "broken.py": "class ReLU:\n    def forward(\n"})
    ran = run("init", tmp_path)
    assert ran.status == 0, ran.out
    assert "note: broken.py cannot be read" in ran.out


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"a.py": "x = 1\n"}, "found no class"),
        ({"a.py": "class Attention:\n    pass\n"}, "found the classes Attention"),
    ],
)
def test_a_folder_without_components(tmp_path: Path, files: dict[str, str], text: str) -> None:
    ran = run("init", write(tmp_path, files))
    assert (ran.status, text in ran.err) == (3, True)
    assert not (tmp_path / "backproof_adapter.py").exists()


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    assert run("init", tmp_path / "nowhere").status == 3


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("Dense", "FullyConnected"),
        ("LinearLayer", "FullyConnected"),
        ("ReLU_Activation", "ReLU"),
        ("BatchNorm1d", "BatchNormalization"),
        ("Attention", ""),
        ("Layer", ""),
    ],
)
def test_components_are_known_by_their_names(name: str, component: str) -> None:
    assert component_of(name) == component


@pytest.mark.parametrize(
    ("source", "forward", "backward"),
    [
        ("def forward(self, x): pass\n def backward(self, dy): pass", "self.own.forward(x)", "self.own.backward(dy)"),
        (
            "def f_prop(self, X): pass\n def b_prop(self, X, g): pass",
            "self.own.f_prop(x)",
            "self.own.b_prop(self.x, dy)",
        ),
        ("def run(self, x, testing): pass\n def grad(self, e, lr): pass", None, "self.own.grad(dy, 0.0)"),
        ("def forward_pass(self, a): pass\n def backward_pass(self, e): pass", None, "self.own.backward_pass(dy)"),
        ("def call(self, x): pass\n def gradient(self, *, upstream): pass", None, None),
    ],
)
def test_passes_are_found_and_called(tmp_path: Path, source: str, forward: str | None, backward: str | None) -> None:
    (tmp_path / "m.py").write_text(f"class ReLU:\n {source}\n")
    found = guess(read_framework(tmp_path).classes[0])
    assert found is not None
    assert forward is None or found.forward == forward
    assert backward is None or found.backward == backward
