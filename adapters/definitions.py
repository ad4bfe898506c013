"""Definitions: what a notebook or a Python file defines, taken out of it without executing anything.

Imports, functions, classes and plain assignments, in order, up to the end of the file. Training, plots, downloads and
tests are left out: a statement is taken only if it is one of these. An assignment may call the file's own functions
(`Phase = enum("train", "test")`) if a class needs what it binds: what only experiments use is a run.
"""

from __future__ import annotations
import __future__

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from .names_read import names_read
from .notebook import read_cells
from .source import Import, imports_in, methods_of

# Modules whose functions a plain assignment may call: they compute, and do nothing else.
_HARMLESS = {"numpy", "math", "collections", "enum", "functools", "itertools", "operator", "random", "typing"}
_READS_OR_WRITES = ("load", "save", "genfromtxt", "from", "memmap", "open", "DataSource")  # beginnings, in NumPy
_BUILTINS = {"bool", "complex", "dict", "float", "frozenset", "int", "len", "list", "max", "min", "range", "set"}
_DEFINES = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_BUILTINS |= {"str", "sum", "tuple", "type", "TypeVar", "namedtuple", "Enum", "IntEnum"}


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The statements that are taken from one cell.

    Attributes:
        file: how tracebacks call the cell: `<cell 7>`, or the path of the Python file.
        text: the whole cell's text, for tracebacks.
        statements: in order, with the line numbers of the text.
        calling: those of them that call the file's own functions; they are executed within a budget.
    """

    file: str
    text: str
    statements: tuple[ast.stmt, ...]
    calling: frozenset[ast.stmt] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """What a notebook or a Python file defines.

    Attributes:
        path: the file.
        cells: what is taken of each cell; a Python file is one cell.
        notes: sentences about cells that are left out.
        classes: class name to {method name: names of its positional parameters}; of the last class of that name.
        functions: function name to the names of its positional parameters.
        imports: every import that is taken, also those inside functions.
        flags: of the compiler, for `from __future__ import …` anywhere in the file.
    """

    path: Path
    cells: tuple[Taken, ...]
    notes: tuple[str, ...]
    classes: dict[str, dict[str, tuple[str, ...]]]
    functions: dict[str, tuple[str, ...]]
    imports: tuple[Import, ...]
    flags: int = 0

    @property
    def code(self) -> str:
        """The source text that is executed."""
        return "\n\n".join(ast.unparse(statement) for cell in self.cells for statement in cell.statements)


def read_definitions(path: Path) -> Definitions:
    """Take the definitions out of a notebook (`.ipynb`, nbformat 4) or a Python file.

    Raises:
        SubjectNotFound: the file cannot be read; the text says why, and what to do.
    """
    cells, notes = read_cells(path)
    body = [statement for cell in cells for statement in cell.tree.body]
    chooser = _Chooser(body, path.parent)
    taken = [
        Taken(
            file=cell.file,
            text=cell.text,
            statements=(chosen := tuple(filter(chooser.takes, cell.tree.body))),
            calling=frozenset(filter(chooser.calls_own, chosen)),
        )
        for cell in cells
    ]
    statements = [statement for cell in taken for statement in cell.statements]
    tree = ast.Module(body=statements, type_ignores=[])
    classes = {node.name: methods_of(node) for node in statements if isinstance(node, ast.ClassDef)}
    for new, old in _aliases(statements):
        if old in classes:
            classes[new] = classes[old]
    return Definitions(
        path=path,
        cells=tuple(cell for cell in taken if cell.statements),
        notes=tuple(notes),
        classes=classes,
        functions={
            node.name: _parameters(node)
            for node in statements
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        },
        imports=tuple(imports_in(tree)),
        flags=_future_flags(body),
    )


class _Chooser:
    """Tells which statements of a file are taken.

    Args:
        body: all statements of the file.
        folder: where the file lies, and with it modules that are the submission's own.
    """

    def __init__(self, body: list[ast.stmt], folder: Path) -> None:
        nodes = [node for statement in body for node in ast.walk(statement)]
        imported = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
        self._folder = folder
        self._modules = dict(_names_of_modules(imported))
        self._classes = {node.name for node in body if isinstance(node, ast.ClassDef)}
        self._functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
        definitions = [node for node in body if isinstance(node, _DEFINES)]
        self._needed = names_read(*definitions)
        # What decides over a call of an own function: what classes need, or functions where there is no class.
        classes = [node for node in definitions if isinstance(node, ast.ClassDef)]
        self._reached = self._following(names_read(*(classes or definitions)))
        for statement in reversed(body):  # what an assignment needs stands before it
            if self.takes(statement) and isinstance(statement, ast.Assign | ast.AnnAssign):
                names = names_read(statement)
                self._needed |= names
                if not names_bound(statement).isdisjoint(self._reached) or _sets_attribute(statement):
                    self._reached |= self._following(names)

    def takes(self, statement: ast.stmt) -> bool:
        """Tell whether the statement defines something, and does nothing else when it is executed."""
        match statement:
            case ast.ImportFrom(module="__future__"):
                return False  # a flag of the compiler
            case ast.Import() | ast.ImportFrom() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                return True
            case ast.Assign(targets=targets, value=value):
                return all(map(self._may_be_set, targets)) and self._is_plain(statement, value)
            case ast.AnnAssign(target=ast.Name(), value=ast.expr() as value):
                return self._is_plain(statement, value)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
                parts = [*body, *orelse, *finalbody, *(each for handler in handlers for each in handler.body)]
                return all(isinstance(part, ast.Pass) or self.takes(part) for part in parts)
        return False

    def calls_own(self, statement: ast.stmt) -> bool:
        """Tell whether an assignment calls a function of the file or of a module beside it."""
        return isinstance(statement, ast.Assign | ast.AnnAssign) and any(
            self._is_own(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)
        )

    def _following(self, names: set[str]) -> set[str]:
        """The names, and those that the functions of these names need in turn."""
        found: set[str] = set()
        waiting = set(names)
        while waiting:
            found |= waiting
            bodies = [self._functions[name] for name in waiting if name in self._functions]
            waiting = names_read(*bodies) - found
        return found

    def _may_be_set(self, target: ast.expr) -> bool:
        """Names, or an attribute of a class of the file: a method may be written in a cell of its own."""
        match target:
            case ast.Name():
                return True
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return all(isinstance(part, ast.Name) for part in parts)
            case ast.Attribute(value=ast.Name(id=name)):
                return name in self._classes
        return False

    def _is_plain(self, statement: ast.Assign | ast.AnnAssign, value: ast.expr) -> bool:
        if isinstance(value, ast.Constant | ast.Name | ast.Attribute | ast.Lambda):
            return True
        names, on_class = names_bound(statement), _sets_attribute(statement)
        if not on_class and self._needed.isdisjoint(names):
            return False  # only experiments use it
        calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
        odd = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
        own = on_class or not self._reached.isdisjoint(names)
        return all(self._is_harmless(call.func) or (own and self._is_own(call.func)) for call in calls) and not any(
            isinstance(node, odd) for node in ast.walk(value)
        )

    def _is_own(self, function: ast.expr) -> bool:
        """A function of the file, or of a module that lies beside it."""
        top, parts = _dotted(function)
        if top in self._functions:
            return not parts
        module = self._modules.get(top, "").partition(":")[0].partition(".")[0]
        return bool(module) and lies_beside(self._folder, module) is not None

    def _is_harmless(self, function: ast.expr) -> bool:
        """A class of the file, a built-in type, or a function of a module that computes and does nothing else."""
        top, parts = _dotted(function)
        if not parts and top in self._classes | _BUILTINS:
            return True
        module, _, name = self._modules.get(top, "").partition(":")
        called = parts[-1] if parts else name
        return module.partition(".")[0] in _HARMLESS and not called.startswith(_READS_OR_WRITES)


def lies_beside(folder: Path, name: str) -> Path | None:
    """The module or package called `name` in the folder, also a folder of modules without `__init__.py`; else None."""
    package, module = folder / name, folder / f"{name}.py"
    if not name or package.is_symlink() or module.is_symlink():
        return None  # a link may lead out of the submission
    if (package / "__init__.py").is_file():
        return package
    if module.is_file():
        return module
    if not any(package.glob("*.py")):
        return None
    installed = PathFinder.find_spec(name)  # Python takes a plain folder only if no package of that name is installed
    return package if installed is None or installed.origin is None else None


def _dotted(function: ast.expr) -> tuple[str, list[str]]:
    """The first name and the others of `np.random.default_rng`; an empty name for what is no such thing."""
    parts: list[str] = []
    while isinstance(function, ast.Attribute):
        parts.insert(0, function.attr)
        function = function.value
    return (function.id if isinstance(function, ast.Name) else "", parts)


def names_bound(statement: ast.Assign | ast.AnnAssign) -> set[str]:
    """The names that an assignment binds."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    parts = [part for each in targets for part in (each.elts if isinstance(each, ast.Tuple | ast.List) else [each])]
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _sets_attribute(statement: ast.Assign | ast.AnnAssign) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(isinstance(target, ast.Attribute) for target in targets)


def _names_of_modules(imported: Iterable[ast.Import | ast.ImportFrom]) -> Iterator[tuple[str, str]]:
    """Every name that an import binds, with `module:name` that it stands for."""
    for node in imported:
        for alias in node.names:
            if isinstance(node, ast.Import):
                yield alias.asname or alias.name.partition(".")[0], f"{alias.name}:"
            else:
                yield alias.asname or alias.name, f"{node.module or ''}:{alias.name}"


def _aliases(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    for statement in statements:
        match statement:
            case ast.Assign(targets=targets, value=ast.Name(id=old)):
                yield from ((target.id, old) for target in targets if isinstance(target, ast.Name))


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    return tuple(argument.arg for argument in (*function.args.posonlyargs, *function.args.args))


def _future_flags(body: Iterable[ast.stmt]) -> int:
    names = [
        alias.name
        for statement in body
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        for alias in statement.names
    ]
    features = [getattr(__future__, name) for name in names if name in __future__.all_feature_names]
    flags = 0
    for feature in features:
        flags |= feature.compiler_flag
    return flags
