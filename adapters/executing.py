"""Executing definitions, statement by statement: one that fails does not take the others with it. Worker side."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, ClassVar

from .budget import Budget, OverBudget
from .definitions import Definitions, lies_beside, names_bound
from .file_courses import beside
from .standins import InertModule, Missing, inert_spec, replaceable, replaced


class DefinedModule(ModuleType):
    """The module that definitions make.

    Attributes:
        failures: what executing a statement has raised, by the names that it should have bound.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.failures: dict[str, BaseException] = {}

    def find(self, name: str) -> Any:
        """What is called `name`; None if nothing is.

        Raises:
            BaseException: what the statement that should have bound it has raised.
        """
        if name in self.failures:
            raise self.failures[name]
        return vars(self).get(name)


def execute(definitions: Definitions) -> DefinedModule:
    """Make a module of the definitions.

    Plots and the like are replaced by stand-ins; another module that cannot be imported raises where it is used.
    What a statement raises is kept in the module's `failures`, and said on standard error. Calls of the file's own
    functions share a budget.
    """
    module = DefinedModule(_name(definitions))
    budget = Budget()
    vars(module)["__file__"] = str(definitions.path)
    sys.modules[module.__name__] = module  # dataclasses, pickle and reseeding look it up
    with _importing_beside(definitions.path):
        for cell in definitions.cells:
            lines = [f"{line}\n" for line in cell.text.splitlines()]
            linecache.cache[cell.file] = (len(cell.text), None, lines, cell.file)
            for statement in cell.statements:
                limit = budget if statement in cell.calling else nullcontext()
                _run(statement, cell.file, definitions.flags, module, limit)
    return module


def _name(definitions: Definitions) -> str:
    """The file's own name, if that may be a module's and no other module has it."""
    stem = definitions.path.stem
    return (
        stem if stem.isidentifier() and stem not in {*sys.modules, *sys.stdlib_module_names} else f"submission_{stem}"
    )


def _run(
    statement: ast.stmt, file: str, flags: int, module: DefinedModule, limit: AbstractContextManager[object]
) -> None:
    names = list(_bound(statement))
    try:
        tree = ast.Module(body=[statement], type_ignores=[])
        code = compile(tree, file, "exec", flags, dont_inherit=True)
        with limit:
            exec(code, vars(module))  # noqa: S102 - that is the task
    except ImportError as error:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            _failed(names, error, file, statement, module)
            return
        for name in names:
            vars(module)[name] = Missing(name, str(error))
        _say(file, statement, f"cannot be imported, which matters only where it is used: {error}")
    except OverBudget as error:
        for name in names:
            vars(module)[name] = Missing(name, str(error), "it is made by a call that was ended")
        _say(file, statement, f"{', '.join(names)} is left out, which matters only where it is used: {error}")
    except (Exception, SystemExit) as error:  # the submission may raise anything
        _failed(names, error, file, statement, module)
    else:
        for name in names:
            module.failures.pop(name, None)


def _failed(names: list[str], error: BaseException, file: str, statement: ast.stmt, module: DefinedModule) -> None:
    for name in names:
        vars(module).pop(name, None)
        module.failures[name] = error
    _say(file, statement, f"{', '.join(names)} is left out: {type(error).__name__}: {error}")


def _say(file: str, statement: ast.stmt, text: str) -> None:
    print(f"backproof: {file.strip('<>')}, line {statement.lineno}: {text}", file=sys.stderr)


def _bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in aliases if alias.name != "*")
        case ast.Assign() | ast.AnnAssign():
            yield from names_bound(statement)
        case ast.Try(body=body):
            for each in body:
                yield from _bound(each)


class _StandIns(MetaPathFinder):
    """Finds inert modules for the packages that `wanted` tells."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self._wanted = wanted

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        return inert_spec(fullname) if self._wanted(fullname.partition(".")[0]) else None


@contextmanager
def _importing_beside(path: Path) -> Iterator[None]:
    """Import from the file's folder first, with stand-ins; afterwards the import system is as it was.

    Except for what lies beside the file and is imported: functions may import it when they are called.
    """
    first, last = _StandIns(replaced), _StandIns(lambda top: replaced(top) or replaceable(top))
    written = sys.dont_write_bytecode
    _Beside.install(path.parent, {place.stem for place in beside(path)})
    sys.meta_path.insert(0, first)
    sys.meta_path.append(last)
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in {first, last}]
        for name in [name for name, module in sys.modules.items() if isinstance(module, InertModule)]:
            del sys.modules[name]


class _Beside(MetaPathFinder):
    """Finds modules in a submission's folder by their names; the folder itself may be forbidden to list.

    Args:
        folder: where the submission lies.
        names: the top-level modules and packages that it imports.
    """

    _found: ClassVar[set[str]] = set()

    def __init__(self, folder: Path, names: Set[str]) -> None:
        self._folder, self._names = folder, names

    @classmethod
    def install(cls, folder: Path, names: Set[str]) -> None:
        """Ask it before the search path is searched; what another submission has imported so is forgotten."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, cls)]
        for name in [name for name in sys.modules if name.partition(".")[0] in cls._found]:
            del sys.modules[name]
        cls._found.clear()
        if names:
            place = next((n for n, finder in enumerate(sys.meta_path) if finder is PathFinder), len(sys.meta_path))
            sys.meta_path.insert(place, cls(folder, names))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del target
        place = lies_beside(self._folder, fullname) if path is None and fullname in self._names else None
        if place is None:
            return None
        self._found.add(fullname)
        file = place / "__init__.py" if place.is_dir() else place
        if not file.is_file():  # a folder of modules
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [str(place)]
            return spec
        search = [str(place)] if place.is_dir() else None
        loader = _Uncached(fullname, str(file))
        return spec_from_file_location(fullname, file, loader=loader, submodule_search_locations=search)


class _Uncached(SourceFileLoader):
    """Compiles a module's source anew; writes nothing beside the submission."""

    def get_code(self, fullname: str) -> CodeType:
        del fullname
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code
