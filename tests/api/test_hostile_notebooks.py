"""Notebooks that want harm, or a pass they have not earned; and those that are only unlucky."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..adapters.notebooks import BOMB, notebook, write_notebook
from ..adapters.tutorial_styles import changed_cells, write_tutorial
from .running import check, run


def test_bombs_outside_of_definitions_are_not_executed(tmp_path: Path) -> None:
    cells = [text for cell in changed_cells() for text in (BOMB, cell, "import os\nos._exit(7)")]
    path = write_notebook(tmp_path / "work.ipynb", BOMB, *cells, "while True: pass", BOMB)
    for direct in ([], ["--direct"]):
        ran = check(path, "ReLU", *direct, results=tmp_path / "r.jsonl")
        assert ran.status == 0
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    ("bomb", "verdict"),
    [
        ("import os; os._exit(0)", "died"),
        ("raise SystemExit(0)", "errored"),
        ("raise KeyboardInterrupt", "errored"),
        ("import sys; sys.setrecursionlimit(10**9); f = lambda n: f(n); f(1)", "errored"),
        ("import time; time.sleep(60)", "timeout"),
        ("import socket; socket.socket()", "errored"),
        ("open(__file__, 'a').write('x')", "errored"),
    ],
)
def test_a_bomb_in_a_class_is_no_pass(tmp_path: Path, bomb: str, verdict: str) -> None:
    path = write_tutorial(tmp_path, ("class ReLU(BaseLayer):", f"class ReLU(BaseLayer):\n    {bomb}\n"))
    before = path.read_bytes()
    ran = check(path, "ReLU", "--timeout", "2", "--effort", "quick", results=tmp_path / "r.jsonl")
    assert ran.status == 1
    assert ran.verdicts("ReLU")["passed"] == 0
    assert ran.first("ReLU")["verdict"] in {verdict, "died", "errored"}
    assert path.read_bytes() == before


def test_a_layer_may_not_refuse_to_be_checked(tmp_path: Path) -> None:
    refusal = (
        "return np.maximum(x, 0)",
        "from backproof.specs import Unsupported\n        raise Unsupported('not today')",
    )
    ran = check(write_tutorial(tmp_path, refusal), "ReLU", "--effort", "quick", results=tmp_path / "r.jsonl")
    assert ran.status == 1
    assert ran.first("ReLU")["verdict"] == "errored"


def test_the_reference_is_out_of_reach(tmp_path: Path) -> None:
    theft = "class ReLU(BaseLayer):", "from backproof.framework import ReLU as Stolen\n\nclass ReLU(Stolen):"
    ran = check(write_tutorial(tmp_path, theft), "ReLU", "--effort", "quick", results=tmp_path / "r.jsonl")
    assert ran.status == 1
    assert ran.verdicts("ReLU")["passed"] == 0


def test_another_s_notebook_in_the_same_folder_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "other.ipynb").write_text(notebook("class ReLU: pass"))
    reading = (
        "class ReLU(BaseLayer):",
        "class ReLU(BaseLayer):\n    text = open(__file__.replace('work', 'other')).read()\n",
    )
    ran = check(write_tutorial(tmp_path, reading), "ReLU", "--effort", "quick", results=tmp_path / "r.jsonl")
    assert ran.status == 1
    assert "PermissionError" in ran.first("ReLU")["message"]


def test_a_failure_names_cell_and_line(tmp_path: Path) -> None:
    path = write_tutorial(tmp_path, ("self.positive = x > 0", "self.positive = y > 0"))
    ran = check(path, "ReLU", "--effort", "quick", results=tmp_path / "r.jsonl")
    assert ran.status == 1
    assert "NameError: name 'y' is not defined (cell 5, line 13 in forward)" in ran.first("ReLU")["message"]
    assert "cell 5, line 13" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "work.ipynb is no notebook: it is not valid JSON"),
        (
            '{"nbformat": 3, "worksheets": []}',
            "is a notebook in the old format nbformat 3, but should be in nbformat 4",
        ),
        (notebook("x = 1", "class Net: pass"), "is no submission of a course that Backproof knows"),
        (
            notebook("x = (", "%%bash\nls"),
            "it defines no class and no function; cell 1 is skipped: line 1: '(' was never",
        ),
    ],
)
def test_what_cannot_be_checked_is_said(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "work.ipynb"
    path.write_text(content)
    ran = run("check", path)
    assert ran.status in {2, 3}
    assert said in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


def test_another_course_s_name_changes_nothing_but_the_conventions(tmp_path: Path) -> None:
    ran = check(write_tutorial(tmp_path), "ReLU", "--course", "fau-exercises", results=tmp_path / "r.jsonl")
    assert (ran.status, ran.header["course"]) == (0, "fau-exercises")


def test_the_snippet_is_left_out_where_there_is_nothing_to_import(tmp_path: Path) -> None:
    path = write_tutorial(tmp_path, ("return error * self.positive", "return error"))
    ran = check(path, "ReLU", "--effort", "quick", results=tmp_path / "r.jsonl")
    assert ran.status == 1
    assert not any(finding.get("evidence", {}).get("snippet") for finding in ran.findings)
