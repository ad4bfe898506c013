"""What a user may name, and what they are told if there is nothing to check."""

from __future__ import annotations

from pathlib import Path

import pytest

from backproof import adapters
from backproof.adapters import SubjectNotFound
from backproof.adapters.definitions import read_definitions
from backproof.adapters.tutorial.naming import recognises

from .notebooks import write_notebook
from .submissions import changed, example_files, load, write

ADAPTER = "import numpy\nimport scipy.stats\nimport own_framework\n\ndef build(spec):\n    return None\n"


def readable_below(folder: Path, target: dict[str, str]) -> list[str]:
    """What the worker may read of `folder`; beside it there may be site-packages, if a .pth file lengthens the path."""
    return [path for path in adapters.readable(target) if Path(path).is_relative_to(folder)]


def test_nothing_named_is_the_built_in_framework() -> None:
    assert adapters.resolve(None) == {"kind": "builtin"}


def test_a_folder_becomes_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "work", example_files())
    monkeypatch.chdir(tmp_path)
    target = adapters.resolve("work")
    assert (target["kind"], target["course"], target["path"]) == ("folder", "fau-exercises", str(tmp_path / "work"))
    assert adapters.readable(target) == [str(tmp_path / "work")]


def test_a_target_without_a_root_is_searched_again(tmp_path: Path) -> None:
    write(tmp_path / "src", example_files())
    target = {"kind": "folder", "path": str(tmp_path), "course": "fau-exercises"}
    assert adapters.readable(target) == [str(tmp_path / "src")]


@pytest.mark.parametrize("place", [".", "src", "exercise3_material/src_to_implement", "a/b/c/d"])
def test_a_submission_is_found_up_to_four_folders_down(tmp_path: Path, place: str) -> None:
    write(tmp_path / place, example_files())
    assert adapters.resolve(str(tmp_path))["root"] == str((tmp_path / place).resolve())


def test_five_folders_down_is_too_deep(tmp_path: Path) -> None:
    write(tmp_path / "a/b/c/d/e", {"Layers/ReLU.py": "class ReLU: pass"})
    with pytest.raises(SubjectNotFound):
        adapters.resolve(str(tmp_path))


def test_of_several_stages_the_most_complete_is_chosen_and_the_choice_is_told(tmp_path: Path) -> None:
    write(tmp_path / "ex3", example_files())
    write(tmp_path / "ex1", {name: text for name, text in example_files().items() if "Dropout" not in name})
    assert adapters.resolve(str(tmp_path))["root"] == str(tmp_path / "ex3")
    (note,) = [note for note in load(tmp_path).describe()["notes"] if "ex1" in note]
    assert note.startswith("ex3 is checked, the most complete of several")


def test_of_equally_complete_stages_the_one_with_the_larger_number_is_chosen(tmp_path: Path) -> None:
    for name in ("exercise10", "exercise2"):
        write(tmp_path / name, example_files())
    assert adapters.resolve(str(tmp_path))["root"] == str(tmp_path / "exercise10")


def test_a_folder_without_a_submission_lists_what_was_found(tmp_path: Path) -> None:
    write(tmp_path, {"main.py": "", "tools/plot.py": "", "Layers.txt": ""})
    with pytest.raises(SubjectNotFound, match=r"no submission in .*found main\.py, tools/plot\.py\. Name the folder"):
        adapters.resolve(str(tmp_path))


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(SubjectNotFound, match="found no Python file"):
        adapters.resolve(str(tmp_path))


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "other", example_files())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "Layers").symlink_to(tmp_path / "other" / "Layers")
    (tmp_path / "mine" / "NeuralNetwork.py").symlink_to(tmp_path / "other" / "NeuralNetwork.py")
    with pytest.raises(SubjectNotFound):
        adapters.resolve(str(tmp_path / "mine"))


def test_a_notebook_is_recognised_by_its_classes(tmp_path: Path) -> None:
    (tmp_path / "own_base.py").write_text("import own_deeper\nclass Base: pass")
    (tmp_path / "own_deeper.py").write_text("raise RuntimeError('executed')")
    (tmp_path / "own_other.py").write_text("")
    layer = "class FullyConnectedLayer(Base):\n    def forward(self, x): return x\n    def backward(self, e): return e"
    path = write_notebook(tmp_path / "work.ipynb", "from own_base import *\nimport scipy.signal, tqdm", layer, "1 / 0")
    target = adapters.resolve(str(path))
    assert (target["kind"], target["course"], target["path"]) == ("definitions", "fau-tutorial", str(path))
    assert adapters.readable(target) == [str(path), str(tmp_path / "own_base.py"), str(tmp_path / "own_deeper.py")]
    assert adapters.preload(target) == ["scipy.signal"]
    first = adapters.fingerprint(target)
    write(tmp_path, {"own_other.py": "x = 1"})
    assert adapters.fingerprint(target) == first
    write(tmp_path, {"own_deeper.py": "x = 1"})
    assert adapters.fingerprint(target) != first


@pytest.mark.parametrize(
    ("methods", "recognised"),
    [(("forward", "backward"), True), (("fprop", "bprop"), False), ((), True)],
)
def test_the_freiburg_course_is_another_one(tmp_path: Path, methods: tuple[str, ...], *, recognised: bool) -> None:
    body = "".join(f"    def {method}(self, x): return x\n" for method in methods) or "    pass"
    path = write_notebook(tmp_path / "work.ipynb", f"class FullyConnectedLayer:\n{body}")
    assert recognises(read_definitions(path)) is recognised


def test_a_course_s_function_build_makes_no_adapter_module(tmp_path: Path) -> None:
    for parameters, kind in (
        ("", "definitions"),
        ("rate=1", "definitions"),
        ("spec", "module"),
        ("spec, x=1", "module"),
    ):
        write(tmp_path, {"mine.py": f"class ConvolutionalLayer: pass\ndef build({parameters}): pass\n"})
        assert adapters.resolve(str(tmp_path / "mine.py"))["kind"] == kind


def test_a_target_of_a_course_without_notebooks_is_refused(tmp_path: Path) -> None:
    target = {"kind": "definitions", "path": str(tmp_path), "course": "x", "adapter": "fau-exercises", "notes": []}
    with pytest.raises(ValueError, match="takes no notebooks"):
        adapters.load(target)


def test_an_adapter_module(tmp_path: Path) -> None:
    write(tmp_path, {"mine.py": ADAPTER, "own_framework.py": ""})
    target = adapters.resolve(str(tmp_path / "mine.py"))
    assert target == {"kind": "module", "path": str(tmp_path / "mine.py")}
    assert readable_below(tmp_path, target) == [str(tmp_path)]
    assert adapters.preload(target) == ["scipy.stats"]


def test_an_adapter_module_says_what_else_it_reads(tmp_path: Path) -> None:
    write(tmp_path, {"adapters/mine.py": 'READABLE = ["../src"]\n' + ADAPTER, "src/framework.py": ""})
    target = adapters.resolve(str(tmp_path / "adapters" / "mine.py"))
    assert readable_below(tmp_path, target) == [str(tmp_path / "adapters"), str(tmp_path / "src")]


def test_what_an_adapter_module_imports_from_elsewhere_is_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"adapter/mine.py": ADAPTER, "lib/own_framework/__init__.py": ""})
    monkeypatch.syspath_prepend(tmp_path / "lib")
    target = adapters.resolve(str(tmp_path / "adapter" / "mine.py"))
    assert readable_below(tmp_path, target) == [str(tmp_path / "adapter"), str(tmp_path / "lib" / "own_framework")]


def test_a_layer_is_no_adapter_module(tmp_path: Path) -> None:
    write(tmp_path, example_files())
    with pytest.raises(SubjectNotFound, match=r"defines no function build\(spec\)\. To check a submission, name its"):
        adapters.resolve(str(tmp_path / "Layers" / "Dropout.py"))


def test_an_adapter_module_that_cannot_be_parsed(tmp_path: Path) -> None:
    write(tmp_path, {"mine.py": "def build(spec)\n"})
    with pytest.raises(SubjectNotFound, match=r"cannot be parsed: line 1: expected ':'"):
        adapters.resolve(str(tmp_path / "mine.py"))


@pytest.mark.parametrize("missing", ["nowhere.py", "no/such/folder", "no_such_module", "json.no_such_part"])
def test_what_does_not_exist_is_named(missing: str) -> None:
    with pytest.raises(SubjectNotFound, match=missing):
        adapters.resolve(missing)


def test_an_import_path_below_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"tools/__init__.py": "raise RuntimeError('executed')", "tools/mine.py": ADAPTER})
    monkeypatch.chdir(tmp_path)
    target = adapters.resolve("tools.mine")
    assert target == {"kind": "import", "name": "tools.mine", "path": str(tmp_path)}
    assert adapters.readable(target) == [str(tmp_path / "tools")]


def test_an_import_path_needs_a_function_build() -> None:
    with pytest.raises(SubjectNotFound, match=r"json\.decoder is no adapter module"):
        adapters.resolve("json.decoder")


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    write(tmp_path / "a", example_files())
    write(tmp_path / "b", changed(("Layers/ReLU.py", "> 0", ">= 0")))
    first, second = (adapters.fingerprint(adapters.resolve(str(tmp_path / name))) for name in "ab")
    assert len(first) == 64
    assert first != second
    assert adapters.fingerprint(adapters.resolve(str(tmp_path / "a"))) == first
    write(tmp_path / "a", {"__pycache__/x.py": "1", ".hidden/x.py": "1", "notes.txt": "1"})
    assert adapters.fingerprint(adapters.resolve(str(tmp_path / "a"))) == first


def test_third_party_modules_of_the_layers_are_preloaded(tmp_path: Path) -> None:
    files = changed(
        ("Layers/Sigmoid.py", "import numpy as np", "import numpy as np\nfrom scipy.special import expit\nimport json"),
        ("Layers/TanH.py", "import numpy as np", "import numpy as np\nimport matplotlib.pyplot as plt"),
    )
    files["NeuralNetworkTests.py"] = "import unittest\nimport pandas"
    files["Layers/Helper.py"] = "import scipy.signal\n\nclass Helper: pass"
    write(tmp_path, files)
    target = adapters.resolve(str(tmp_path))
    assert adapters.preload(target) == ["scipy.special", "scipy.special.expit"]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind='torch'"):
        adapters.load({"kind": "torch"})
