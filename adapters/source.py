"""Reading Python files without executing them: what they define, and what they import."""

from __future__ import annotations

import ast
import re
import tokenize
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_LARGEST = 2_000_000  # bytes; a larger file is data, not a layer
_MOST_KEPT = 200  # files


@dataclass(frozen=True, kw_only=True)
class Import:
    """One import: `from {dots}{module} import {name}`, or `import {module}` where name is empty.

    Attributes:
        module: dotted name; empty for `from . import name`.
        name: what is taken from the module; "*" for everything.
        level: number of leading dots.
    """

    module: str
    name: str
    level: int


@dataclass(frozen=True, kw_only=True)
class Source:
    """A Python file, read only.

    Attributes:
        path: the file.
        error: why it cannot be parsed; empty if it can.
        classes: the classes defined at the top level, in order.
        names: every name bound at the top level, in order.
        stubs: functions at the top level that are not written yet: a docstring, `pass`, `...` or a raise.
        imports: every import of the file, also those inside functions.
        all: the literal `__all__`; None without.
        readable: the literal `READABLE` of an adapter module.
        methods: class name to {method name: names of its positional parameters}.
        words: every word in it that may be a name, also if it cannot be parsed.
    """

    path: Path
    error: str = ""
    classes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    stubs: tuple[str, ...] = ()
    imports: tuple[Import, ...] = ()
    all: tuple[str, ...] | None = None
    readable: tuple[str, ...] = ()
    methods: dict[str, dict[str, tuple[str, ...]]]
    words: frozenset[str] = frozenset()


def normalised(name: str) -> str:
    """A name without case and underscores: how alike names are recognised."""
    return name.replace("_", "").lower()


def read_source(path: Path) -> Source:
    """Parse the file; a file that cannot be read or parsed gives a `Source` with an error."""
    text = ""
    try:
        if path.stat().st_size > _LARGEST:
            return Source(path=path, error="too large", methods={})
        with tokenize.open(path) as file:
            text = file.read()
        return _parsed(path, text)
    except SyntaxError as error:
        return Source(path=path, error=f"line {error.lineno}: {error.msg}", methods={}, words=_words(text))
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        return Source(path=path, error=f"{type(error).__name__}: {error}", methods={})


@lru_cache(maxsize=_MOST_KEPT)
def _parsed(path: Path, text: str) -> Source:
    """What a text says; a layout is read several times on the way from the user's argument to the first check."""
    tree = ast.parse(text, filename=str(path))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return Source(
        path=path,
        classes=tuple(node.name for node in classes),
        names=tuple(_bound_names(tree.body)),
        stubs=tuple(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and _is_stub(node)),
        imports=tuple(imports_in(tree)),
        all=_literal_texts(tree, "__all__"),
        readable=_literal_texts(tree, "READABLE") or (),
        methods={node.name: methods_of(node) for node in classes},
        words=_words(text),
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d]\w*", text))


def _is_stub(function: ast.FunctionDef) -> bool:
    def says_nothing(node: ast.stmt) -> bool:
        literal = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        return literal or isinstance(node, ast.Pass | ast.Raise)

    return all(map(says_nothing, function.body))


def _bound_names(body: list[ast.stmt]) -> list[str]:
    names: list[str] = []
    for node in body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.append(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names += [alias.asname or alias.name.partition(".")[0] for alias in aliases]
            case ast.Assign(targets=targets):
                names += [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                names.append(name)
            case ast.If(body=first, orelse=second):
                names += _bound_names(first) + _bound_names(second)
            case ast.Try(body=first, orelse=second, finalbody=third, handlers=handlers):
                names += _bound_names(first) + _bound_names(second) + _bound_names(third)
                names += [name for handler in handlers for name in _bound_names(handler.body)]
    return names


def imports_in(tree: ast.Module) -> list[Import]:
    """Every import of the file, also those inside functions."""
    found: list[Import] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [Import(module=alias.name, name="", level=0) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [Import(module=node.module or "", name=alias.name, level=node.level) for alias in node.names]
    return found


def _literal_texts(tree: ast.Module, name: str) -> tuple[str, ...] | None:
    """The strings of a literal list or tuple that the file assigns to `name`; None if there is no such thing."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=assigned)], value=ast.List(elts=items) | ast.Tuple(elts=items)) if (
                assigned == name
            ):
                values = [item.value for item in items if isinstance(item, ast.Constant)]
                return tuple(value for value in values if isinstance(value, str))
    return None


def methods_of(node: ast.ClassDef) -> dict[str, tuple[str, ...]]:
    """Method name to the names of its positional parameters."""
    return {
        method.name: tuple(argument.arg for argument in (*method.args.posonlyargs, *method.args.args))
        for method in node.body
        if isinstance(method, ast.FunctionDef)
    }
