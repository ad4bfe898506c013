"""Reading notebooks and Python files as cells of source text; nothing is executed."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import SubjectNotFound

_LARGEST_FILE = 200 * 2**20  # bytes; outputs are part of a notebook
_LARGEST_SOURCE = 2_000_000  # characters; more than that is data, not layers
_MOST_MAGICS = 100  # in one cell
_MAGIC = re.compile(r"^(?P<indent>\s*)(?:[%!?]|[\w.]+\?{1,2}\s*$|(?P<target>[\w, ]+)=\s*[%!])")
# Cell magics under which Python stands; what stands under others is another language, or a file to write.
_AROUND_PYTHON = {"%%capture", "%%time", "%%timeit", "%%prun", "%%python", "%%python3"}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The source text of one cell, or of a Python file.

    Attributes:
        file: how tracebacks call it: `<cell 7>`, or the path of the Python file.
        text: its Python lines; a magic is replaced by `pass`, so that lines keep their numbers.
        tree: the same, parsed.
    """

    file: str
    text: str
    tree: ast.Module


def read_cells(path: Path) -> tuple[list[Cell], list[str]]:
    """The cells of a notebook (nbformat 4) or of a Python file, which is one; and notes on those that are left out.

    Cells are counted as Jupyter numbers them after *Restart and Run All*: code cells that are not empty, from 1.

    Raises:
        SubjectNotFound: it is no notebook or Python file that can be read; the text says why, and what to do.
    """
    content = _content(path)
    if path.suffix != ".ipynb":
        return [_file(path, content)], []
    cells, notes = [], []
    for number, text in enumerate(_code(path, content), start=1):
        cell, problem = _parsed(number, text)
        if cell is not None:
            cells.append(cell)
        if problem:
            notes.append(f"cell {number} is skipped: {problem}")
    return cells, notes


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > _LARGEST_FILE:
            advice = "clear its outputs (in Jupyter: Edit, Clear Outputs of All Cells) and save it"
            raise SubjectNotFound(
                f"{path.name} has {size / 2**20:.0f} MiB, but may have {_LARGEST_FILE >> 20}; {advice}"
            )
        return path.read_bytes()
    except OSError as error:
        raise SubjectNotFound(f"{path} cannot be read: {error.strerror}") from error


def _file(path: Path, content: bytes) -> Cell:
    try:
        with io.TextIOWrapper(io.BytesIO(content), tokenize.detect_encoding(io.BytesIO(content).readline)[0]) as file:
            text = file.read()
    except (SyntaxError, UnicodeDecodeError) as error:
        raise SubjectNotFound(f"{path.name} cannot be read as Python: {error}") from error
    if len(text) > _LARGEST_SOURCE:
        raise SubjectNotFound(f"{path.name} has {len(text)} characters, but should have at most {_LARGEST_SOURCE}")
    tree, text, problem = _python(text)
    if tree is None:
        raise SubjectNotFound(f"{path.name} cannot be parsed: {problem}")
    return Cell(file=str(path), text=text, tree=tree)


def _code(path: Path, content: bytes) -> list[str]:
    """The source texts of the code cells that are not empty."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError
        again = "open it in Jupyter and save it again, or hand in the .py file that Jupyter exports"
        raise SubjectNotFound(f"{path.name} is no notebook: it is not valid JSON ({error}); {again}") from error
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if isinstance(version, int) and version < 4:
        raise SubjectNotFound(
            f"{path.name} is a notebook in the old format nbformat {version}, but should be in nbformat 4; open it in "
            "Jupyter and save it again, or run `jupyter nbconvert --to notebook --inplace` on it"
        )
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise SubjectNotFound(f"{path.name} is no notebook: it has no list of cells; export it from Jupyter again")
    texts = [_text(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if sum(map(len, texts)) > _LARGEST_SOURCE:
        raise SubjectNotFound(
            f"the code cells of {path.name} have {sum(map(len, texts))} characters, but should have at most "
            f"{_LARGEST_SOURCE}; load data from a file instead of writing it into a cell"
        )
    return [text for text in texts if text.strip()]


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _parsed(number: int, text: str) -> tuple[Cell | None, str]:
    """The cell, or why it is left out; neither for a cell of another language."""
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith("%%"):
        magic = first.split()[0]
        if magic not in _AROUND_PYTHON:
            classes = re.findall(r"^class (\w+)", rest, re.MULTILINE)
            return (
                None,
                f"{magic} does not run it as Python, so {', '.join(classes)} in it is not seen" if classes else "",
            )
        blank = text[: len(text) - len(text.lstrip())].count("\n")
        text = "\n" * (blank + 1) + rest
    tree, text, problem = _python(text)
    return (None, problem) if tree is None else (Cell(file=f"<cell {number}>", text=text, tree=tree), "")


def _python(text: str) -> tuple[ast.Module | None, str, str]:
    """The syntax tree, the text without magics, and why there is no tree.

    Only a line at which parsing fails can be a magic: others that begin with % go on with an expression.
    """
    lines = text.splitlines()
    problem = ""
    for _ in range(_MOST_MAGICS + 1):
        try:
            with warnings.catch_warnings(action="ignore"):  # of escape sequences that should be written otherwise
                return ast.parse("\n".join(lines) + "\n"), "\n".join(lines) + "\n", ""
        except SyntaxError as error:
            place = (error.lineno or 0) - 1
            problem = f"line {error.lineno}: {error.msg}"
            found = _MAGIC.match(lines[place]) if 0 <= place < len(lines) else None
            if found is None:
                break
            lines[place] = f"{found['indent']}{found['target'] + '= None' if found['target'] else 'pass'}"
        except (ValueError, RecursionError, MemoryError) as error:
            problem = f"{type(error).__name__}: {error}"
            break
    return None, text, problem
