"""The examples in docstrings say what happens.

Modules are imported by name as users import them: collecting doctests by path breaks on relative imports.
"""

from __future__ import annotations

import doctest
import importlib
from types import ModuleType

import pytest

from .house import DISTRIBUTION, module_name, sources

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def modules() -> list[str]:
    """Every module of the distribution but `__main__`, which is run and not imported."""
    return sorted(module_name(path) for path in sources() if path.stem != "__main__")


def import_or_skip(name: str) -> ModuleType:
    """Import a module; skip if what is missing is an optional framework, not a module of ours."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        if missing == DISTRIBUTION or not name.startswith(f"{DISTRIBUTION}.adapters."):
            raise
        pytest.skip(f"{name} needs {missing}, which is not installed")


def failures(module: ModuleType) -> str:
    """Run the examples of a module and return what the failed ones say."""
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for example in doctest.DocTestFinder(exclude_empty=True).find(module):
        runner.run(example, out=said.append)
    return "".join(said)


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_are_true(name: str) -> None:
    assert failures(import_or_skip(name)) == ""


def test_a_wrong_example_fails_and_a_right_one_does_not() -> None:
    module = ModuleType("planted", ">>> 1 + 1\n2\n")
    assert failures(module) == ""
    module.__doc__ = ">>> 1 + 1\n3\n"
    assert "Expected:" in failures(module)


def test_a_missing_module_is_only_skipped_for_optional_frameworks() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_or_skip("backproof.no_such_module")
    with pytest.raises(ModuleNotFoundError):
        import_or_skip("backproof.adapters.no_such_module")
