"""Which names statements take from outside: a function's own names are nobody else's."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Task = tuple[ast.AST, frozenset[str]]  # what is to be read, and which names in it are those of a scope around it


def names_read(*nodes: ast.AST) -> set[str]:
    """The names in the nodes, but for parameters and local names of functions, and for those of comprehensions.

    Without recursion: a submission may nest as deep as the compiler allows.
    """
    found: set[str] = set()
    waiting: list[_Task] = [(node, frozenset()) for node in nodes]
    while waiting:
        node, own = waiting.pop()
        if isinstance(node, ast.Name):
            found |= {node.id} - own
        waiting += _parts(node, own)
    return found


def _parts(node: ast.AST, own: frozenset[str]) -> Iterator[_Task]:
    """What is in a node, with the names that are its own there."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
            local, elsewhere = _local(node, body)
            yield from _apart(node, body, (own | local) - elsewhere, own)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            inside = own | _stored(each.target for each in node.generators)
            first = node.generators[0]
            yield first.iter, own
            yield first.target, inside
            parts = [part for part in ast.iter_child_nodes(node) if part is not first]
            yield from ((part, inside) for part in (*first.ifs, *parts))
        case ast.ClassDef():  # a name that a class binds is looked up there and outside of all functions
            yield from _apart(node, node.body, own - _stored(node.body), own)
        case _:
            yield from ((child, own) for child in ast.iter_child_nodes(node))


def _apart(node: ast.AST, body: Iterable[ast.AST], inside: frozenset[str], own: frozenset[str]) -> Iterator[_Task]:
    """A body, and what belongs to the scope around it: decorators, bases, defaults, annotations."""
    within = set(map(id, body))
    yield from ((child, inside if id(child) in within else own) for child in ast.iter_child_nodes(node))


def _local(function: _Function, body: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """The names that are a function's own, and those that it declares to be others'."""
    given = function.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    own = {each.arg for each in parameters if each is not None} | _stored(body)
    elsewhere = {name for node in _inside(body) if isinstance(node, ast.Global) for name in node.names}
    return own - elsewhere, elsewhere


def _stored(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that the nodes bind."""
    found: set[str] = set()
    for node in _inside(nodes):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                found |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
    return found


def _inside(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes and what is in them, but not what is inside of functions, classes and comprehensions."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _Function | _Comprehension | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
