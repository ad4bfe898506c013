"""What is taken out of a notebook or a module, and what is left there."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from backproof.adapters import SubjectNotFound
from backproof.adapters.definitions import Definitions, read_definitions

from .notebooks import notebook, write_notebook


def taken(folder: Path, *cells: str) -> Definitions:
    return read_definitions(write_notebook(folder / "work.ipynb", *cells))


@pytest.mark.parametrize(
    "statement",
    [
        "import numpy as np",
        "from math import *",
        "def f(x): return x",
        "async def f(x): return x",
        "class A: pass",
        "STEP = 1e-5",
        "GENERATOR = np.random.default_rng(0)\ndef f(): return GENERATOR",
        "EPS = np.finfo(float).eps\nclass A:\n    eps = EPS",
        "SIZES: tuple = (3, 4)\ndef f(): return SIZES",
        "square = lambda x: x * x",
        "class A: pass\nB = A",
        "class A: pass\nDEFAULT = A()\ndef f(a=DEFAULT): pass",
        "class A: pass\ndef f(self): pass\nA.f = f",
        "try:\n    import cupy\nexcept ImportError:\n    cupy = None",
        "a = 2\nb = [a] * 3\ndef f(): return b",
        "A, B = range(2)\ndef f(): return A + B",
        "def enum(*names): return type('E', (), dict(zip(names, names)))\nP = enum('a', 'b')\nclass A: p = P.a",
        "def one(): return 1\ndef two(a, b=0): return a\nN = two(one(), b=[one()])\nclass A: n = N",
        "def one(): return 1\nA, B = (one(), 2)\nclass L:\n    def f(self): return B",
        "def one(): return 1\nN: int = one()\ndef f(): return N\nclass A:\n    def g(self): return f()",
        "def one(): return 1\nN = one()\nM = N + one()\nclass A: m = M",
        "def one(): return 1\nN = np.full(3, one())\ndef f(): return N",
        "def one(): return 1\nN = one()\ndef f(): return N",
        "def add(c): return c\nclass A: pass\nA.n = add(3)",
        "def one(): return 1\nN = one()\nclass A:\n    def f(self):\n        global N\n        N = N + 1",
        "def one(): return 1\nN = one()\nclass A:\n    def f(self, n=N): return [n for N in n]",
    ],
)
def test_definitions_are_taken(tmp_path: Path, statement: str) -> None:
    definitions = taken(tmp_path, "import numpy as np", statement)
    wanted = ast.unparse(ast.parse(statement))
    assert definitions.code.replace("\n\n", "\n") == "import numpy as np\n" + wanted.replace("\n\n", "\n")
    assert definitions.notes == ()


@pytest.mark.parametrize(
    "statement",
    [
        "net = build()",
        "x, y = mnist()",
        "losses = np.zeros(10)",
        "data = np.load('data.npy')\ndef plot(): return data",
        "data = load('data.npy')\ndef plot(): return data",
        "page = urllib.request.urlopen('http://x')\ndef f(): return page",
        "size = os.system('rm -r /')\ndef f(): return size",
        "net.train(100)",
        "np.random.seed(0)",
        "for i in range(10): print(i)",
        "if True:\n    import antigravity",
        "with open('x') as f: pass",
        "assert False",
        "del np",
        "raise SystemExit",
        "TestLayer.Layer = Layer",
        "get_ipython().run_line_magic('run', 'x.py')",
        "x += 1",
        "try:\n    train()\nexcept Exception: pass",
        "class A: pass\nA.x = train()",
        "(a := 1)",
    ],
)
def test_everything_else_is_left_out(tmp_path: Path, statement: str) -> None:
    definitions = taken(tmp_path, "import numpy as np\nfrom numpy import load", statement)
    last = statement.splitlines()[-1]
    assert last.strip().split(" =")[0] not in definitions.code.replace("def f(): return", "").splitlines()
    for word in (
        "build(",
        "mnist",
        "np.load",
        "load('",
        "zeros",
        "urlopen(",
        "system(",
        "train(",
        "seed",
        "antigravity",
    ):
        assert word not in definitions.code


WITH_METHOD = "def fit(): return 1\nclass A:\n    def f(self):\n        {}\nloss = fit()"


@pytest.mark.parametrize(
    "body",
    [
        "return [loss for loss in loss]",
        "loss = 1\n        def g():\n            global loss\n            return loss",
        "loss = 1\n        class B: loss = loss",
        "return [0 for loss[0] in range(3)]",
        "return {loss: 1 for _ in range(3)}",
        "return (lambda a=loss: a)()",
    ],
)
def test_a_method_needs_what_it_reads_from_outside(tmp_path: Path, body: str) -> None:
    cell = WITH_METHOD.format(body)
    assert "loss = fit()" in taken(tmp_path, cell).code.splitlines()


def test_deep_nesting_is_read(tmp_path: Path) -> None:
    chain = "\n".join(f"        {'el' if n else ''}if x == {n}: return {n}" for n in range(350))
    cell = f"class A:\n    def f(self, x):\n{chain}"
    assert "class A:" in taken(tmp_path, cell).code


@pytest.mark.parametrize(
    "body",
    [
        "loss = 2\n        return loss",
        "for loss in range(3): pass\n        return loss",
        "return [loss for loss in range(3)]",
        "return (lambda loss: loss)(3)",
        "def loss(): pass\n        return loss",
        "import loss\n        return loss.x",
        "try: pass\n        except ValueError as loss: print(loss)",
    ],
)
def test_a_method_s_own_names_need_nothing(tmp_path: Path, body: str) -> None:
    cell = WITH_METHOD.format(body)
    assert "loss = fit()" not in taken(tmp_path, cell).code.splitlines()
    assert "loss = fit()" in taken(tmp_path, cell.replace("f(self)", "f(self, a=loss)")).code.splitlines()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("%matplotlib inline\nx = 1", "x = 1"),
        ("x = 1\n!pip install torch\ny = 2", "x = 1\ny = 2"),
        ("class A:\n    pass\n%timeit A()", "class A:\n    pass"),
        ("def f():\n    %timeit 3\n    return 1", "def f():\n    pass\n    return 1"),
        ("files = !ls\nx = 1", "files = None\nx = 1"),
        ("np.dot?\nx = 1", "x = 1"),
        ("?np.dot\nx = 1", "x = 1"),
        ("%%capture\nx = 1", "x = 1"),
        ("\n%%time\nx = 1", "x = 1"),
        ("def f(x):\n    return (x\n% 3)", "def f(x):\n    return x % 3"),
        ("def f():\n    return '''\n%run\n'''", "def f():\n    return '\\n%run\\n'"),
        ("%run a.py\ndef f(x):\n    return (x\n% 3)", "def f(x):\n    return x % 3"),
        ("from __future__ import annotations\nx = 1", "x = 1"),
        ("x = '\\d'", "x = '\\\\d'"),
    ],
)
def test_magics_are_dropped(tmp_path: Path, cell: str, code: str) -> None:
    definitions = taken(tmp_path, cell)
    assert (definitions.code.replace("\n\n", "\n"), definitions.notes) == (code, ())


@pytest.mark.parametrize(
    "statement",
    [
        "class A: pass\nlosses = train(A())\ndef plot(): return losses",
        "class A:\n    def f(self): return 1\nnet = A()\nlosses = train(net)",
        "losses = train(3)",
        "train(3)",
        "class A: x = y\ny = (yield train(3))",
    ],
)
def test_a_run_of_an_own_function_is_left_out(tmp_path: Path, statement: str) -> None:
    assert "train(" not in taken(tmp_path, "def train(n): return n", statement).code.replace("def train(", "")


def test_what_calls_own_functions_is_marked(tmp_path: Path) -> None:
    cell = "def one(): return 1\nN = one()\nM = 3\nclass A: n = N + M"
    (cells,) = taken(tmp_path, cell).cells
    assert [ast.unparse(statement) for statement in cells.calling] == ["N = one()"]


@pytest.mark.parametrize("files", [{"acts.py": ""}, {"acts/__init__.py": ""}, {"acts/makers.py": ""}, {}])
def test_functions_of_a_module_beside_the_file_are_own_ones(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    code = taken(tmp_path, "from acts.makers import one\nN = one()\nclass A: n = N").code
    assert ("N = one()" in code) == bool(files)


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    definitions = taken(tmp_path, "# # Title", "", "%%time\n\n%load_ext x\nclass A:\n    pass", "x = 1")
    (first, second) = definitions.cells
    assert (first.file, first.statements[0].lineno) == ("<cell 1>", 4)
    assert (second.file, second.statements[0].lineno) == ("<cell 2>", 1)


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("def f(:\n    pass", "cell 2 is skipped: line 1: "),
        (
            "%%writefile layers.py\nclass ReLU:\n    pass",
            "cell 2 is skipped: %%writefile does not run it as Python, so ReLU",
        ),
        ("x = 1\x00", "cell 2 is skipped: "),
        ("(" * 500 + ")" * 500, "cell 2 is skipped: "),
        ("%a\n" * 200, "cell 2 is skipped: line 101: "),
    ],
)
def test_a_cell_that_cannot_be_parsed_is_skipped_with_a_note(tmp_path: Path, cell: str, note: str) -> None:
    definitions = taken(tmp_path, "class A: pass", cell, "class B: pass")
    assert list(definitions.classes) == ["A", "B"]
    assert len(definitions.notes) == 1
    assert definitions.notes[0].startswith(note)


@pytest.mark.parametrize("cell", ["%%bash\nrm -r x", "%%html\n<b>", "%%writefile notes.txt\nhello"])
def test_a_cell_of_another_language_is_left_out_in_silence(tmp_path: Path, cell: str) -> None:
    definitions = taken(tmp_path, "class A: pass", cell)
    assert (list(definitions.classes), definitions.notes) == (["A"], ())


def test_what_is_defined_is_listed(tmp_path: Path) -> None:
    first = "class A:\n    def old(self): pass"
    second = "class A:\n    def forward(self, x, /, y): pass\n    @property\n    def size(self): pass\nB = A\nC = B"
    definitions = taken(tmp_path, first, second, "def f(a, b=1, *c, d): import scipy.signal", "from x.y import z")
    assert definitions.classes["A"] == {"forward": ("self", "x", "y"), "size": ("self",)}
    assert definitions.classes["C"] == definitions.classes["B"] == definitions.classes["A"]
    assert definitions.functions == {"f": ("a", "b")}
    assert {(each.module, each.name) for each in definitions.imports} == {("scipy.signal", ""), ("x.y", "z")}


def test_a_module_is_read_like_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    text = "#!/usr/bin/env python\n# coding: latin-1\nimport numpy as np\n# In[1]:\nget_ipython().magic('x')\nx = 'ä'\n"
    path.write_bytes((text + "def f():\n    return x\nf()\n").encode("latin-1"))
    definitions = read_definitions(path)
    assert definitions.code == "import numpy as np\n\nx = 'ä'\n\ndef f():\n    return x"
    assert definitions.cells[0].file == str(path)
    assert definitions.cells[0].statements[-1].lineno == 7


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "has no list of cells"),
        ("[]", "has no list of cells"),
        ("3", "has no list of cells"),
        ('{"cells": 3, "nbformat": 4}', "has no list of cells"),
        ("", "is not valid JSON"),
        ('{"cells": [', "is not valid JSON"),
        ("[" * 100_000, "is not valid JSON"),
        ("\udc80", "is not valid JSON"),
        (
            '{"nbformat": 3, "worksheets": [{"cells": []}]}',
            "old format nbformat 3, but should be in nbformat 4; open it in",
        ),
        (notebook("x = 1" + " " * 2_000_001), "have 2000006 characters, but should have at most 2000000"),
    ],
)
def test_a_file_that_is_no_notebook_is_named_with_what_to_do(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "work.ipynb"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(SubjectNotFound, match=rf"work\.ipynb.*{message}"):
        read_definitions(path)


def test_odd_cells_are_passed_over(tmp_path: Path) -> None:
    odd = [
        None,
        3,
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": 3},
        {"cell_type": "raw", "source": "y = 1"},
    ]
    odd += [{"cell_type": "code", "source": ["x = ", 3, "1"]}, {"cell_type": "code", "source": "z = 2"}]
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps({"cells": odd, "nbformat": 4}), encoding="utf-8-sig")
    assert read_definitions(path).code == "x = 1\n\nz = 2"


def test_huge_outputs_do_not_matter(tmp_path: Path) -> None:
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo" * 1_000_000}}
    path = write_notebook(tmp_path / "work.ipynb", "class A: pass", outputs=[picture])
    assert path.stat().st_size > 10_000_000
    assert list(read_definitions(path).classes) == ["A"]


def test_a_file_that_is_too_large_says_how_to_shrink_it(tmp_path: Path) -> None:
    path = tmp_path / "work.ipynb"
    with path.open("wb") as file:
        file.truncate(300 * 2**20)
    with pytest.raises(SubjectNotFound, match=r"work\.ipynb has 300 MiB, but may have 200; clear its outputs"):
        read_definitions(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SubjectNotFound, match=r"work\.ipynb cannot be read: No such file"):
        read_definitions(tmp_path / "work.ipynb")


@pytest.mark.parametrize("content", [b"class A(:\n", b"# coding: nonsense\n", b"\xff\xfe", b"x = 1\0"])
def test_a_module_that_cannot_be_parsed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "work.py").write_bytes(content)
    with pytest.raises(SubjectNotFound, match=r"work\.py cannot be (parsed|read as Python)"):
        read_definitions(tmp_path / "work.py")
