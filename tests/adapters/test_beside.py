"""Files beside a notebook or a script: imported under the real confinement, which lets nothing else be listed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import backproof
from backproof import adapters
from backproof.adapters.definitions import read_definitions
from backproof.adapters.executing import execute
from backproof.adapters.file_courses import beside
from backproof.sandbox import Limits, Worker
from backproof.specs import ReLU

from .notebooks import write_notebook
from .submissions import write

OWN = """
class ReLU(FlattenLayer):
    def forward(self, x):
        self.on = x > 0
        return relu(x)

    def backward(self, error):
        return error * self.on
"""
FLATTEN = """
class FlattenLayer:
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, error):
        return error.reshape(self.shape)
"""
ACTS = "import numpy as np\n\ndef relu(x):\n    return np.maximum(x, 0)\n"

LAYOUTS = {
    "a module": ("from acts import relu", {"acts.py": ACTS}),
    "a package": ("from acts import relu", {"acts/__init__.py": "from .inner import relu", "acts/inner.py": ACTS}),
    "a folder of modules": ("from acts.inner import relu", {"acts/inner.py": ACTS}),
    "a module that imports another": ("from acts import *", {"acts.py": "from deep import relu", "deep.py": ACTS}),
    "a package that imports what lies beside it": (
        "from utils.acts import relu",
        {"utils/__init__.py": "", "utils/acts.py": "from deep import relu", "deep.py": ACTS},
    ),
    "a function that imports when it is called": (
        "def relu(x):\n    from acts import relu as inner\n    return inner(x)",
        {"acts.py": ACTS},
    ),
    "the module's own name": ("import acts\ndef relu(x):\n    return acts.relu(x)", {"acts.py": ACTS}),
}


@pytest.mark.parametrize("name", ["work.ipynb", "01_main.py"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_lies_beside_is_imported(tmp_path: Path, layout: str, name: str) -> None:
    how, files = LAYOUTS[layout]
    write(tmp_path, files)
    path = _write(tmp_path / name, how, FLATTEN, OWN)
    result = backproof.check(path, "ReLU", effort="quick")
    assert result.passed, [f"{each.id}: {each.message}" for each in result.findings if each.verdict != "passed"]
    assert sorted(each.name for each in tmp_path.rglob("*") if each.is_file()) == sorted(
        [name, *(Path(each).name for each in files)]
    )


def test_an_installed_package_comes_before_a_folder_of_its_name(tmp_path: Path) -> None:
    write(tmp_path, {"jinja2/notes.py": "x = 1", "acts.py": ACTS})
    path = _write(tmp_path / "work.py", "import jinja2\njinja2.Template\nfrom acts import relu", FLATTEN, OWN)
    module = execute(read_definitions(path))
    assert module.find("jinja2").Template
    assert module.find("relu")


PEEKS = """
import os
from acts import relu

class ReLU(FlattenLayer):
    def forward(self, x):
        for folder in FOLDERS:
            try:
                os.listdir(folder)
            except OSError:
                continue
            raise RuntimeError(f"{folder} can be listed")
        for file in FILES:
            try:
                open(file).close()
            except PermissionError:
                continue
            raise RuntimeError(f"{file} can be read")
        assert os.listdir(PACKAGE)
        return relu(x)

    def backward(self, error):
        return error
"""


@pytest.mark.parametrize("name", ["work.ipynb", "work.py"])
def test_nothing_else_can_be_listed_or_read(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home" / "work"
    write(
        home,
        {
            "acts/__init__.py": ACTS,
            "data/secret.txt": "x",
            "other/module.py": "",
            "unused.py": "",
            "../private/key.py": "",
        },
    )
    (home / "linked").symlink_to(home.parent / "private")
    folders = [home, home / "data", home / "other", home.parent, home.parent / "private", home / "linked", tmp_path]
    names = f"FOLDERS = {[*map(str, folders)]}\n"
    names += f"FILES = {[str(home / 'unused.py'), str(home / 'data/secret.txt'), str(home / 'other/module.py')]}\n"
    names += f"PACKAGE = {str(home / 'acts')!r}\nimport linked\n"
    path = _write(home / name, names, FLATTEN, PEEKS)
    with Worker.start(adapters.resolve(str(path)), Limits()) as worker, worker.session() as session:
        if "Landlock (ABI" not in worker.sandbox:
            pytest.skip("this system confines no files")
        assert session.build(ReLU()).forward(np.ones((2, 3))).shape == (2, 3)


def _write(path: Path, *cells: str) -> Path:
    if path.suffix == ".ipynb":
        return write_notebook(path, *cells)
    path.write_text("\n\n".join(cells), encoding="utf-8")
    return path


def test_pipes_and_links_to_elsewhere_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"acts/inner.py": ACTS, "acts/__init__.py": ""})
    os.mkfifo(tmp_path / "acts" / "pipe.py")
    (tmp_path / "acts" / "endless.py").symlink_to("/dev/zero")
    path = _write(tmp_path / "work.py", "from acts.inner import relu", FLATTEN, OWN)
    assert beside(path) == [tmp_path / "acts"]
