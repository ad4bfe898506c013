"""The tree of the repository as the tests of this folder see it: rooms, files, module names."""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("adapters", "api", "checks", "framework", "mistakes", "reports", "specs", "sandbox")
DISTRIBUTION = "backproof"


def is_litter(path: PurePosixPath) -> bool:
    """Tell whether a path is left behind by tools: caches, build results, hidden folders."""
    return any(part == "__pycache__" or part.endswith(".egg-info") or part.startswith(".") for part in path.parts)


def files_below(folder: str, root: Path = ROOT) -> list[PurePosixPath]:
    """List the files below a folder, relative to the repository, without litter; the folder may itself be hidden."""
    base = root / folder
    found = [PurePosixPath(path.relative_to(base).as_posix()) for path in base.rglob("*") if path.is_file()]
    return sorted(folder / path for path in found if not is_litter(path))


def sources(folders: tuple[str, ...] = ROOMS, root: Path = ROOT) -> dict[PurePosixPath, str]:
    """Read every Python file below the folders."""
    paths = [path for folder in folders for path in files_below(folder, root) if path.suffix == ".py"]
    return {path: (root / path).read_text(encoding="utf-8") for path in paths}


def installed_path(path: PurePosixPath) -> PurePosixPath:
    """Map a file of a room to its place in the installed package: `api/` is `backproof/` itself."""
    room, *rest = path.parts
    return PurePosixPath(DISTRIBUTION, *([] if room == "api" else [room]), *rest)


def package_name(path: PurePosixPath) -> str:
    """Name the package that a room's file lies in, such as `backproof.framework.layers`."""
    return ".".join(installed_path(path).parent.parts)


def module_name(path: PurePosixPath) -> str:
    """Name the module that a room's Python file is, such as `backproof.framework.layers.dropout`."""
    return package_name(path) if path.stem == "__init__" else f"{package_name(path)}.{path.stem}"


def project_settings() -> dict[str, Any]:
    """Read `pyproject.toml`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
