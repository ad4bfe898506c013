"""A small folder of IDX files, for the command line."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np


def write_mnist(folder: Path, seed: int = 1) -> None:
    """Write 24 images of 28 × 28 to train and 6 to test, with labels."""
    folder.mkdir()
    rng = np.random.default_rng(seed)
    for name, items in (("train", 24), ("t10k", 6)):
        header = struct.pack(">IIII", 0x803, items, 28, 28)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(header + rng.bytes(items * 28 * 28))
        labels = rng.integers(10, size=items, dtype=np.uint8).tobytes()
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, items) + labels)
