"""`backproof dispatch`: complete submissions are packed, others are refused with a list."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from .running import run
from .submissions import EXAMPLE

STAGE_1 = {
    "Layers/__init__.py",
    "Layers/Base.py",
    "Layers/FullyConnected.py",
    "Layers/ReLU.py",
    "Layers/SoftMax.py",
    "Optimization/__init__.py",
    "Optimization/Loss.py",
    "Optimization/Optimizers.py",
    "NeuralNetwork.py",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    shutil.copytree(EXAMPLE / "src_to_implement", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def names_in(archive: Path) -> set[str]:
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        return set(packed.namelist())


def python_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}


def test_a_complete_submission_is_packed_under_the_names_of_its_root(source: Path, tmp_path: Path) -> None:
    output = tmp_path / "submission.zip"
    ran = run("dispatch", "-i", tmp_path, "-o", output)  # the root lies one folder down
    assert ran.status == 0, ran.err
    assert "complete for stage3" in ran.out
    assert names_in(output) == python_files(source)
    assert "Layers/Dropout.py" in names_in(output)


def test_what_was_packed_can_be_unpacked_and_is_the_same_submission(source: Path, tmp_path: Path) -> None:
    run("dispatch", "-i", source, "-o", tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        packed.extractall(tmp_path / "unpacked")
    for name in python_files(source):
        assert (tmp_path / "unpacked" / name).read_bytes() == (source / name).read_bytes()


def test_the_bytes_depend_on_the_files_alone(source: Path, tmp_path: Path) -> None:
    assert run("dispatch", "-i", source, "-o", tmp_path / "a.zip").status == 0
    elsewhere = shutil.copytree(source, tmp_path / "elsewhere" / "other")
    os.utime(elsewhere / "NeuralNetwork.py", (1e9, 1e9))
    (elsewhere / "NeuralNetwork.py").chmod(0o755)
    assert run("dispatch", "-i", elsewhere, "-o", tmp_path / "b.zip").status == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    (elsewhere / "NeuralNetwork.py").write_text((elsewhere / "NeuralNetwork.py").read_text() + "\n")
    assert run("dispatch", "-i", elsewhere, "-o", tmp_path / "c.zip").status == 0
    assert (tmp_path / "c.zip").read_bytes() != (tmp_path / "b.zip").read_bytes()


def test_every_missing_file_is_listed_and_nothing_is_written(source: Path, tmp_path: Path) -> None:
    (source / "Layers" / "Dropout.py").unlink()
    (source / "Optimization" / "Constraints.py").unlink()
    output = tmp_path / "submission.zip"
    ran = run("dispatch", "-i", source, "-o", output)
    assert ran.status == 1
    assert "Layers/Dropout.py, with class Dropout" in ran.err
    assert "Optimization/Constraints.py, with class L1_Regularizer and class L2_Regularizer" in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["src"]


def test_a_class_that_its_file_lacks_is_listed(source: Path, tmp_path: Path) -> None:
    path = source / "Optimization" / "Optimizers.py"
    path.write_text(path.read_text().replace("class Adam", "class Unfinished"))
    ran = run("dispatch", "-i", source, "-o", tmp_path / "a.zip")
    assert ran.status == 1
    assert "Optimization/Optimizers.py: there is no class Adam in it" in ran.err


def test_what_cannot_be_parsed_or_imported_is_listed(source: Path, tmp_path: Path) -> None:
    (source / "Layers" / "Base.py").unlink()
    (source / "Layers" / "ReLU.py").write_text("class ReLU:\n    def forward(\n")
    ran = run("dispatch", "-i", source, "-o", tmp_path / "a.zip")
    assert ran.status == 1
    assert "Layers/ReLU.py cannot be parsed: line 2" in ran.err
    assert "Layers/Base.py, which Layers/" in ran.err
    assert "Helpers" not in ran.err  # the course supplies it


def test_optional_components_may_be_missing(source: Path, tmp_path: Path) -> None:
    (source / "Layers" / "LSTM.py").unlink()
    assert run("dispatch", "-i", source, "-o", tmp_path / "a.zip").status == 0


def test_an_earlier_stage_is_complete_by_itself_and_lacks_what_a_later_one_needs(source: Path, tmp_path: Path) -> None:
    for name in python_files(source) - STAGE_1:
        (source / name).unlink()
    optimizers = source / "Optimization" / "Optimizers.py"
    optimizers.write_text(optimizers.read_text().partition("class SgdWithMomentum")[0])
    ran = run("dispatch", "-i", source, "-o", tmp_path / "a.zip")
    assert ran.status == 0, ran.err
    assert "complete for stage1" in ran.out
    later = run("dispatch", "-i", source, "-o", tmp_path / "b.zip", "--stage", "stage2")
    assert later.status == 1
    assert "Layers/Conv.py, with class Conv" in later.err
    unknown = run("dispatch", "-i", source, "-o", tmp_path / "b.zip", "--stage", "stage4")
    assert (unknown.status, "there are: stage1, stage2, stage3" in unknown.err) == (2, True)


def test_litter_secrets_and_links_stay_out(source: Path, tmp_path: Path) -> None:
    clean = python_files(source)
    for name in (".git/hooks/a.py", "venv/b.py", "mine/pyvenv.cfg", "mine/lib/c.py", "Layers/__pycache__/d.py"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("x = 1\n")
    for name in (".env", "Layers/.#ReLU.py", "log.txt", "api_token.py", "Layers/ReLU.py~", "Layers/ReLU.pyc"):
        (source / name).write_text("x = 1\n")
    outside = tmp_path / "private.py"
    outside.write_text("x = 1\n")
    (source / "linked.py").symlink_to(outside)
    ran = run("dispatch", "-i", source, "-o", source / "submission.zip")
    assert ran.status == 0, ran.err
    assert names_in(source / "submission.zip") == clean
    assert "api_token.py is left out" in ran.out
    assert "linked.py is left out" in ran.out


def test_a_tokenizer_is_no_secret(source: Path, tmp_path: Path) -> None:
    (source / "tokenizer.py").write_text("x = 1\n")
    run("dispatch", "-i", source, "-o", tmp_path / "a.zip")
    assert "tokenizer.py" in names_in(tmp_path / "a.zip")


def test_an_archive_is_overwritten_only_by_force(source: Path, tmp_path: Path) -> None:
    output = tmp_path / "submission.zip"
    output.write_text("mine")
    ran = run("dispatch", "-i", source, "-o", output)
    assert (ran.status, output.read_text()) == (2, "mine")
    assert "--force" in ran.err
    assert run("dispatch", "-i", source, "-o", output, "--force").status == 0
    assert zipfile.is_zipfile(output)


def test_an_incomplete_submission_leaves_the_old_archive(source: Path, tmp_path: Path) -> None:
    output = tmp_path / "submission.zip"
    output.write_text("mine")
    (source / "Layers" / "Dropout.py").unlink()
    assert run("dispatch", "-i", source, "-o", output, "--force").status == 1
    assert output.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["-i", "nowhere"], 3, "there is no folder nowhere"),
        (["-i", "empty"], 3, "there is no submission in"),
        (["-i", "src", "-o", "nowhere/a.zip"], 2, "there is no folder nowhere"),
        (["-i", "src", "-o", "empty"], 2, "is no file"),
    ],
)
def test_wrong_use(source: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, text: str) -> None:
    (source.parent / "empty").mkdir()
    monkeypatch.chdir(source.parent)
    ran = run("dispatch", *arguments)
    assert (ran.status, text in ran.err) == (status, True), ran.err


def test_help_shows_how_it_is_used() -> None:
    ran = run("dispatch", "--help")
    assert ran.status == 0
    assert "backproof dispatch -i src -o submission.zip" in ran.out
