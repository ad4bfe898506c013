"""`backproof watch`: what a saved file affects is checked again, and nothing that a person types stops it."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from backproof.adapters import made_of, resolve
from backproof.commands import watching as command
from backproof.commands.affected import affected, differences, snapshot
from backproof.commands.watching import Watch
from backproof.request import Request
from backproof.specs import all_specs

from .running import run
from .submissions import EXAMPLE


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    shutil.copytree(EXAMPLE / "src_to_implement", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


class Watched:
    """A watch in this process, and what it has said."""

    def __init__(self, subject: Path, *names: str, compat: str = "") -> None:
        self.console = Console(file=io.StringIO(), width=200)
        request = Request.of(subject=str(subject), names=names, effort="quick", compat=compat)
        self.watch = Watch(request, self.console)
        self.said = 0

    def step(self) -> str:
        """What is said until the next change has been dealt with."""
        assert any(self.watch.look() for _ in range(20))
        return self.text()

    def text(self) -> str:
        assert isinstance(self.console.file, io.StringIO)
        everything = self.console.file.getvalue()
        text, self.said = everything[self.said :], len(everything)
        return text


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def save(path: Path) -> None:
    with path.open("a") as file:
        file.write("\n# saved\n")


def parts(source: Path, *changed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = affected([source / name for name in changed], made_of(resolve(str(source))))
    return found.directly, found.besides


def test_a_file_affects_the_components_that_import_it_over_any_number_of_steps(source: Path) -> None:
    network = ("NeuralNetwork", "NetworkFile")
    assert parts(source, "Layers/Dropout.py") == (("Dropout",), network)
    directly, besides = parts(source, "Layers/TanH.py")
    assert set(directly) == {"TanH", "RNN", "LSTM"}  # which import it
    assert besides == network
    directly, _ = parts(source, "Layers/Base.py")
    assert {"Dropout", "Conv", "RNN"} <= set(directly)
    assert parts(source, "README.md") == ((), ())


def test_what_is_put_together_with_a_component_is_affected_besides(source: Path) -> None:
    directly, besides = parts(source, "Optimization/Constraints.py")
    assert directly == ("L1_Regularizer", "L2_Regularizer")
    assert {"Sgd", "Adam", "FullyConnected", "RNN", "NeuralNetwork"} <= set(besides)
    assert not {"ReLU", "Dropout", "CrossEntropyLoss", "He"} & set(besides)


def test_every_component_is_made_of_its_own_file(source: Path) -> None:
    made = made_of(resolve(str(source)))
    assert set(made) <= set(all_specs())
    for name, path in {"Dropout": "Layers/Dropout.py", "Adam": "Optimization/Optimizers.py"}.items():
        assert source / path in made[name]


@pytest.mark.parametrize("name", [".#ReLU.py", "#ReLU.py#", "ReLU.py~", ".ReLU.py.swp", "4913", "ReLU.py.tmp123"])
def test_what_editors_write_for_themselves_is_not_a_change(source: Path, name: str) -> None:
    before = snapshot([source])
    (source / "Layers" / name).write_text("class ReLU:")
    assert differences(before, snapshot([source])) == ()


def test_saves_additions_and_removals_are_changes(source: Path) -> None:
    before = snapshot([source])
    saved, added, removed = (source / "Layers" / name for name in ("ReLU.py", "New.py", "TanH.py"))
    replacement = saved.with_suffix(".tmp")  # as editors save that write beside the file and rename
    shutil.copy2(saved, replacement)
    replacement.replace(saved)
    added.write_text("")
    removed.unlink()
    assert differences(before, snapshot([source])) == (added, saved, removed)


def test_a_mistake_is_shown_when_it_is_saved_and_gone_when_it_is_mended(source: Path) -> None:
    watched = Watched(source, "Dropout", "ReLU")
    watched.watch.begin(check=False)
    path = source / "Layers" / "Dropout.py"
    correct = path.read_text()
    edit(path, "return error_tensor * self.mask", "return error_tensor * (self.mask > 0)")
    text = watched.step()
    assert "Layers/Dropout.py: checking Dropout\n" in text
    assert "gradient.mask" in text
    assert "to fix: Dropout" in text
    assert "ReLU" not in text
    path.write_text(correct)
    text = watched.step()
    assert "✓ Dropout: " in text
    assert "nothing that was checked fails" in text


def test_names_that_numpy_has_removed_are_restored_on_request(source: Path) -> None:
    edit(source / "Layers" / "ReLU.py", "np.maximum(0,", "np.maximum(np.float(0),")
    for compat, said in (("", "to fix: ReLU"), ("numpy", "nothing that was checked fails")):
        watched = Watched(source, "ReLU", compat=compat)
        watched.watch.begin(check=True)
        text = watched.text()
        assert said in text
        assert ("restored for this run (--compat numpy)" in text) == bool(compat)


def test_the_changed_component_comes_first(source: Path) -> None:
    watched = Watched(source, "Flatten", "NeuralNetwork")
    save(source / "Layers" / "Flatten.py")
    text = watched.step()
    assert text.index("✓ Flatten") < text.index("✓ NeuralNetwork")


def test_a_file_that_is_being_typed_is_waited_for(source: Path) -> None:
    watched = Watched(source, "Flatten", "ReLU")
    path = source / "Layers" / "Flatten.py"
    correct = path.read_text()
    path.write_text("class Flatten:\n    def forward(\n")
    text = watched.step()
    assert "Layers/Flatten.py cannot be parsed, line 2" in text
    assert "✗" not in text
    save(source / "Layers" / "ReLU.py")
    text = watched.step()
    assert "✓ ReLU: " in text
    assert "waiting: Flatten" in text
    path.write_text(correct)
    assert "✓ Flatten: " in watched.step()


def test_files_may_go_and_come_back(source: Path) -> None:
    watched = Watched(source, "Flatten")
    path = source / "Layers" / "Flatten.py"
    correct = path.read_text()
    path.unlink()
    assert "Layers/Flatten.py (gone)" in watched.step()
    path.write_text(correct)
    assert "✓ Flatten: " in watched.step()


def test_a_folder_may_go_and_come_back(source: Path, tmp_path: Path) -> None:
    watched = Watched(source, "Flatten")
    source.rename(tmp_path / "away")
    assert "waiting for the next save" in watched.step()
    (tmp_path / "away").rename(source)
    assert "✓ Flatten: " in watched.step()


def test_a_file_that_nothing_imports_is_said_to_be_so(source: Path) -> None:
    watched = Watched(source)
    (source / "plots.py").write_text("x = 1\n")
    assert "plots.py: no component that is watched uses it" in watched.step()


def test_a_save_while_checks_run_starts_them_again(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "GLANCE_SECONDS", 0.0)
    watched = Watched(source, "Flatten", "ReLU")
    begin = watched.watch._run
    saved: list[str] = []

    def run_while_saving(names: tuple[str, ...]) -> None:
        if not saved:
            saved.append("once")
            save(source / "Layers" / "ReLU.py")
        begin(names)

    monkeypatch.setattr(watched.watch, "_run", run_while_saving)
    save(source / "Layers" / "Flatten.py")
    assert "✓" not in watched.step()  # nothing is concluded about files that are no longer there
    text = watched.step()
    assert "✓ Flatten: " in text
    assert "✓ ReLU: " in text


def test_an_adapter_module_is_checked_again_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import numpy as np\n\ndef relu(x):\n    return np.maximum(x, 0), x > 0\n")
    (tmp_path / "adapter.py").write_text(ADAPTER)
    watched = Watched(tmp_path / "adapter.py")
    edit(tmp_path / "mine.py", "x > 0", "x > 1")
    text = watched.step()
    assert "mine.py: checking again" in text
    assert "to fix: ReLU" in text
    edit(tmp_path / "mine.py", "x > 1", "x > 0")
    assert "✓ ReLU: " in watched.step()


ADAPTER = """\
import mine
from backproof.adapters.base import LayerAdapter

OFFERED = ["ReLU"]

class Layer(LayerAdapter):
    def forward(self, x):
        y, self.on = mine.relu(x)
        return y

    def backward(self, dy):
        return dy * self.on

def build(spec):
    return Layer(spec)
"""


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["nowhere"], 3, "nowhere"),
        (["src", "Droput"], 2, "Droput"),
        (["builtin"], 2, "no files that change"),
        (["src", "--timeout", "0"], 2, "timeout"),
    ],
)
def test_wrong_use(source: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, text: str) -> None:
    monkeypatch.chdir(source.parent)
    ran = run("watch", *arguments)
    assert (ran.status, text in ran.err) == (status, True), ran.err


def reading(process: subprocess.Popen[str]) -> Callable[[str], str]:
    """Reads a process's lines until one holds a text; a process that says nothing for a minute is ended."""

    def until(text: str) -> str:
        assert process.stdout is not None
        timer = threading.Timer(60, process.kill)
        timer.start()
        try:
            return next(line for line in process.stdout if text in line)
        finally:
            timer.cancel()

    return until


def test_without_a_terminal_it_goes_on_until_it_is_interrupted(source: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "backproof", "watch", str(source), "Flatten"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as process:
        try:
            until = reading(process)
            until("watching ")
            until("✓ Flatten: ")
            until("nothing that was checked fails")
            save(source / "Layers" / "Flatten.py")
            until("Layers/Flatten.py: checking Flatten")
            until("✓ Flatten: ")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert out.endswith("stopped\n")
    assert err == ""
