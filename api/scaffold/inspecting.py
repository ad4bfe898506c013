"""Reading a framework's classes without executing them: methods, arguments, and what an object keeps where."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..adapters import SubjectNotFound, python_files


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method.

    Attributes:
        arguments: names of its positional arguments, without the object itself.
        required: those among them that have no default.
        keywords: required arguments that must be named.
        places: what it assigns on the object, as written after the dot: `W`, `params["W"]`.
        flags: places to which it assigns True or False.
        returned: the names in the tuple that it returns; empty if it returns no tuple.
        calls_above: it calls the method that it overrides.
    """

    arguments: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    calls_above: bool = False


@dataclass(frozen=True, kw_only=True)
class Class:
    """A class, with the methods that it inherits from others of the framework.

    Attributes:
        module: the name by which it is imported, from the base folder.
        name: its name.
        methods: by name, inherited ones first.
    """

    module: str
    name: str
    methods: Mapping[str, Method]

    @property
    def constructor(self) -> Method:
        """Its constructor; one without arguments if it has none."""
        return self.methods.get("__init__", Method())

    def places(self, method: str = "") -> tuple[str, ...]:
        """What is kept on the object; what the method named assigns comes first."""
        first = self.methods[method].places if method in self.methods else ()
        return tuple(dict.fromkeys([*first, *(place for each in self.methods.values() for place in each.places)]))


@dataclass(frozen=True, kw_only=True)
class Framework:
    """A framework's classes.

    Attributes:
        base: the folder from which it is imported.
        classes: in the order of the files.
        notes: sentences about files that cannot be read.
    """

    base: Path
    classes: tuple[Class, ...]
    notes: tuple[str, ...] = field(default=())


def read_framework(place: Path) -> Framework:
    """The classes in a folder or a file.

    Raises:
        SubjectNotFound: there is no such thing.
    """
    place = place.expanduser().resolve()
    if not place.is_dir() and not (place.suffix == ".py" and place.is_file()):
        raise SubjectNotFound(f"there is no folder and no Python file {place}; name the one that holds your layers")
    base = place if place.is_dir() else place.parent
    while (base / "__init__.py").is_file():  # a package is imported from beside it
        base = base.parent
    found: list[tuple[str, ast.ClassDef]] = []
    notes: list[str] = []
    for path in [place] if place.is_file() else python_files(place):
        module = _module(path.relative_to(base))
        try:
            with tokenize.open(path) as file:
                tree = ast.parse(file.read(), filename=str(path))
        except (SyntaxError, ValueError, OSError, RecursionError) as error:
            notes.append(f"{path.relative_to(base).as_posix()} cannot be read: {error}")
            continue
        if module:
            found += [(module, node) for node in tree.body if isinstance(node, ast.ClassDef)]
    known = {node.name: node for _, node in found}
    classes = (Class(module=module, name=node.name, methods=_methods(node, known, ())) for module, node in found)
    return Framework(base=base, classes=tuple(classes), notes=tuple(notes))


def read_class(name: str, sources: Iterable[str]) -> Class | None:
    """A class of a Python session, from its source and, before it, the sources of its bases; None if it is not there.

    Args:
        name: the class's.
        sources: one class each, in the reverse of the order in which Python looks methods up; a class may be derived
            from an older one of the same name.

    Raises:
        SyntaxError: a source cannot be parsed.
    """
    nodes = [node for source in sources for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    methods: dict[str, Method] = {}
    for node in nodes:
        methods = _overridden(methods, _methods(node, {}, ()))
    return Class(module="", name=name, methods=methods) if nodes and nodes[-1].name == name else None


def _module(relative: Path) -> str:
    """The dotted name; empty where a part of it is no name."""
    parts = relative.with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def _methods(node: ast.ClassDef, known: Mapping[str, ast.ClassDef], above: tuple[str, ...]) -> dict[str, Method]:
    methods: dict[str, Method] = {}
    for base in node.bases:
        name = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
        if name in known and name not in (*above, node.name):
            methods |= _methods(known[name], known, (*above, node.name))
    own = {each.name: _method(each) for each in node.body if isinstance(each, ast.FunctionDef)}
    return _overridden(methods, own)


def _overridden(above: Mapping[str, Method], own: Mapping[str, Method]) -> dict[str, Method]:
    """The methods of a class: its own over those above; one that calls what it overrides assigns what that assigns."""
    longer = {
        name: replace(
            method,
            places=tuple(dict.fromkeys([*method.places, *above[name].places])),
            flags=tuple(dict.fromkeys([*method.flags, *above[name].flags])),
        )
        for name, method in own.items()
        if method.calls_above and name in above
    }
    return {**above, **own, **longer}


def _method(node: ast.FunctionDef) -> Method:
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    own, arguments = (names[0], names[1:]) if names else ("self", [])
    without = len(arguments) - len(node.args.defaults)
    assigned = list(_assigned(node, own))
    flags = [place for place, value in assigned if isinstance(value, ast.Constant) and isinstance(value.value, bool)]
    keywords = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return Method(
        arguments=tuple(arguments),
        required=tuple(arguments[: max(without, 0)]),
        keywords=tuple(each.arg for each, default in keywords if default is None),
        places=tuple(dict.fromkeys(place for place, _ in assigned)),
        flags=tuple(dict.fromkeys(flags)),
        returned=_returned(node),
        calls_above=any(_is_above(each, node.name) for each in ast.walk(node)),
    )


def _is_above(node: ast.AST, method: str) -> bool:
    """Tell whether it is `super().method`, or `Base.method` with a name that is written as classes are."""
    match node:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
            return name == method
        case ast.Attribute(value=ast.Name(id=base), attr=name):
            return name == method and base[:1].isupper()
    return False


def _assigned(node: ast.FunctionDef, own: str) -> Iterator[tuple[str, ast.expr | None]]:
    """What a method assigns on its object: the place, and the value if it is assigned alone."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assign):
            for target in each.targets:
                if isinstance(target, ast.Tuple | ast.List):
                    yield from ((place, None) for item in target.elts for place in _place(item, own))
                else:
                    yield from ((place, each.value) for place in _place(target, own))
                    yield from ((place, None) for place in _keys(target, each.value, own))
        elif isinstance(each, ast.AugAssign | ast.AnnAssign):
            yield from ((place, each.value) for place in _place(each.target, own))


def _place(target: ast.expr, own: str) -> Iterable[str]:
    match target:
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == own:
            return (attribute,)
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr=attribute), slice=ast.Constant(value=key)):
            return (f'{attribute}["{key}"]',) if name == own and isinstance(key, str) else ()
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr=attribute)) if name == own:
            return (attribute,)  # self.dW[...] = value
    return ()


def _keys(target: ast.expr, value: ast.expr, own: str) -> Iterable[str]:
    """The places that a dict gives rise to: `self.params = {"W": …, "b": …}` or `dict(W=…, b=…)`."""
    match value:
        case ast.Dict(keys=keys):
            names = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            names = [keyword.arg for keyword in keywords if keyword.arg]
        case _:
            names = []
    return (f'{place}["{name}"]' for place in _place(target, own) for name in names)


def _returned(node: ast.FunctionDef) -> tuple[str, ...]:
    for each in ast.walk(node):
        if isinstance(each, ast.Return) and isinstance(each.value, ast.Tuple):
            return tuple(ast.unparse(item) for item in each.value.elts)
    return ()
