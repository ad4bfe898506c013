"""`.dev/backproof/` shows the package to what reads files without importing them."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

from .house import ROOT, installed_path, sources


@pytest.fixture(scope="module")
def links() -> ModuleType:
    spec = importlib.util.spec_from_file_location("links", ROOT / ".ci" / "links.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small repository, mapped as this one is."""
    for name in ("api/cli.py", "api/commands/list.py", "specs/case.py", "specs/kinds/layer.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n")
    lines = [
        '[tool.setuptools.package-dir]\n"backproof" = "api"\n"backproof.commands" = "api/commands"\n',
        '"backproof.specs" = "specs"\n"backproof.specs.kinds" = "specs/kinds"\n',
    ]
    (tmp_path / "pyproject.toml").write_text("".join(lines))
    return tmp_path


def seen(target: Path) -> set[str]:
    found = (Path(folder, name) for folder, _, names in os.walk(target, followlinks=True) for name in names)
    return {path.relative_to(target).as_posix() for path in found}


def test_every_module_lies_where_it_is_imported_from(links: ModuleType, tmp_path: Path) -> None:
    links.make(tmp_path)
    lost = [path for path in sources() if not (tmp_path / installed_path(path)).samefile(ROOT / path)]
    assert lost == []


def test_the_tree_holds_what_the_packages_hold(links: ModuleType, repository: Path) -> None:
    assert links.make(repository / ".dev", repository) == 3
    files = {"cli.py", "commands/list.py", "specs/case.py", "specs/kinds/layer.py"}
    assert seen(repository / ".dev") == {f"backproof/{name}" for name in files}


def test_making_it_again_follows_the_repository(links: ModuleType, repository: Path) -> None:
    links.make(repository / ".dev", repository)
    (repository / "api" / "cli.py").rename(repository / "api" / "console.py")
    (repository / "specs" / "new.py").touch()
    links.make(repository / ".dev", repository)
    files = {"console.py", "commands/list.py", "specs/case.py", "specs/new.py", "specs/kinds/layer.py"}
    assert seen(repository / ".dev") == {f"backproof/{name}" for name in files}


def test_nothing_is_written_into_the_packages(links: ModuleType, repository: Path) -> None:
    before = seen(repository)
    links.make(repository / ".dev", repository)
    assert {name for name in seen(repository) if not name.startswith(".dev/")} == before


def test_git_ignores_it() -> None:
    assert ".dev/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
