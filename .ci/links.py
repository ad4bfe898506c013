"""Makes `.dev/backproof/`, the package as editors and type checkers can read it: `python .ci/links.py`.

The distribution maps the folders at the top of the repository to places in the package; what reads files without
importing them does not see through that. `.dev/backproof/` is the same tree, of links. Run it again after a file of
`api/` was added or removed; everything else is seen through the links of folders.
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def links(folders: Mapping[str, str], root: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each link of the tree and the file or folder that it leads to.

    A package whose folder lies in that of the package above it is seen through the link of that one. A package that
    holds others from elsewhere is a folder of its own, with a link for each of its entries.

    Args:
        folders: `package-dir` of the project's settings: the packages with their folders, relative to the root.
        root: the repository.
    """
    apart = {package for package in folders if not _lies_above(package, folders)}
    for package in sorted(apart):
        place = Path(*package.split("."))
        if not any(other.startswith(f"{package}.") for other in apart):
            yield place, root / folders[package]
            continue
        for entry in sorted((root / folders[package]).iterdir()):
            if entry.name != "__pycache__":
                yield place / entry.name, entry


def _lies_above(package: str, folders: Mapping[str, str]) -> bool:
    above, _, name = package.rpartition(".")
    return above in folders and folders[package] == f"{folders[above]}/{name}"


def make(target: Path, root: Path = ROOT) -> int:
    """Make the links below a folder, and remove those that are no longer wanted; returns how many there are."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {target / place: to for place, to in links(settings["tool"]["setuptools"]["package-dir"], root)}
    for old in [path for path in target.rglob("*") if path.is_symlink()]:
        if old not in wanted or old.readlink() != wanted[old]:
            old.unlink()
    for place, to in wanted.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_symlink():
            place.symlink_to(to, target_is_directory=to.is_dir())
    return len(wanted)


if __name__ == "__main__":
    made = make(ROOT / ".dev")
    print(f".dev/backproof: {made} links; editors and type checkers look for the package in .dev")
    sys.exit(0)
