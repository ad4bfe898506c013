"""The wheel holds the tree and nothing else, and works from anywhere without taking a generic name.

It is built from a fresh clone of what is committed: a `build/` folder left in the checkout would end up in the wheel.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from .house import DISTRIBUTION, ROOMS, ROOT, files_below, installed_path

pytestmark = pytest.mark.packaging

TIMEOUT_SECONDS = 300


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command as a user would: without the settings that keep the checkout off `sys.path` in our own tests."""
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONSAFEPATH", "PYTHONPATH"}}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, f"{command} in {cwd}: exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone of the repository's committed state."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed, so no fresh clone can be made")
    if not (ROOT / ".git").exists():
        pytest.skip(f"{ROOT} is not a git checkout, so no fresh clone can be made")
    head = subprocess.run([git, "rev-parse", "--verify", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    if head.returncode == 128 and b"dubious ownership" not in head.stderr:
        pytest.skip("nothing is committed yet, so a clone would be empty")
    folder = tmp_path_factory.mktemp("clone") / "checkout"
    run(git, "clone", "--quiet", ROOT, folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="session")
def wheel(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the clone, with the installed setuptools if it is recent enough, else in isolation."""
    folder = tmp_path_factory.mktemp("wheel")
    try:
        recent = int(importlib.metadata.version("setuptools").partition(".")[0]) >= 77
    except importlib.metadata.PackageNotFoundError:
        recent = False
    how = ["--no-build-isolation"] if recent else []
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", *how, "-w", folder, clone, cwd=folder)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel; the dependencies are borrowed from the running Python."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--quiet", "--python", python]
    run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    borrowed = folder / "borrowed"
    borrowed.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith((DISTRIBUTION, "__editable__")):  # nothing of an installation of our own
            (borrowed / entry.name).symlink_to(entry)
    (site_packages(folder) / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    return folder


def site_packages(environment: Path) -> Path:
    return Path(sysconfig.get_path("purelib", scheme="venv", vars={"base": str(environment)}))


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """A folder whose owner took the names of two of our rooms."""
    for name in ("framework", "reports"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"OWNER = 'submission'\nNAME = {name!r}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(params=["another folder", "the checkout", "a submission"])
def place(
    request: pytest.FixtureRequest, clone: Path, submission: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Where a command is started."""
    places = {"the checkout": clone, "a submission": submission}
    return places.get(request.param) or tmp_path_factory.mktemp("elsewhere")


def test_the_wheel_holds_the_tree_and_nothing_else(clone: Path, wheel: Path) -> None:
    tree = {installed_path(path) for room in ROOMS for path in files_below(room, clone) if path.suffix != ".md"}
    names = [PurePosixPath(name) for name in zipfile.ZipFile(wheel).namelist()]
    shipped = {name for name in names if not name.parts[0].endswith(".dist-info")}
    assert sorted(tree - shipped) == [], "in the tree, but not in the wheel; see [tool.setuptools] in pyproject.toml"
    assert sorted(shipped - tree) == [], "in the wheel, but not in the tree"


def test_the_wheel_takes_one_name(wheel: Path) -> None:
    tops = {PurePosixPath(name).parts[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {DISTRIBUTION}
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_rooms_cannot_be_imported_by_their_bare_names(environment: Path) -> None:
    code = (
        "import importlib.util, sys\n"
        "sys.path.append(sys.argv[1])\n"  # the distribution alone: -I and -S keep everything else away
        "assert importlib.util.find_spec('backproof') is not None\n"
        "print([name for name in sys.argv[2:] if importlib.util.find_spec(name) is not None])\n"
    )
    python = environment / "bin" / "python"
    assert run(python, "-I", "-S", "-c", code, site_packages(environment), *ROOMS, cwd=environment).strip() == "[]"


def test_import_finds_the_installed_package(environment: Path, place: Path) -> None:
    code = "import backproof, backproof.framework; print(backproof.__file__); print(backproof.framework.__file__)"
    own = site_packages(environment) / DISTRIBUTION
    files = run(environment / "bin" / "python", "-c", code, cwd=place).split()
    assert files == [str(own / "__init__.py"), str(own / "framework" / "__init__.py")]


def test_the_module_runs(environment: Path, place: Path) -> None:
    assert "backproof" in run(environment / "bin" / "python", "-m", DISTRIBUTION, "--help", cwd=place)


def test_the_console_script_runs(environment: Path, place: Path) -> None:
    assert "backproof" in run(environment / "bin" / DISTRIBUTION, "--help", cwd=place)


def test_pytest_loads_the_plugin(environment: Path, tmp_path: Path) -> None:
    test = "def test_plugin(pytestconfig):\n    assert pytestconfig.pluginmanager.hasplugin('backproof')\n"
    (tmp_path / "test_plugin.py").write_text(test, encoding="utf-8")
    python = environment / "bin" / "python"
    assert "1 passed" in run(python, "-m", "pytest", "-q", "-W", "error", "--rootdir", tmp_path, cwd=tmp_path)


def test_a_submission_imports_its_own_packages(environment: Path, submission: Path) -> None:
    code = (
        "import backproof, backproof.framework, backproof.reports\n"
        "import framework, reports\n"
        "assert framework.OWNER == reports.OWNER == 'submission'\n"
        "assert backproof.framework is not framework and backproof.reports is not reports\n"
        "print(framework.NAME, reports.NAME)\n"
    )
    assert run(environment / "bin" / "python", "-c", code, cwd=submission).strip() == "framework reports"
