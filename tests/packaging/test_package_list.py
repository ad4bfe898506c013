"""The packages and data files that `pyproject.toml` lists by hand are those of the tree."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePosixPath

from .house import ROOMS, files_below, installed_path, package_name, project_settings

SETUPTOOLS = project_settings()["tool"]["setuptools"]


def room_files() -> list[PurePosixPath]:
    return [path for room in ROOMS for path in files_below(room)]


def unlisted_packages(files: list[PurePosixPath], listed: list[str]) -> set[str]:
    return {package_name(path) for path in files if path.suffix == ".py"} ^ set(listed)


def unshipped_data(files: list[PurePosixPath], patterns: dict[str, list[str]]) -> list[PurePosixPath]:
    """Files that are neither Python nor a page for readers of the repository, and that no pattern ships."""
    data = [path for path in files if path.suffix not in {".py", ".md"}]
    return [path for path in data if not any(fnmatch(path.name, p) for p in patterns.get(package_name(path), []))]


def test_every_package_is_listed() -> None:
    assert unlisted_packages(room_files(), SETUPTOOLS["packages"]) == set()


def test_every_package_lies_where_the_list_says() -> None:
    folders = {package_name(path): str(path.parent) for path in room_files() if path.suffix == ".py"}
    assert SETUPTOOLS["package-dir"] == folders


def test_every_folder_of_python_files_is_a_regular_package() -> None:
    files = set(room_files())
    folders = {path.parent for path in files if path.suffix == ".py"}
    assert [folder for folder in sorted(folders) if folder / "__init__.py" not in files] == []


def test_every_data_file_is_shipped() -> None:
    assert unshipped_data(room_files(), SETUPTOOLS["package-data"]) == []


def test_the_checks_above_see_what_is_missing() -> None:
    listed = PurePosixPath("framework/layers/dropout.py")
    assert unlisted_packages([listed], ["backproof.framework.layers"]) == set()
    assert unlisted_packages([listed], []) == {"backproof.framework.layers"}
    assert unlisted_packages([], ["backproof.gone"]) == {"backproof.gone"}
    page = PurePosixPath("reports/page.html.j2")
    assert unshipped_data([page, PurePosixPath("reports/README.md")], {"backproof.reports": ["*.j2"]}) == []
    assert unshipped_data([page], {"backproof.specs": ["*.j2"]}) == [page]


def test_the_front_door_is_the_package_itself() -> None:
    assert installed_path(PurePosixPath("api/cli.py")) == PurePosixPath("backproof/cli.py")
    assert installed_path(PurePosixPath("specs/dropout.py")) == PurePosixPath("backproof/specs/dropout.py")
