"""Submissions for an older NumPy: explained without `--compat numpy`, served with it, and the report says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.adapters import names_used, resolve
from backproof.reports import render
from backproof.reports.commands import reproduce, rerun
from backproof.sandbox.old_numpy import missing_here

from ..adapters.tutorial_styles import write_tutorial
from .running import Ran, check, run
from .submissions import layer, spoiled_layers, submission

OFFER = ", or check with --compat numpy"
NOTE = "NumPy's removed names are restored for this run (--compat numpy)"
HEALTHY = "Flatten"  # right, and checked beside the others

# Each layer is right but for one line: where it stands, what it says, and the sentence that explains it.
RESTORED = {
    "ReLU": ({"forward": "input_tensor = input_tensor.astype(np.float)"}, "np.float was removed in NumPy 1.24"),
    "Sigmoid": ({"top": "from numpy import product"}, "np.product was removed in NumPy 2.0; write np.prod"),
    "TanH": ({"init": "self.smallest = -np.Inf"}, "np.Inf was removed in NumPy 2.0; write np.inf"),
    "SoftMax": ({"top": "EPS = np.math.exp(-30)"}, "np.math was removed in NumPy 2.0; write math"),
}
NOT_RESTORED = {
    "ReLU": ({"forward": "np.array([[1.0], [1.0, 2.0]])"}, "since NumPy 1.24 rows of different lengths make no array"),
    "Sigmoid": ({"top": "from scipy.misc import imread"}, "SciPy removed scipy.misc"),
    "TanH": ({"backward": "error_tensor.tostring()"}, "x.tostring of arrays was removed in NumPy 2.3"),
    "SoftMax": ({"forward": "np.cast['f'](input_tensor)"}, "np.cast was removed in NumPy 2.0; use np.asarray"),
}
KINDS: dict[str, dict[str, Any]] = {"restored": RESTORED, "not-restored": NOT_RESTORED}


def written(folder: Path, kinds: dict[str, Any]) -> Path:
    wrong = {name: layer(name, **places) for name, (places, _) in kinds.items()}
    return submission(folder, {**spoiled_layers(HEALTHY), **wrong})


def checked(folder: Path, *options: str) -> Ran:
    return check(folder, *RESTORED, HEALTHY, "--effort", "quick", *options, results=folder.parent / "results")


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_option_each_is_errored_with_its_sentence_and_the_others_are_checked(
    tmp_path: Path, kind: str
) -> None:
    ran = checked(written(tmp_path / "old", KINDS[kind]))
    assert ran.status == 1
    for name, (_, sentence) in KINDS[kind].items():
        first = ran.first(name)
        assert first["verdict"] == "errored", first
        assert first["hint"].startswith(sentence)
        assert first["hint"].endswith(OFFER) == (kind == "restored")
        assert "\n" not in first["message"]
    assert set(ran.verdicts(HEALTHY)) == {"passed"}
    assert (ran.header["compat"], "--compat" in str(ran.header["notes"])) == ("", False)


def test_with_the_option_what_numpy_has_removed_works(tmp_path: Path) -> None:
    ran = checked(written(tmp_path / "old", RESTORED), "--compat", "numpy")
    assert (ran.status, ran.footer["verdict"]) == (0, "conformant")
    assert ran.header["compat"] == "numpy"
    assert f"{NOTE}: np.Inf, np.float, np.math, np.product" in ran.header["notes"]
    assert f"{NOTE}: np.Inf, np.float" in " ".join(ran.out.split())
    assert not hasattr(np, "float"), "restored in the worker only"


def test_with_the_option_the_rest_stays_as_it_is(tmp_path: Path) -> None:
    ran = checked(written(tmp_path / "old", NOT_RESTORED), "--compat", "numpy")
    assert {name for name in ran.layers if set(ran.verdicts(name)) == {"passed"}} == {HEALTHY}
    assert NOTE in ran.header["notes"], "no name is named, because the files use none"


def test_a_submission_of_today_is_judged_alike(tmp_path: Path) -> None:
    folder = submission(tmp_path / "new", spoiled_layers())
    plain, restored = (checked(folder, *options) for options in ((), ("--compat", "numpy")))
    verdicts = [[(each["id"], each["verdict"]) for each in ran.findings] for ran in (plain, restored)]
    assert verdicts[0] == verdicts[1]
    assert plain.header["subject_hash"] == restored.header["subject_hash"]


def test_what_is_wrong_otherwise_is_found_and_its_program_runs_with_numpy_as_it_is(tmp_path: Path) -> None:
    wrong = layer("ReLU", forward="keep = np.float(1)", backward="error_tensor = error_tensor * np.float(2)")
    folder = submission(tmp_path / "old", {"ReLU": wrong})
    result = backproof.check(folder, "ReLU", "gradient.input", effort="quick", compat="numpy")
    [finding] = [each for each in result.findings if each.check == "gradient.input" and each.smallest][:1]
    assert finding.verdict == "failed"
    assert finding.smallest is not None
    assert "np.float = float" in finding.smallest.snippet
    alone = subprocess.run(
        [sys.executable, "-I", "-c", finding.smallest.snippet], capture_output=True, text=True, check=False, timeout=60
    )
    assert (alone.returncode, "AssertionError" in alone.stderr) == (1, True), alone.stderr


def test_every_report_says_so_and_commands_repeat_it(tmp_path: Path) -> None:
    result = backproof.check(written(tmp_path / "old", RESTORED), "ReLU", effort="quick", compat="numpy")
    assert result
    for form in ("text", "html"):
        assert "--compat numpy): np.Inf, np.float" in " ".join(render(result, form).split()), form
    assert "--compat numpy" in reproduce(result.header)
    assert "--compat numpy" in rerun(result.header, "ReLU")


def test_direct_leaves_numpy_as_it_was(tmp_path: Path) -> None:
    before, exported = missing_here(), list(np.__all__)
    folder = written(tmp_path / "old", RESTORED)
    result = backproof.check(folder, *RESTORED, effort="quick", compat="numpy", direct=True)
    assert result, result.footer.reasons
    assert result.header.notes[0].startswith(NOTE)
    assert (missing_here(), np.__all__) == (before, exported)
    failing = backproof.check(folder, "ReLU", effort="quick", direct=True)
    assert next(each for each in failing.findings if each.failing).hint.endswith(OFFER)


class ReLU:
    """Right, in the NumPy of its day."""

    def forward(self, input_tensor: Any) -> Any:
        self.on = input_tensor > vars(np)["float"](0)
        return input_tensor * self.on

    def backward(self, error_tensor: Any) -> Any:
        return error_tensor * self.on


def test_classes_of_this_process_get_them_too_and_numpy_is_as_it_was() -> None:
    assert backproof.check(ReLU, effort="quick", compat="numpy")
    assert not hasattr(np, "float")
    assert not backproof.check(ReLU, effort="quick")


MODULE = """
import numpy as np
from backproof.adapters.base import LayerAdapter
{top}

OFFERED = ["ReLU"]

class Relu(LayerAdapter):
    def forward(self, x):
        self.x = x.astype(np.float_)
        return np.maximum(self.x, 0)

    def backward(self, dy):
        return dy * (self.x > 0)


def build(spec):
    return Relu(spec)
"""


def test_adapter_modules(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(MODULE.format(top=""))
    result = backproof.check(path, effort="quick", compat="numpy")
    assert result, result.footer.reasons
    assert result.header.notes == (f"{NOTE}: np.float_",)
    path.write_text(MODULE.format(top="EMPTY = np.NaN"))
    for direct in (False, True):
        with pytest.raises(backproof.LoadFailed, match=r"np\.NaN was removed in NumPy 2\.0; write np\.nan, or check"):
            backproof.check(path, effort="quick", direct=direct)
        assert backproof.check(path, effort="quick", compat="numpy", direct=direct)


@pytest.mark.parametrize("name", ["work.ipynb", "work.py"])
def test_notebooks_and_what_jupyter_exports_of_them(tmp_path: Path, name: str) -> None:
    path = write_tutorial(tmp_path, ("self.positive = x > 0", "self.positive = (x > 0).astype(np.float)"), name=name)
    plain = backproof.check(path, "ReLU", "Sigmoid", effort="quick")
    first = next(each for each in plain.findings if each.failing)
    assert (first.layer, first.verdict) == ("ReLU", "errored")
    assert first.hint == f"np.float was removed in NumPy 1.24; write float{OFFER}"
    assert {each.layer for each in plain.findings if each.failing} == {"ReLU"}
    restored = backproof.check(path, "ReLU", "Sigmoid", effort="quick", compat="numpy")
    assert restored, restored.footer.reasons
    assert f"{NOTE}: np.float" in restored.header.notes


@pytest.mark.parametrize("command", ["check", "watch"])
def test_another_value_is_refused(command: str, tmp_path: Path) -> None:
    ran = run(command, submission(tmp_path / "sub", {}), "--compat", "scipy")
    assert ran.status == 2
    assert "argument --compat: invalid choice: 'scipy' (choose from" in ran.err


def test_another_value_is_refused_in_python() -> None:
    with pytest.raises(backproof.UsageError, match="compat='python2', but should be numpy, or empty"):
        backproof.check(compat="python2")


def test_the_plugin_has_the_option(pytester: pytest.Pytester, tmp_path: Path) -> None:
    folder = written(tmp_path / "old", RESTORED)
    options = (f"--backproof={folder}", "--backproof-effort=quick", "-k", "ReLU/vector/contract")
    assert pytester.runpytest_inprocess(*options).ret == 1
    ran = pytester.runpytest_inprocess(*options, "--backproof-compat=numpy")
    assert ran.ret == 0
    assert any(line.startswith(f"backproof: {NOTE}: np.Inf") for line in ran.outlines)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("import numpy as np\nx = np.float(1)", ["float"]),
        ("import numpy\nx = numpy.product([1])", ["product"]),
        ("def f():\n    import numpy as n\n    return n.Inf", ["Inf"]),
        ("from numpy import product as p", ["product"]),
        ("from numpy import *\nx = product([1])", ["product"]),
        ("import numpy as np\n# np.float\nx = 'np.Inf'", []),
        ("import numpy as np\nx = float(1) + self.product", []),
        ("import other as np\nx = np.float(1)  # not numpy", []),
        ("import numpy as np\nx = np.prod([1])", []),
    ],
)
def test_names_are_read_from_the_files(tmp_path: Path, text: str, used: list[str]) -> None:
    (tmp_path / "own.py").write_text(f"{text}\n\ndef build(spec):\n    return None\n")
    assert names_used(resolve(str(tmp_path / "own.py")), missing_here()) == used


def test_a_file_that_cannot_be_parsed_hides_none_of_the_others(tmp_path: Path) -> None:
    folder = submission(
        tmp_path / "old", {"ReLU": "import numpy as np\nnp.float(", "TanH": layer("TanH", top="np.Inf")}
    )
    assert names_used(resolve(str(folder)), missing_here()) == ["Inf"]
