"""Which files are granted: everything that is needed, and nothing that holds the answers."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import backproof
from backproof import checks, framework, mistakes, reports, sandbox, specs

if sys.platform != "linux":
    pytest.skip("rules are made on Linux only", allow_module_level=True)

from backproof.sandbox.grants import without, worker_rules
from backproof.sandbox.landlock import LIST, READ, WRITE

SECRET = [Path(room.__path__[0]) for room in (checks, framework, mistakes, reports)]


def readable(rules: list[tuple[str, int]], path: Path) -> bool:
    return any(access & READ & ~LIST and path.is_relative_to(granted) for granted, access in rules)


def test_a_folder_without_closed_paths_is_granted_whole(tmp_path: Path) -> None:
    assert list(without(str(tmp_path), ["/elsewhere", f"{tmp_path}-2/closed"])) == [(str(tmp_path), READ)]


def test_closed_paths_are_cut_out(tmp_path: Path) -> None:
    for name in ("a/open", "a/closed/inner", "b"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a" / "file.py").touch()
    rules = dict(without(str(tmp_path), [str(tmp_path / "a" / "closed")]))
    assert rules == {
        str(tmp_path): LIST,
        str(tmp_path / "a"): LIST,
        str(tmp_path / "a" / "open"): READ,
        str(tmp_path / "a" / "file.py"): READ,
        str(tmp_path / "b"): READ,
    }


@pytest.mark.parametrize("target", ["closed", ".", "nowhere", "/"])
def test_links_are_not_followed(tmp_path: Path, target: str) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / target)
    assert list(without(str(tmp_path), [str(tmp_path / "closed")])) == [(str(tmp_path), LIST)]


def test_python_numpy_and_the_open_rooms_are_readable(tmp_path: Path) -> None:
    rules = worker_rules([], str(tmp_path))
    for module in (np, specs, sandbox, pytest):
        assert module.__file__ is not None
        assert readable(rules, Path(module.__file__).resolve())
    assert readable(rules, Path(backproof.__file__).resolve())
    assert readable(rules, Path(sys.modules["os"].__file__ or "").resolve())


@pytest.mark.parametrize("path", SECRET, ids=lambda path: path.name)
def test_the_closed_rooms_are_not(path: Path, tmp_path: Path) -> None:
    assert not readable(worker_rules([], str(tmp_path)), path)
    assert not readable(worker_rules([], str(tmp_path)), path / "__init__.py")


def test_a_submission_that_contains_the_house_does_not_open_it(tmp_path: Path) -> None:
    above = SECRET[0].parent
    rules = worker_rules([str(above)], str(tmp_path))
    assert not any(readable(rules, path / "__init__.py") for path in SECRET)
    others = [path for path in above.iterdir() if path.resolve() not in SECRET and path.is_dir()]
    assert any(readable(rules, path) for path in others)


def test_what_is_named_itself_is_granted(tmp_path: Path) -> None:
    rules = worker_rules([str(SECRET[1])], str(tmp_path))
    assert readable(rules, SECRET[1] / "__init__.py")
    assert not readable(rules, SECRET[0] / "__init__.py")


def test_only_the_temporary_folder_and_the_null_device_are_writable(tmp_path: Path) -> None:
    rules = worker_rules([], str(tmp_path))
    assert sorted(path for path, access in rules if access == WRITE) == sorted([str(tmp_path), "/dev/null"])


def test_a_house_that_is_installed_as_one_folder_is_cut_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a wheel lies in site-packages, beside other packages."""
    house = tmp_path / "site-packages" / "backproof"
    for name in ("numpy", "backproof/specs", "backproof/sandbox", "backproof/checks", "backproof/framework"):
        (tmp_path / "site-packages" / name).mkdir(parents=True)
    (house / "__init__.py").touch()
    (house / "cli.py").touch()
    monkeypatch.setattr(sys, "path", [str(house.parent)])
    monkeypatch.setattr("backproof.sandbox.grants._folders", lambda room: [str(house / room)] if room else [str(house)])
    rules = worker_rules([], str(tmp_path / "temporary"))
    assert readable(rules, house.parent / "numpy")
    assert readable(rules, house / "specs")
    assert not any(readable(rules, house / name) for name in ("checks", "framework", "cli.py"))
    assert (str(house), LIST) in rules
