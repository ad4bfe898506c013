"""Which names statements take from outside: a function's own names are nobody else's."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def names_read(*nodes: ast.AST) -> set[str]:
    """The names in the nodes, but for parameters and local names of functions, and for those of comprehensions."""
    return {name for node in nodes for name in _read(node)}


def _read(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name):
            yield name
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
            yield from names_read(*body) - _local(node, body)
            yield from names_read(*_around(node))
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from names_read(*ast.iter_child_nodes(node)) - _bound(each.target for each in node.generators)
        case _:
            yield from names_read(*ast.iter_child_nodes(node))


def _around(function: _Function) -> Iterator[ast.AST]:
    """What is evaluated where the function is defined: decorators, defaults, annotations."""
    for child in ast.iter_child_nodes(function):
        if child not in (function.body if isinstance(function.body, list) else [function.body]):
            yield child


def _local(function: _Function, body: Iterable[ast.AST]) -> set[str]:
    given = function.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    own = {each.arg for each in parameters if each is not None}
    elsewhere: set[str] = set()
    for node in _inside(body):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                own.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                own.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                own |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case ast.ExceptHandler(name=str(name)):
                own.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                elsewhere |= set(names)
    return own - elsewhere


def _inside(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes and what is in them, but not what is inside of other functions and of comprehensions."""
    for node in nodes:
        yield node
        if not isinstance(node, _Function | _Comprehension | ast.ClassDef):
            yield from _inside(ast.iter_child_nodes(node))


def _bound(targets: Iterable[ast.AST]) -> set[str]:
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
