"""Submissions for the tests: the example's files, changed, written to a folder and loaded in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from backproof import adapters
from backproof.adapters.fau.course import FILES
from backproof.specs import all_specs

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCES = EXAMPLES / "fau_exercise" / "src_to_implement"


def example_files() -> dict[str, str]:
    """The correct example, by path relative to its root."""
    return {path.relative_to(SOURCES).as_posix(): path.read_text() for path in sorted(SOURCES.rglob("*.py"))}


def changed(*changes: tuple[str, str, str], files: Mapping[str, str] | None = None) -> dict[str, str]:
    """The files with (path, old, new) replaced; an old text that is not there is an error of the test.

    A path of "*" means every file, wherever the old text stands.
    """
    result = dict(example_files() if files is None else files)
    for path, old, new in changes:
        paths = [name for name in result if old in result[name]] if path == "*" else [path]
        assert paths, old
        for name in paths:
            assert old in result[name], (name, old)
            result[name] = result[name].replace(old, new)
    return result


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files below `folder`."""
    for name, text in files.items():
        path = folder / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def load(folder: Path) -> Any:
    """The adapter of what lies in the folder."""
    return adapters.load(adapters.resolve(str(folder)))


def offered_by_the_example() -> list[str]:
    """The components that the example has: all of the course's but LeNet."""
    return [name for name in all_specs() if name in FILES and name != "LeNet"]


def first_specs() -> dict[str, Any]:
    """The first case's spec of every component of the course."""
    return {name: spec.cases()[0].spec for name, spec in all_specs().items() if name in FILES}


def unit_rows(size: int) -> Any:
    """Zeros, then the unit vectors: an affine map's bias and weights can be read off its output."""
    return np.vstack([np.zeros((1, size)), np.eye(size)])


def works(adapter: Any, *names: str) -> None:
    """Build the components named (all that the course requires, if none) and run each layer once."""
    wanted = names or adapters.find_course("fau-exercises").required()
    for name, spec in first_specs().items():
        if name in wanted:
            subject = adapter.build(spec)
            assert subject is not None, name
            case = type(spec).cases()[0]
            if spec.kind == "layer":
                x = np.random.default_rng(1).uniform(0.1, 1, case.input_shape)
                subject.reseed(1)
                assert subject.backward(subject.forward(x)).shape == x.shape, name
