"""What training has stored, and the calls of methods that load it: their arguments go by what their names say."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...specs import Unsupported

FOLDER = "./metadata/"


@dataclass(frozen=True)
class Files:
    """How what is stored is called; the arguments of the workshop's methods, by what their names say.

    Attributes:
        stem: what the trainer has returned.
        path: of the file with the parameters.
    """

    stem: str
    path: str

    def call(self, function: Any, batch_size: int, counter: Any, first: tuple[Any, ...] = ()) -> Any:
        """Call a method with what it asks for: what is stored goes by its stem, or by a path if that is not found.

        Raises:
            Unsupported: nothing is known of an argument that is required.
        """
        for name in self._names(function):
            try:
                return function(*first, **self._arguments(function, first, batch_size, counter, name))
            except (FileNotFoundError, IsADirectoryError) as error:
                missing = error
        raise missing

    def _names(self, function: Any) -> tuple[str, ...]:
        stem, path, file = self.stem, self.path, Path(self.path).name
        by_path = any("path" in name for name in inspect.signature(function).parameters)
        return (path, stem, file, FOLDER + stem) if by_path else (stem, path, file, FOLDER + stem)

    def _arguments(
        self, function: Any, first: tuple[Any, ...], batch_size: int, counter: Any, stored: str
    ) -> dict[str, Any]:
        found = {}
        parameters = [
            each
            for each in inspect.signature(function).parameters.values()
            if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        ][len(first) :]
        for each in parameters:
            said = each.name.lower()
            known = [
                value for parts, value in self._meanings(batch_size, counter, stored) if any(p in said for p in parts)
            ]
            if known and known[0] is not None:
                found[each.name] = known[0]
            elif each.default is each.empty:
                where = getattr(function, "__qualname__", repr(function))
                raise Unsupported(f"{where} requires the argument {each.name}, of which nothing is known")
        return found

    @staticmethod
    def _meanings(batch_size: int, counter: Any, stored: str) -> tuple[tuple[tuple[str, ...], Any], ...]:
        """Parts of arguments' names, and what such an argument is set to; the first that fits."""
        return (
            (("param", "kwargs"), {}),
            (("correct", "right"), counter),
            (("folder", "dir"), FOLDER),
            (("device",), "cpu"),
            (("batch_size",), batch_size),
            (("verbose", "plot", "show"), False),
            (("stem", "file", "path", "name", "stamp", "model", "weights", "checkpoint", "network"), stored),
        )
