"""Checkpoint files that are damaged, forged or something else are refused, and nothing in them is executed."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.framework.checkpoints import CheckpointError, load_checkpoint, save_checkpoint

from .small_networks import network


def saved(tmp_path: Path) -> bytes:
    net = network()
    net.train(1)
    save_checkpoint(tmp_path / "c.npz", net, {})
    return (tmp_path / "c.npz").read_bytes()


def test_a_truncated_file_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    content = saved(tmp_path)
    for length in (0, 1, 100, len(content) // 2, len(content) - 30, len(content) - 1):
        (tmp_path / "c.npz").write_bytes(content[:length])
        with pytest.raises(CheckpointError, match=r"c\.npz: expected a checkpoint, found a damaged file or another"):
            load_checkpoint(tmp_path / "c.npz")


def test_a_flipped_bit_is_refused_or_without_effect(tmp_path: Path) -> None:
    content = saved(tmp_path)
    whole = load_checkpoint(tmp_path / "c.npz")
    refused = 0
    for place in np.random.default_rng(0).integers(len(content), size=300):
        spoiled = bytearray(content)
        spoiled[place] ^= 1 << int(place % 8)
        (tmp_path / "c.npz").write_bytes(spoiled)
        try:
            found = load_checkpoint(tmp_path / "c.npz")
        except CheckpointError:
            refused += 1
        else:  # a date or another field of the archive that nobody reads
            assert found.state == whole.state
            assert {name: array.tobytes() for name, array in found.arrays.items()} == {
                name: array.tobytes() for name, array in whole.arrays.items()
            }
    assert refused > 200


def archive(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as written:
        for name, content in entries.items():
            written.writestr(name, content)
    return file.getvalue()


def npy(array: Any, *, pickled: bool = False) -> bytes:
    file = BytesIO()
    np.save(file, array, allow_pickle=pickled)
    return file.getvalue()


GOOD = b'{"format": "backproof checkpoint", "version": 1, "metadata": {}, "state": [[], [], []]}'
HUGE = npy(np.zeros(3)).replace(b"(3,)", b"(9999999999999,)")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (archive({"metadata.json": GOOD}, zipfile.ZIP_DEFLATED), "compressed or encrypted, but should be stored"),
        (archive({"metadata.json": GOOD, "a.npy": npy(np.array([None]), pickled=True)}), "an array of object"),
        (archive({"metadata.json": GOOD, "a.npy": HUGE}), "damaged file or another"),
        (
            archive({"metadata.json": GOOD, "a.npy": npy(np.ones(3))[:-1]}),
            r"an array of float64 and shape \(3,\) in 23",
        ),
        (archive({"metadata.json": GOOD, "a.npy": b"text"}), "damaged file or another"),
        (archive({"metadata.json": b"{"}), "damaged file or another"),
        (archive({"metadata.json": b"\xff\xfe"}), "damaged file or another"),
        (archive({"metadata.json": b"[" * 100_000}), "damaged file or another"),
        (archive({"metadata.json": b"[]"}), "expected a JSON object in metadata.json"),
        (archive({"metadata.json": b"{}"}), "expected a checkpoint of Backproof, found another archive"),
        (archive({"metadata.json": GOOD.replace(b"1", b"2")}), "expected version 1 of the format, found version 2"),
        (archive({"a.npy": npy(np.ones(1))}), r"found an archive without metadata\.json"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "c.npz").write_bytes(content)
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(tmp_path / "c.npz")


def test_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be read: No such file or directory"):
        load_checkpoint(tmp_path / "none.npz")
    with pytest.raises(CheckpointError, match="cannot be read: Is a directory"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"running_mean": ', '"forward_pass": '),
        ('"array": "layers.0.weights"', '"array": "layers.9.weights"'),
        ('"axes": [0, 1]', '"axes": [0, 0]'),
        ('"axes": [0, 1]', '"axes": ["a", 1]'),
        ('"class": "Dropout"', '"class": "Popen"'),
        ('"class": "Dropout"', '"klass": "Dropout"'),
        ('"bit_generator": "PCG64"', '"bit_generator": "MT19937"'),
        ('"inc": ', '"increment": '),
        ('"state": {"dict"', '"state": {"list"'),
        ('{"generator": ', '{"scalar": "layers.0.weights", "generator": '),
    ],
)
def test_a_forged_state_is_refused_and_sets_nothing(tmp_path: Path, old: str, new: str) -> None:
    saved(tmp_path)
    with zipfile.ZipFile(tmp_path / "c.npz") as file:
        entries = {name: file.read(name) for name in file.namelist()}
    text = entries["metadata.json"].decode()
    assert old in text
    entries["metadata.json"] = text.replace(old, new, 1).encode()
    (tmp_path / "c.npz").write_bytes(archive(entries))
    net = network()
    weights = net.layers[0].weights
    with pytest.raises(CheckpointError, match=r"c\.npz"):
        load_checkpoint(tmp_path / "c.npz").restore(net)
    assert net.layers[0].weights is weights
