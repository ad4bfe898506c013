"""What cannot be carried out ends with one sentence and the right status: 2 for the request, 3 for the subject."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backproof.commands import checking as check_command
from backproof.commands import listing as list_command

from .running import check, process, run
from .submissions import BUGGY, EXAMPLE, submission


def one_sentence(text: str) -> str:
    """The text of a complaint, which is one line, begins with the program's name and is no traceback."""
    assert text.startswith("backproof: ")
    assert len(text.splitlines()) == 1
    return text


@pytest.mark.parametrize(
    ("arguments", "status"), [((EXAMPLE, "ReLU"), 0), ((BUGGY, "Sigmoid"), 1), (("builtin", "ReLU", "--direct"), 0)]
)
def test_the_status_follows_from_the_verdict(tmp_path: Path, arguments: tuple[str, ...], status: int) -> None:
    ran = check(*arguments, results=tmp_path / "results")
    assert ran.status == status
    assert ran.footer["verdict"] == ("conformant", "nonconformant")[status]
    assert ran.err == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--seed", "-1"), "seed=-1, but should be an integer from 0"),
        (("--seed", str(2**32)), "but should be an integer from 0 to 4294967295"),
        (("--jobs", "-1"), "jobs=-1, but should be"),
        (("--timeout", "0"), "timeout=0, but should be more than 0 seconds"),
        (("--timeout", "nan"), "timeout=nan"),
        (("--timeout", "inf"), "timeout=inf"),
        (("--direct", "--require", "complete"), "leave out --require or --direct"),
        (("--direct", "--results", "-"), "the subject prints to standard output as well; name a file"),
        (("--require", "Conf"), "there are: complete, stage1, stage2, stage3, Activation, BatchNormalization"),
        (("--course", "knitting"), "there is no course 'knitting'; there are: fau-exercises"),
        (("",), "a name is empty"),
        (("dropuot",), "nothing is called 'dropuot': did you mean Dropout?"),
        (("gradient.inptu",), "did you mean gradient.input? there are the layers Activation, BatchNormalization, Conv"),
        (("nonsense",), "the families contract"),
        (("TestDropot",), "has no test 'TestDropot'; there are: TestFullyConnected"),
        (("TestLeNet",), "TestLeNet: the subject has no LeNet; it has: BatchNormalization"),
        (("ReLU/nowhere/*",), "nothing is called 'ReLU/nowhere/*'"),
        (("ReLU/*/contract.views",), "level full asks for no such check; try --level strict"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_bad_request(arguments: tuple[str, ...], sentence: str) -> None:
    ran = run("check", EXAMPLE, *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert sentence in one_sentence(ran.err)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("check", "builtin", "--level", "easy"), "invalid choice: 'easy'"),
        (("check", "builtin", "--frobnicate"), "unrecognized arguments: --frobnicate"),
        (("check", "builtin", "--seed", "x"), "invalid int value: 'x'"),
        (("knit",), "invalid choice: 'knit'"),
        (("explain",), "the following arguments are required: NAME"),
        (("list", "--laws", "--frobnicate"), "unrecognized arguments"),
        (("check", "builtin", "--efort", "quick"), "did you mean --effort?"),
        (("check", "builtin", "--efort=quick", "--leval=core"), "did you mean --effort?; did you mean --level?"),
        (("list", "--lwas"), "did you mean --laws?"),
        (("report", "x", "--jnit", "y"), "did you mean --junit?"),
        (("mistakes", "--scroe"), "did you mean --score?"),
        (("--vresion", "list"), "did you mean --version?"),
    ],
    ids=" ".join,
)
def test_a_bad_command_line(arguments: tuple[str, ...], sentence: str) -> None:
    ran = run(*arguments)
    assert ran.status == 2
    assert ran.err.startswith("usage: backproof")
    assert sentence in ran.err


def test_without_a_command_there_is_help() -> None:
    ran = run()
    assert ran.status == 2
    assert ran.out == run("--help").out


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        ("nowhere", "there is no file or folder nowhere in "),
        ("nowhere.at.all", "no module of that name can be imported"),
        ("not a name", "there is no file or folder not a name in "),
        ("empty", "files such as Layers/FullyConnected.py"),
        ("data", "found broken.py, notes.py"),
        ("data/notes.py", "notes.py is no adapter module: it defines no function build(spec)"),
        ("data/broken.py", "broken.py cannot be parsed: line 1"),
        ("data/notes.txt", "is neither a folder nor a Python file"),
        ("notebook.ipynb", "notebook.ipynb is no notebook: it has no list of cells"),
        ("Dropout", "`backproof check FOLDER Dropout`, or `backproof check builtin Dropout`"),
        ("TestDropout", "names come after the subject"),
    ],
)
def test_a_subject_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subject: str, sentence: str
) -> None:
    for folder in ("empty", "data"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data" / "notes.py").write_text("x = 1\n")
    (tmp_path / "data" / "broken.py").write_text("def build(:\n")
    (tmp_path / "data" / "notes.txt").write_text("")
    (tmp_path / "notebook.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path)
    ran = run("check", subject)
    assert (ran.status, ran.out) == (3, "")
    assert sentence in one_sentence(ran.err)


def test_an_empty_subject_is_not_this_folder() -> None:
    ran = run("check", "")
    assert ran.status == 2
    assert "the subject is empty" in one_sentence(ran.err)


@pytest.mark.parametrize("name", ["dropout", "TestDropout"])
def test_a_layer_that_the_submission_lacks(tmp_path: Path, name: str) -> None:
    folder = submission(tmp_path / "submission", {})
    (folder / "src_to_implement" / "Layers" / "Dropout.py").unlink()
    ran = run("check", folder, name)
    assert ran.status == 2
    assert f"{name}: the subject has no Dropout; it has: BatchNormalization, Conv, Flatten," in one_sentence(ran.err)

    required = check(folder, name, "--require", "Dropout", results=tmp_path / "results")
    assert (required.status, required.findings) == (1, [])
    assert "Dropout is required, but missing" in required.footer["reasons"]
    assert required.footer["missing"] == ["Dropout"]


@pytest.mark.parametrize(
    ("what", "reasons"),
    [
        ("sigmoid", []),
        ("complete", ["Dropout is required, but missing"]),
        ("tanh", ["TanH is required, but none of its checks is selected; leave out the names"]),
    ],
)
def test_what_is_required_must_be_there_and_be_checked(tmp_path: Path, what: str, reasons: list[str]) -> None:
    folder = submission(tmp_path / "submission", {})
    (folder / "src_to_implement" / "Layers" / "Dropout.py").unlink()
    ran = check(folder, "Sigmoid", "--require", what, results=tmp_path / "results")
    assert ran.status == bool(reasons)
    assert ran.footer["reasons"][:1] == reasons


def test_a_mistake_of_ours_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError("the floor is wet")

    monkeypatch.setattr(check_command, "opened", stumble)
    monkeypatch.setattr(list_command, "section", stumble)
    for arguments in (("check", str(EXAMPLE)), ("list", "--laws")):
        ran = run(*arguments)
        assert ran.status == 4
        sentence = one_sentence(ran.err)
        assert "harness error: RuntimeError: the floor is wet" in sentence
        assert "BACKPROOF_TRACEBACK=1" in sentence

    monkeypatch.setenv("BACKPROOF_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in run("list", "--laws").err


def test_as_a_process_it_is_the_same() -> None:
    ran = process("check", BUGGY, "Sigmoid", "-q")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.startswith("✗ nonconformant: ")
    assert process("check", "nowhere").returncode == 3


def test_a_reader_that_leaves_early_is_no_pass() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-P", "-m", "backproof", "check", "builtin", "ReLU", "-q", "--results", "-"]
    try:
        ran = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("option", ["--results", "--html"])
def test_a_full_disk(option: str) -> None:
    ran = run("check", "builtin", "ReLU/vector", "-q", option, "/dev/full")
    assert ran.status == 2
    assert "/dev/full cannot be written: No space left on device" in one_sentence(ran.err)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("explain", "relux"), "did you mean ReLU?"),
        (("list", "Dropuot"), "did you mean Dropout?"),
        (("watch", str(EXAMPLE), "Dropuot"), "did you mean Dropout?"),
        (("mistakes", "Dropuot"), "did you mean Dropout?"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_misspelt_name_gets_a_suggestion(arguments: tuple[str, ...], sentence: str) -> None:
    ran = run(*arguments)
    assert ran.status == 2
    assert sentence in one_sentence(ran.err)


@pytest.mark.skipif(os.name != "posix", reason="a pipe without a reader is reported otherwise")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "builtin", "ReLU"),
        ("check", "builtin", "ReLU", "--quiet"),
        ("check", "builtin", "ReLU", "--verbose"),
        ("check", "builtin", "ReLU", "--results", "-"),
        ("check", "--help"),
        ("dispatch", "-i", str(EXAMPLE), "-o", "/dev/null/x.zip", "--help"),
        ("explain", "ReLU"),
        ("list",),
        ("list", "--laws"),
        ("mistakes",),
        ("report", "RESULTS"),
        ("--help",),
        ("--version",),
        (),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_nobody_reads_is_no_verdict(tmp_path: Path, arguments: tuple[str, ...], unbuffered: str) -> None:
    results = tmp_path / "results"
    if "RESULTS" in arguments:
        check("builtin", "Flatten", "--effort", "quick", results=results)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "backproof", *(str(results) if a == "RESULTS" else a for a in arguments)],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    finally:
        os.close(writer)
    assert (ran.returncode, ran.stderr) == (141, "")


@pytest.mark.parametrize("package", ["numpy", "scipy", "hypothesis", "rich"])
@pytest.mark.parametrize(
    "arguments", [("check", "builtin", "ReLU"), ("check", "builtin", "ReLU", "--direct"), ("list",)]
)
def test_a_package_that_is_missing_is_no_fault_of_the_harness(
    tmp_path: Path, package: str, arguments: tuple[str, ...]
) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(
        f"raise ModuleNotFoundError({f'No module named {package!r}'!r}, name={package!r})\n"
    )
    ran = process(*arguments, env={"PYTHONPATH": str(tmp_path)})
    if ran.returncode != 0:  # a command may do without it
        assert (ran.returncode, ran.stdout) == (2, "")
        assert f"{package} cannot be imported in {sys.executable}" in one_sentence(ran.stderr)
        assert f"-m pip install {package}" in ran.stderr
    else:
        assert package != "numpy" or arguments[0] != "check"
