"""Executing definitions: statement by statement, with stand-ins, and with tracebacks that lead to the cell."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from backproof.adapters import budget
from backproof.adapters.definitions import read_definitions
from backproof.adapters.executing import DefinedModule, execute
from backproof.sandbox.tracebacks import frames_of

from .notebooks import write_notebook


def executed(folder: Path, *cells: str) -> DefinedModule:
    return execute(read_definitions(write_notebook(folder / "own_work.ipynb", *cells)))


def test_later_cells_see_earlier_ones(tmp_path: Path) -> None:
    module = executed(tmp_path, "import numpy as np\nN = 3", "def f():\n    return np.ones(N)", "class A:\n    y = f()")
    assert module.find("A").y.tolist() == [1, 1, 1]
    assert module.find("B") is None
    assert module.failures == {}


def test_of_two_definitions_the_last_counts(tmp_path: Path) -> None:
    module = executed(tmp_path, "class A:\n    x = 1", "class B(A): pass", "class A(A):\n    y = 2", "A.z = 3")
    made = module.find("A")
    assert (made.x, made.y, hasattr(made, "z")) == (1, 2, True)


def test_data_classes_and_annotations_work(tmp_path: Path) -> None:
    cells = ["from __future__ import annotations\nfrom dataclasses import dataclass"]
    module = executed(tmp_path, *cells, "@dataclass\nclass A:\n    x: Unknown = 1\n    def f(self) -> Unknown: pass")
    assert [field.name for field in dataclasses.fields(module.find("A"))] == ["x"]


@pytest.mark.parametrize("raised", ["1 / 0", "raise SystemExit", "undefined", "import no_such_module_at_all"])
def test_a_class_that_cannot_be_made_takes_no_other_with_it(
    tmp_path: Path, raised: str, capsys: pytest.CaptureFixture[str]
) -> None:
    module = executed(tmp_path, "class A: pass", f"class B:\n    {raised}", "class C(B): pass", "class D: pass")
    assert sorted(module.failures) == ["B", "C"]
    assert module.find("A") is not module.find("D")
    with pytest.raises((Exception, SystemExit)) as caught:
        module.find("B")
    assert frames_of(caught.value).where == "cell 2, line 2 in B"
    assert "cell 2, line 1: B is left out" in capsys.readouterr().err


def test_what_was_mended_in_a_later_cell_is_there(tmp_path: Path) -> None:
    module = executed(tmp_path, "class A:\n    undefined", "class A: pass")
    assert module.find("A").__name__ == "A"


def test_tracebacks_show_the_line_of_the_cell(tmp_path: Path) -> None:
    text = "%%time\n%load_ext x\nclass A:\n    def forward(self):\n        return 1 / 0  # here"
    with pytest.raises(ZeroDivisionError) as caught:
        executed(tmp_path, "x = 1", "", text).find("A")().forward()
    frames = frames_of(caught.value)
    assert frames.where == "cell 2, line 5 in forward"
    assert frames.detail.endswith("cell 2, line 5 in forward: return 1 / 0  # here")


def test_a_module_s_tracebacks_show_its_file(tmp_path: Path) -> None:
    path = tmp_path / "own_work.py"
    path.write_text("print('never')\n\ndef f():\n    return 1 / 0\n")
    with pytest.raises(ZeroDivisionError) as caught:
        execute(read_definitions(path)).find("f")()
    assert frames_of(caught.value, [str(path)]).where == "own_work.py:4 in f"


def test_plots_are_replaced_and_the_import_system_is_left_as_it_was(tmp_path: Path) -> None:
    before, finders, search = set(sys.modules), list(sys.meta_path), list(sys.path)
    cell = "import matplotlib.pyplot as plt\nimport seaborn\nfrom tqdm import tqdm\nclass A:\n    plt.style.use('x')"
    module = executed(tmp_path, cell, "class B:\n    n = len(list(tqdm(range(3))))")
    assert module.find("A") is not None
    assert module.find("B").n == 3
    assert (finders, search) == (sys.meta_path, sys.path)
    assert set(sys.modules) - before <= {module.__name__, "tqdm"} | {n for n in sys.modules if n.startswith("tqdm.")}


@pytest.mark.parametrize("how", ["import no_such as it", "from no_such import it", "from no_such.deep import x as it"])
def test_a_module_that_is_missing_matters_only_where_it_is_used(tmp_path: Path, how: str) -> None:
    uses = "class Calls:\n    def f(self): return it(1)\n    def g(self): return it.x"
    module = executed(tmp_path, how, "class A: pass", uses, "class Inherits(it): pass")
    assert module.find("A") is not None
    for method in "fg":
        with pytest.raises(
            ModuleNotFoundError, match=r"it is used, but cannot be imported here: No module named 'no_such"
        ):
            getattr(module.find("Calls")(), method)()
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such'"):
        module.find("Inherits")


def test_modules_beside_the_notebook_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "own_base.py").write_text("class Base:\n    x = 5\n")
    assert executed(tmp_path, "from own_base import *", "class A(Base): pass").find("A").x == 5
    assert not (tmp_path / "__pycache__").exists()


def test_what_a_function_imports_beside_the_notebook_is_there_when_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "late_base.py").write_text("X = 5\n")
    made = executed(tmp_path, "class A:\n    def f(self):\n        import late_base\n        return late_base.X")
    assert made.find("A")().f() == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["late_base.py", "own_work.ipynb"]


def test_two_notebooks_have_modules_of_one_name_beside_them(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same_name.py").write_text(f"X = {name!r}\n")
        assert executed(tmp_path / name, "from same_name import X\nclass A:\n    x = X").find("A").x == name


ENUM = "def enum(*names, **named):\n    return type('Enum', (), {**dict(zip(names, range(9))), **named})"


@pytest.mark.parametrize(
    ("made", "value"),
    [
        ("Phase = enum('train', 'test')", 1),
        ("NAMES = ('train', 'test')\nPhase = enum(*NAMES, test=len(NAMES) + 5)", 7),
        ("def wrapped(f, *names):\n    return f(*names)\nPhase = wrapped(enum, 'train', 'test')", 1),
    ],
)
def test_calls_of_own_functions_are_executed(tmp_path: Path, made: str, value: int) -> None:
    module = executed(tmp_path, ENUM, made, "class A:\n    x = Phase.test")
    assert (module.find("A").x, module.failures) == (value, {})


@pytest.mark.parametrize(
    "endless",
    [
        "while True:\n        pass",
        "while True:\n        try:\n            1 / 0\n        except Exception:\n            pass",
        "return endless() + endless() if len(repr(endless)) else 0",
    ],
)
def test_a_call_that_does_not_end_takes_nothing_else_with_it(tmp_path: Path, endless: str) -> None:
    cells = [f"def endless():\n    {endless}", "N = endless()", "class A:\n    def f(self): return N.x"]
    module = executed(tmp_path, *cells, "def two(): return 2", "M = two()", "class B:\n    def f(self): return M")
    assert module.find("B")().f() == 2
    if "return" not in endless:
        with pytest.raises(
            ModuleNotFoundError, match="N is used, but it is made by a call that was ended: it executes"
        ):
            module.find("A")().f()


def test_a_call_that_raises_takes_nothing_else_with_it(tmp_path: Path) -> None:
    module = executed(
        tmp_path, "def data(): return open('no-such')", "D = data()", "class A:\n    def f(self): return D"
    )
    assert isinstance(module.failures["D"], FileNotFoundError)
    assert module.find("A") is not None


def test_tracing_is_as_it_was(tmp_path: Path) -> None:
    before = sys.gettrace()
    executed(tmp_path, "def one(): return 1", "N = one()", "class A:\n    n = N")
    assert sys.gettrace() is before


def test_a_name_that_is_taken_is_not_taken_away(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "json.ipynb", "class A: pass")
    module = execute(read_definitions(path))
    assert module.__name__ == "submission_json"
    del sys.modules[module.__name__]


def test_a_single_call_that_takes_long_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_SECONDS", 0.01)
    cells = ["import time\ndef slow():\n    return time.sleep(0.05) or 3", "N = slow()", "class A:\n    n = N"]
    assert executed(tmp_path, *cells).find("A").n == 3


def test_what_comes_after_the_time_of_all_is_used_up_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "_TOGETHER", 0.0)
    module = executed(
        tmp_path, "def one():\n    return 1", "N = one()", "M = one()", "class A:\n    def f(self): return M"
    )
    with pytest.raises(ModuleNotFoundError, match="M is used, but it is made by a call that was ended"):
        module.find("A")().f().used()
