"""Writes small files in the formats of MNIST."""

from __future__ import annotations

import gzip
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[Any]

NAMES = "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx(array: Tensor) -> bytes:
    """The IDX format, written from its description: magic, sizes (big-endian), entries."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype("u1").tobytes()


def digits_of(seed: int, items: int, side: int = 28) -> tuple[Tensor, Tensor]:
    """Random images (items, side, side) of bytes, and labels; the first pixel is the label."""
    rng = np.random.default_rng(seed)
    images, labels = rng.integers(256, size=(items, side, side)), rng.integers(10, size=items)
    images[:, 0, 0] = labels
    return images, labels


def write_idx_folder(folder: Path, *, suffix: str = "", train: int = 12, test: int = 5, side: int = 28) -> Path:
    """The four files; a suffix of .gz compresses them."""
    folder.mkdir(exist_ok=True)
    arrays = *digits_of(1, train, side), *digits_of(2, test, side)
    for name, array in zip(NAMES, arrays, strict=True):
        content = idx(array)
        (folder / (name + suffix)).write_bytes(gzip.compress(content) if suffix == ".gz" else content)
    return folder


def three_pairs(sizes: tuple[int, int, int] = (6, 3, 2)) -> tuple[tuple[Tensor, Tensor], ...]:
    """What mnist.pkl.gz contains."""
    pairs = []
    for seed, size in enumerate(sizes):
        images, labels = digits_of(seed, size)
        pairs.append(((images / 256).astype(np.float32).reshape(size, 784), labels.astype(np.int64)))
    return tuple(pairs)


def write_pickle(path: Path, content: Any, protocol: int | None = None) -> Path:
    """A gzipped pickle of anything."""
    path.write_bytes(gzip.compress(pickle.dumps(content, protocol)))
    return path


def python_2_pickle(pairs: Any, *, binary: bool) -> bytes:
    """A pickle as Python 2 wrote it, where the bytes of an array are a `str`: protocol 2 or, as text, protocol 0."""

    def string(raw: bytes) -> bytes:
        if binary:
            return b"T" + struct.pack("<i", len(raw)) + raw
        escaped = "".join(chr(byte) if 32 <= byte < 127 and byte not in b"\\'" else f"\\x{byte:02x}" for byte in raw)
        return f"S'{escaped}'\n".encode()

    def integer(value: int) -> bytes:
        return b"J" + struct.pack("<i", value) if binary else f"I{value}\n".encode()

    def sequence(*parts: bytes) -> bytes:
        return b"(" + b"".join(parts) + b"t"

    def array(value: Tensor) -> bytes:
        kind = value.dtype.str[1:].encode()
        dtype = b"cnumpy\ndtype\n" + sequence(string(kind), integer(0), integer(1)) + b"R"
        dtype += sequence(integer(3), string(b"<"), b"N", b"N", b"N", integer(-1), integer(-1), integer(0)) + b"b"
        shape = sequence(*map(integer, value.shape))
        empty = b"cnumpy.core.multiarray\n_reconstruct\n"
        empty += sequence(b"cnumpy\nndarray\n", sequence(integer(0)), string(b"b")) + b"R"
        return empty + sequence(integer(1), shape, dtype, integer(0), string(value.tobytes())) + b"b"

    body = sequence(*(sequence(*map(array, pair)) for pair in pairs))
    return (b"\x80\x02" if binary else b"") + body + b"."
