"""`backproof train`: what it says and writes, how it refuses, and that nothing saved is ever lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from backproof.commands import training
from backproof.commands.train import MODELS
from backproof.framework.checkpoints import load_checkpoint, save_checkpoint
from backproof.framework.data import delayed_recall
from backproof.framework.training import RECIPES, NetworkUser
from backproof.sandbox import launch
from backproof.threads import THREADS

from .running import run

COMMAND = [sys.executable, "-P", "-m", "backproof", "train"]


@pytest.fixture(autouse=True)
def short_epochs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Fewer and shorter sequences, in this process; the current folder is a fresh one."""
    monkeypatch.chdir(tmp_path)
    small = {"delay": 2, "length": 6, "sequences": (30, 5, 5)}
    for name in ("rnn", "lstm"):
        recipe = RECIPES[name]
        monkeypatch.setitem(vars(recipe), "generated", lambda seed: delayed_recall(**small, seed=seed))
    handler = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is handler


def test_every_model_has_its_recipe() -> None:
    assert tuple(RECIPES) == MODELS


def test_it_trains_reports_and_writes(tmp_path: Path) -> None:
    ran = run("train", "rnn", "--epochs", "3", "--seed", "1")
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == (
        "rnn on delayed recall of 4 symbols after 2 of 6 steps: 30 to train, 5 to validate, 5 to test; seed 1"
    )
    assert [line.split()[0] for line in lines[1:7]] == ["train", "epoch", "1/3", "2/3", "3/3", "test"]
    saved = load_checkpoint("backproof-rnn/checkpoint.npz").metadata
    for line, epoch in zip(lines[3:6], saved["history"], strict=True):
        loss, error, percent, validation_loss, validation_error, _ = line.split()[1:]
        assert percent == "%"
        assert [float(loss), float(validation_loss)] == [
            pytest.approx(epoch[name], abs=6e-5) for name in ("train_loss", "validation_loss")
        ]
        assert [float(error), float(validation_error)] == [
            pytest.approx(100 * epoch[name], abs=6e-3) for name in ("train_error", "validation_error")
        ]
    assert lines[7] == "saved backproof-rnn/checkpoint.npz and backproof-rnn/loss.svg"
    assert all(len(line) <= 80 for line in lines[1:])
    picture = ET.parse("backproof-rnn/loss.svg").getroot()
    assert picture.findtext("{http://www.w3.org/2000/svg}title", "").startswith("rnn on delayed recall")
    assert sorted(path.name for path in (tmp_path / "backproof-rnn").iterdir()) == ["checkpoint.npz", "loss.svg"]


def test_what_was_trained_can_be_used() -> None:
    assert run("train", "lstm", "--epochs", "1", "--out", "deep/er").status == 0
    assert NetworkUser("deep/er/checkpoint.npz").probabilities(np.eye(4)).shape == (4, 5)


def test_a_resumed_training_writes_the_very_file_of_an_uninterrupted_one() -> None:
    assert run("train", "rnn", "--epochs", "3", "--out", "whole").status == 0
    assert run("train", "rnn", "--epochs", "1", "--out", "parts").status == 0
    assert Path("whole/checkpoint.npz").read_bytes() != Path("parts/checkpoint.npz").read_bytes()
    ran = run("train", "rnn", "--epochs", "3", "--out", "parts", "--resume")
    assert "resumed in epoch 2 of 3, after 0 of its batches" in ran.out
    for name in ("checkpoint.npz", "loss.svg"):
        assert Path("whole", name).read_bytes() == Path("parts", name).read_bytes()


def test_resuming_what_is_done_tests_again() -> None:
    first = run("train", "rnn", "--epochs", "2")
    content = Path("backproof-rnn/checkpoint.npz").read_bytes()
    again = run("train", "rnn", "--epochs", "2", "--resume")
    assert again.status == 0
    assert "all 2 epochs are done; --epochs N with a larger N goes on" in again.out
    assert again.out.splitlines()[-2:] == first.out.splitlines()[-2:]
    assert Path("backproof-rnn/checkpoint.npz").read_bytes() == content


def test_the_time_limit_stops_and_saves() -> None:
    ran = run("train", "rnn", "--epochs", "2", "--time-limit", "0")
    assert ran.status == 0
    assert ran.out.splitlines()[-1] == (
        "the time is up in epoch 1 of 2, after 0 of 30 batches: saved backproof-rnn/checkpoint.npz; --resume goes on "
        "from there"
    )
    assert run("train", "rnn", "--epochs", "2", "--resume").status == 0
    assert run("train", "rnn", "--epochs", "2", "--out", "whole").status == 0
    assert Path("whole/checkpoint.npz").read_bytes() == Path("backproof-rnn/checkpoint.npz").read_bytes()


def test_an_interruption_between_two_batches_saves_there(monkeypatch: pytest.MonkeyPatch) -> None:
    learn, count = training.NetworkTrainer._learn_batch, iter(range(1000))

    def interrupted(self: training.NetworkTrainer) -> None:
        if next(count) == 40:
            signal.raise_signal(signal.SIGINT)
        learn(self)

    monkeypatch.setattr(training.NetworkTrainer, "_learn_batch", interrupted)
    ran = run("train", "rnn", "--epochs", "3")
    assert ran.status == 130
    assert ran.out.splitlines()[-1] == (
        "interrupted in epoch 2 of 3, after 11 of 30 batches: saved backproof-rnn/checkpoint.npz and "
        "backproof-rnn/loss.svg; --resume goes on from there"
    )
    resumed = run("train", "rnn", "--epochs", "3", "--resume")
    assert resumed.status == 0
    assert "resumed in epoch 2 of 3, after 11 of its batches" in resumed.out
    assert run("train", "rnn", "--epochs", "3", "--out", "whole").status == 0
    assert Path("whole/checkpoint.npz").read_bytes() == Path("backproof-rnn/checkpoint.npz").read_bytes()


def test_a_second_interruption_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("train", "rnn", "--epochs", "1").status == 0
    content = Path("backproof-rnn/checkpoint.npz").read_bytes()

    def twice(self: training.NetworkTrainer) -> None:
        for _ in range(2):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(training.NetworkTrainer, "_learn_batch", twice)
    ran = run("train", "rnn", "--epochs", "3", "--resume")
    assert (ran.status, ran.err) == (130, "backproof: interrupted\n")
    assert Path("backproof-rnn/checkpoint.npz").read_bytes() == content


def test_ctrl_c_in_a_terminal(tmp_path: Path) -> None:
    command = [*COMMAND, "rnn", "--epochs", "100000", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            while "1/100000" not in (line := process.stdout.readline()):
                assert line, process.stderr and process.stderr.read()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, err) == (130, "")
    assert "interrupted in epoch" in out
    assert "checkpoint.npz and " in out.splitlines()[-1]
    checkpoint = load_checkpoint(tmp_path / "out" / "checkpoint.npz")
    assert len(checkpoint.metadata["history"]) >= 1
    NetworkUser(checkpoint.path)


KILLED = """
import os, sys, time
import backproof.framework.checkpoints.archive as archive
from backproof.cli import main

write_array, saves = archive.np.lib.format.write_array, 0

def slow(entry, array, **options):
    if saves == 2:  # in the midst of the second checkpoint
        entry.write(b"half")
        print("stalled", flush=True)
        time.sleep(60)
    write_array(entry, array, **options)

write_archive = archive.write_archive
def counted(*arguments):
    global saves
    saves += 1
    write_archive(*arguments)

archive.np.lib.format.write_array = slow
import backproof.framework.checkpoints.checkpoint as checkpoint
checkpoint.write_archive = counted
main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name != "posix", reason="no SIGKILL on this system")
def test_a_training_that_is_killed_amid_a_write_can_be_resumed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["train", "rnn", "--epochs", "2", "--out", str(out)]
    with subprocess.Popen(
        [sys.executable, "-P", "-c", KILLED, *arguments], stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout is not None
        while "stalled" not in (line := killed.stdout.readline()):
            assert line
        killed.kill()
        assert killed.wait(30) == -signal.SIGKILL
    assert len(load_checkpoint(out / "checkpoint.npz").metadata["history"]) == 1
    assert len(list(out.iterdir())) == 2  # the torn file lies beside it
    command = [*COMMAND, "rnn", "--epochs", "2", "--out"]
    subprocess.run([*command, str(out), "--resume"], check=True, capture_output=True, timeout=120)
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True, timeout=120)
    assert sorted(path.name for path in out.iterdir()) == ["checkpoint.npz", "loss.svg"]
    assert (out / "checkpoint.npz").read_bytes() == (tmp_path / "whole" / "checkpoint.npz").read_bytes()


def test_nothing_is_overwritten_unasked() -> None:
    assert run("train", "rnn", "--epochs", "1").status == 0
    content = Path("backproof-rnn/checkpoint.npz").read_bytes()
    ran = run("train", "rnn", "--epochs", "2")
    assert ran.status == 2
    assert ran.err == (
        "backproof: backproof-rnn/checkpoint.npz exists already; --resume goes on from it, --out FOLDER starts in "
        "another folder\n"
    )
    assert Path("backproof-rnn/checkpoint.npz").read_bytes() == content


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rnn", "--resume"), "--resume: there is no backproof-rnn/checkpoint.npz; leave --resume out to start"),
        (("rnn", "--batch", "4"), "--batch: rnn takes one sequence at a time; leave --batch out"),
        (("rnn", "--data", "digits"), "the data of this model are generated, but digits was named; name no data"),
        (("mlp", "--data", "none"), "none: no such file or folder; name mnist.pkl.gz or the folder of the four IDX"),
        (("rnn", "--out", "file/folder"), "file/folder cannot be written: Not a directory; name another --out"),
        (("rnn", "--out", "file"), "file cannot be written: File exists; name another --out"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "file").touch()
    ran = run("train", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "arguments",
    [
        *(("rnn", option, value) for option in ("--epochs", "--batch") for value in ("0", "-1", "1.5", "many")),
        ("rnn", "--seed", "-1"),
        *(("rnn", "--time-limit", value) for value in ("-1", "soon", "nan", "inf")),
        ("vgg",),
        (),
    ],
)
def test_bad_options_are_usage_errors(arguments: tuple[str, ...]) -> None:
    ran = run("train", *arguments)
    assert ran.status == 2
    assert "usage: backproof train" in ran.err


def test_resuming_changes_no_setting() -> None:
    assert run("train", "rnn", "--epochs", "1", "--seed", "3").status == 0
    ran = run("train", "rnn", "--resume", "--seed", "4")
    assert ran.status == 2
    assert "--seed is 4, but backproof-rnn/checkpoint.npz was trained with 3; --resume cannot change that" in ran.err
    ran = run("train", "lstm", "--resume", "--out", "backproof-rnn")
    assert "MODEL is lstm, but backproof-rnn/checkpoint.npz was trained with rnn" in ran.err
    assert run("train", "rnn", "--resume", "--seed", "3", "--epochs", "2").status == 0


def test_checkpoints_of_others_and_damaged_ones_are_refused() -> None:
    assert run("train", "rnn", "--epochs", "1").status == 0
    path = Path("backproof-rnn/checkpoint.npz")
    content = path.read_bytes()
    network = NetworkUser(path).network
    path.write_bytes(content[: len(content) // 2])
    ran = run("train", "rnn", "--resume")
    assert (ran.status, ran.out) == (2, "")
    assert "expected a checkpoint, found a damaged file or another one" in ran.err
    for metadata in ({}, {"description": {"settings": {"model": "rnn"}}}, {"description": 3}):
        save_checkpoint(path, network, metadata)
        ran = run("train", "rnn", "--resume")
        assert (ran.status, ran.out) == (2, "")
        assert "was not written by `backproof train`; name another --out" in ran.err
    metadata = {"description": {"settings": {"model": "rnn", "data": None, "batch": None, "seed": "zero"}}}
    save_checkpoint(path, network, metadata)
    assert "rnn cannot be trained with that: seed='zero'" in run("train", "rnn", "--resume").err


def test_a_training_that_diverges_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("train", "rnn", "--epochs", "1").status == 0

    def diverge(self: training.NetworkTrainer) -> None:
        raise training.DivergenceError("the loss of batch 31, in epoch 2, is nan; take a smaller learning rate")

    monkeypatch.setattr(training.NetworkTrainer, "_learn_batch", diverge)
    ran = run("train", "rnn", "--epochs", "2", "--resume")
    assert ran.status == 1
    assert ran.err == (
        "backproof: the loss of batch 31, in epoch 2, is nan; take a smaller learning rate; the last checkpoint is "
        "backproof-rnn/checkpoint.npz\n"
    )


def test_real_data_are_learned_from_files_that_may_move(tmp_path: Path) -> None:
    from .mnist_folder import write_mnist

    write_mnist(tmp_path / "mnist")
    ran = run("train", "mlp", "--data", "mnist", "--batch", "4", "--epochs", "1")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("mlp on mnist: 20 to train, 4 to validate, 6 to test; seed 0")
    (tmp_path / "mnist").rename(tmp_path / "moved")
    ran = run("train", "mlp", "--resume", "--epochs", "2")
    assert ran.status == 2
    assert "mnist: no such file or folder" in ran.err
    assert run("train", "mlp", "--resume", "--epochs", "2", "--data", "moved").status == 0
    write_mnist(tmp_path / "other", seed=5)
    ran = run("train", "mlp", "--resume", "--epochs", "3", "--data", "other")
    assert ran.status == 2
    assert "name the same data, seed and batch size, or start afresh" in ran.err


def test_a_missing_scikit_learn_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sklearn", "sklearn.datasets"):
        monkeypatch.setitem(sys.modules, module, None)
    ran = run("train", "lenet")
    assert (ran.status, ran.out) == (2, "")
    assert "install it with: pip install 'backproof[data]'" in ran.err


@pytest.mark.parametrize("asked", [None, "2"])
def test_one_thread_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch, asked: str | None) -> None:
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    if asked is not None:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", asked)
    seen: dict[str, str | None] = {}

    def train(options: object) -> int:
        del options
        seen.update({name: os.environ.get(name) for name in THREADS})
        return 0

    monkeypatch.setattr(training, "train", train)
    assert run("train", "rnn").status == 0
    assert seen == {**dict.fromkeys(THREADS, "1"), "OPENBLAS_NUM_THREADS": asked or "1"}


def test_the_help_starts_at_once() -> None:
    code = "import sys; from backproof.cli import main\ntry: main(['train', '--help'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"numpy", "rich", "backproof.framework"}


def test_the_progress_bar_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "━" not in run("train", "rnn", "--epochs", "2").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = run("train", "rnn", "--epochs", "4", "--resume").out
    assert "━" in shown
    assert "/120" in shown  # batches of all epochs


def test_workers_are_told_by_the_same_variables() -> None:
    assert launch.THREADS == THREADS  # twice, because the sandbox may not read this room, and loads NumPy
