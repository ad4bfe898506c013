"""MNIST from files: right ones are read, all others are named for what they are, none is executed."""

from __future__ import annotations

import gzip
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from backproof.framework.data import DataError, files, mnist
from backproof.framework.data import idx as idx_module
from backproof.framework.data import mnist as mnist_function
from backproof.framework.data.safe_pickle import UnsafePickle, load_arrays

from .mnist_files import NAMES, digits_of, idx, python_2_pickle, three_pairs, write_idx_folder, write_pickle


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_files_are_read(tmp_path: Path, suffix: str) -> None:
    data = mnist(write_idx_folder(tmp_path, suffix=suffix))
    images, labels = digits_of(1, 12)
    assert (data.name, data.input_shape, data.classes) == ("mnist", (1, 28, 28), 10)
    # The last sixth validates.
    assert [len(split.inputs) for split in (data.train, data.validation, data.test)] == [10, 2, 5]
    read = np.concatenate([data.train.inputs, data.validation.inputs])
    assert_array_equal(read[:, 0], images.astype(np.float32) / np.float32(255))
    assert_array_equal(np.concatenate([data.train.labels, data.validation.labels]).argmax(axis=1), labels)
    assert_array_equal(np.rint(data.test.inputs[:, 0, 0, 0] * 255), data.test.labels.argmax(axis=1))


def test_other_spellings_and_sizes_are_read(tmp_path: Path) -> None:
    write_idx_folder(tmp_path, side=20)
    for name in NAMES[:2]:
        (tmp_path / name).rename(tmp_path / name.replace("-idx", ".idx"))
    compressed = tmp_path / NAMES[2]
    compressed.write_bytes(gzip.compress(compressed.read_bytes()))  # gzip is recognised by content, not by name
    assert mnist(str(tmp_path)).input_shape == (1, 20, 20)


def spoil(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return apply


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (spoil(NAMES[0], lambda raw: raw[:-1]), r"train-images.*expected 9,408 bytes .*\(12, 28, 28\).*found 9,407"),
        (spoil(NAMES[0], lambda raw: raw + b"x"), r"train-images.*expected 9,408 bytes .*found 9,409"),
        (spoil(NAMES[0], lambda raw: raw[:7]), r"train-images.*expected an IDX file.*found 7 bytes that begin with"),
        (spoil(NAMES[1], lambda raw: b""), r"train-labels.*expected an IDX file.*with 1 axis, found an empty file"),
        (spoil(NAMES[1], lambda raw: b"PK\x03\x04" + raw), r"train-labels.*found 24 bytes that begin with b'PK"),
        (spoil(NAMES[2], lambda raw: idx(np.ones(3))), r"t10k-images.*with 3 axes, found 1 axes; are images and"),
        (
            spoil(NAMES[2], lambda raw: gzip.compress(raw)[:-20]),
            r"t10k-images.*expected a whole gzip file, found a tru",
        ),
        (spoil(NAMES[2], lambda raw: b"\x1f\x8bnonsense"), r"t10k-images.*expected a whole gzip file"),
        (spoil(NAMES[3], lambda raw: idx(np.full(5, 10))), r"t10k-labels.*class numbers from 0 to 9, found 10 to 10"),
        (spoil(NAMES[3], lambda raw: idx(np.ones(4))), r"t10k-labels.*expected 5 class numbers.*found uint8 of shape"),
        (
            lambda folder: (folder / NAMES[3]).unlink(),
            r"expected the four IDX files of MNIST, found no t10k-labels",
        ),
        # 2^32 - 1 images: the header's number is not believed, nothing is allocated for it.
        (
            spoil(NAMES[0], lambda raw: raw[:4] + b"\xff" * 12 + raw[16:]),
            r"train-images.*expected 79,228,162,458,924,105,385,300,197,375 bytes .* found 9,408",
        ),
    ],
)
def test_wrong_idx_files_are_named(tmp_path: Path, change: Callable[[Path], None], message: str) -> None:
    change(write_idx_folder(tmp_path))
    with pytest.raises(DataError, match=message):
        mnist(tmp_path)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_of_every_protocol_are_read(tmp_path: Path, protocol: int) -> None:
    assert_is_three_pairs(mnist(write_pickle(tmp_path / "mnist.pkl.gz", three_pairs(), protocol)))


@pytest.mark.parametrize("binary", [True, False])
def test_pickles_of_python_2_are_read(tmp_path: Path, binary: bool) -> None:
    content = python_2_pickle(three_pairs(), binary=binary)
    unpickled = pickle.loads(content, encoding="latin1")  # the writer is right: NumPy itself understands it
    assert_array_equal(unpickled[0][0], three_pairs()[0][0])
    (tmp_path / "mnist.pkl.gz").write_bytes(gzip.compress(content))
    assert_is_three_pairs(mnist(tmp_path))


def assert_is_three_pairs(data: Any) -> None:
    for split, (images, labels) in zip((data.train, data.validation, data.test), three_pairs(), strict=True):
        assert_array_equal(split.inputs.reshape(len(images), 784), images)
        assert split.inputs.shape[1:] == (1, 28, 28)
        assert_array_equal(split.labels.argmax(axis=1), labels)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_survive_whatever_their_layout(protocol: int) -> None:
    array = np.arange(24, dtype=">i4").reshape(2, 3, 4)
    layouts = [array, np.asfortranarray(array), array[:, ::2], array.astype(bool), np.float32([1.5])]
    for expected, found in zip(layouts, load_arrays(pickle.dumps(layouts, protocol)), strict=True):
        assert_array_equal(found, expected)
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)


class Hostile:
    """Runs a command of the file's choice when it is unpickled."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def test_a_hostile_pickle_is_not_executed(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    content = pickle.dumps(Hostile(os.mkdir, str(marker)))
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(content))
    with pytest.raises(DataError, match=r"found the name posix\.mkdir, .*; nothing in the file was executed$"):
        mnist(path)
    assert not marker.exists()
    pickle.loads(content)  # it is hostile indeed
    assert marker.exists()


def calling(module: str, name: str, arguments: bytes) -> bytes:
    return f"c{module}\n{name}\n".encode() + arguments + b"R."


RAISES = {
    "an object": pickle.dumps(object()),
    "a dict": pickle.dumps({"a": 1}),
    "a set": pickle.dumps({1}),
    "a number": pickle.dumps(1),
    "a text": pickle.dumps("text"),
    "an array of objects": pickle.dumps(np.array([1, None])),
    "an array of texts": pickle.dumps(np.array(["a"])),
    "an array of dates": pickle.dumps(np.zeros(1, "M8[s]")),
    "a structured array": pickle.dumps(np.zeros(1, "f4,i4")),
    "a scalar of NumPy": pickle.dumps(np.float64(1)),
    "a function of NumPy": calling("numpy", "load", b"(t"),
    "a name with dots": calling("numpy", "ndarray.tofile", b"(t"),
    "another codec": calling("_codecs", "encode", b"(Vtext\nVrot13\nt"),
    "another use of a name": calling("numpy", "ndarray", b"(t"),
    "a state for a function": b"c_codecs\nencode\n(NNtb.",
    "a state for a list": b"(lNb.",
    "a state without an array": b"cnumpy.core.multiarray\n_reconstruct\n(NNNtR.",
    "an old instance": b"(cos\nsystem\nVtrue\no.",
    "an instance by name": b"(Vtrue\nios\nsystem\n.",
    "a new object": b"\x80\x02cnumpy\nndarray\n)\x81.",
    "a persistent identifier": b"Pidentifier\n.",
    "an extension": b"\x80\x02\x82\x01.",
    "an empty file": b"",
    "no pickle": b"no pickle at all",
    "a truncated pickle": pickle.dumps(three_pairs())[:-100],
    "a long list nested": b"]" * 2000 + b"a" * 1999 + b".",
    "a length beyond the file": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"x.",
    "a memo index beyond the memory": b"\x80\x02Nr" + struct.pack("<I", 0xFFFFFFFF) + b".",
}


@pytest.mark.parametrize("content", RAISES.values(), ids=RAISES)
def test_what_is_no_array_is_refused(content: bytes) -> None:
    with pytest.raises(UnsafePickle):
        load_arrays(content)


def test_a_wrong_number_of_bytes_is_refused() -> None:
    content = pickle.dumps(np.arange(4, dtype="u1"), 3)
    assert load_arrays(content).tolist() == [0, 1, 2, 3]
    with pytest.raises(UnsafePickle, match=r"^4 bytes for an array of shape \(5,\) and dtype uint8$"):
        load_arrays(content.replace(b"K\x04\x85", b"K\x05\x85"))
    with pytest.raises(UnsafePickle, match="an array of shape"):
        load_arrays(content.replace(b"K\x04\x85", b"N\x85"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (three_pairs()[:2], "found arrays in another arrangement"),
        ([(np.ones((1, 784)),)] * 3, "found arrays in another arrangement"),
        ([(np.ones((2, 783)), np.ones(2, int))] * 3, r"expected images as floats of shape \(items, 784\), found"),
        ([(np.ones((2, 784), int), np.ones(2, int))] * 3, r"found int64 of shape \(2, 784\)"),
        ([(np.full((2, 784), 255.0), np.ones(2, int))] * 3, r"expected pixels in \[0, 1\], found others"),
        ([(np.full((2, 784), np.nan), np.ones(2, int))] * 3, r"expected pixels in \[0, 1\], found others"),
        ([(np.ones((2, 784)), np.ones(3, int))] * 3, r"expected 2 class numbers, one for each image, found int64"),
        ([(np.ones((2, 784)), np.ones(2))] * 3, "expected 2 class numbers, one for each image, found float64"),
        ([(np.ones((2, 784)), np.array([0, -1]))] * 3, "expected class numbers from 0 to 9, found -1 to 0"),
        ([(np.ones((0, 784)), np.ones(0, int))] * 3, "expected images and labels, found none"),
    ],
)
def test_pickles_of_something_else_are_named(tmp_path: Path, content: Any, message: str) -> None:
    path = write_pickle(tmp_path / "mnist.pkl.gz", content)
    with pytest.raises(DataError, match=message) as caught:
        mnist(path)
    assert str(path) in str(caught.value)


def test_places_without_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing here: no such file or folder; name mnist"):
        mnist(tmp_path / "nothing here")
    with pytest.raises(DataError, match=r"expected train-images.* \(with or without \.gz\) or mnist\.pkl\.gz, found"):
        mnist(tmp_path)
    with pytest.raises(DataError, match="found an IDX file; name the folder of the four IDX files instead"):
        mnist(write_idx_folder(tmp_path) / NAMES[0])


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tmp_path / "mnist.pkl.gz"
    bomb.write_bytes(gzip.compress(bytes(1 << 20)))
    monkeypatch.setitem(mnist_function.__globals__, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match=r"expected at most 1,000 bytes, found more"):
        mnist(bomb)
    monkeypatch.setattr(idx_module, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match=r"expected at most 1,000 bytes, found more"):
        mnist(write_idx_folder(tmp_path / "idx", suffix=".gz"))


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "mnist.pkl.gz").mkdir()
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        files.read_limited(tmp_path / "mnist.pkl.gz", 10)
