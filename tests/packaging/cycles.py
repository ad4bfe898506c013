"""Finds the import cycles of the rooms: files that import each other, directly or through others.

Every import counts, also one inside a function and one for the type checker alone: what two files know of each other
is one thing, whenever it is loaded. That a package is imported before its modules does not count: only what is named.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from .house import module_name
from .imports import imports_of

Graph = Mapping[PurePosixPath, set[PurePosixPath]]
"""Each file, and the files that it imports."""


def import_graph(files: Mapping[PurePosixPath, str]) -> Graph:
    """Read which of the files imports which; a name that is no module belongs to the module that it is taken from."""
    modules = {module_name(path): path for path in files}

    def file_of(target: str) -> PurePosixPath | None:
        while target and target not in modules:
            target = target.rpartition(".")[0]
        return modules.get(target)

    return {
        path: {found for each in imports_of(path, source) if (found := file_of(each.target)) not in {None, path}}
        for path, source in files.items()
    }


def cycle_errors(files: Mapping[PurePosixPath, str]) -> Iterator[str]:
    """Name every group of files that import each other, by a shortest cycle through its first file."""
    graph = import_graph(files)
    reach = {path: _reached(graph, path) for path in graph}
    told: set[PurePosixPath] = set()
    for path in sorted(graph):
        if path in reach[path] and path not in told:
            group = {other for other in reach[path] if path in reach[other]}
            told |= group
            cycle = " → ".join(map(str, _shortest_cycle(graph, path)))
            yield f"{cycle} is a cycle ({len(group)} files import each other); move what both need below them"


def _reached(graph: Graph, start: PurePosixPath) -> set[PurePosixPath]:
    """The files that a file imports over any number of steps; itself only if it is on a cycle."""
    reached: set[PurePosixPath] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def _shortest_cycle(graph: Graph, start: PurePosixPath) -> list[PurePosixPath]:
    """The files of a shortest way from a file back to it, which is first and last."""
    ways = deque([[start]])
    seen = {start}
    while ways:
        way = ways.popleft()
        for following in sorted(graph[way[-1]]):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    raise AssertionError(f"{start} is on no cycle")
