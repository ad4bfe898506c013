"""The IDX format of the MNIST files."""

from math import prod
from pathlib import Path

import numpy as np

from ..validation import Tensor
from .dataset import DataError
from .files import described, read_limited

# The largest MNIST file has 47,040,016 bytes; EMNIST's has 547,098,016.
MOST_BYTES = 1 << 30

_UNSIGNED_BYTE = 8


def is_idx(content: bytes) -> bool:
    """Tell whether content begins as an IDX file of unsigned bytes does."""
    return content[:3] == bytes((0, 0, _UNSIGNED_BYTE))


def read_idx(path: Path, axes: int) -> Tensor:
    """Return the array in an IDX file of unsigned bytes.

    The format: two zero bytes, the type of the entries, the number of axes, the size of each axis (big-endian, 32
    bits), the entries.

    Source: LeCun, Cortes & Burges, The MNIST database of handwritten digits.

    Args:
        path: The file, compressed with gzip or not.
        axes: How many axes the array should have: 3 for images, 1 for labels.

    Raises:
        DataError: If the file is no such file, or is truncated or too long.
    """
    content = read_limited(path, MOST_BYTES)
    expected = f"an IDX file of unsigned bytes with {axes} {'axis' if axes == 1 else 'axes'}"
    header = 4 + 4 * axes
    if is_idx(content) and content[3:4] not in {b"", bytes([axes])}:
        raise DataError(f"{path}: expected {expected}, found {content[3]} axes; are images and labels mixed up?")
    if not is_idx(content) or len(content) < header:
        raise DataError(f"{path}: expected {expected}, found {described(content)}; name the right file")
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", axes, offset=4))
    if len(content) - header != prod(shape):
        raise DataError(
            f"{path}: expected {prod(shape):,} bytes of entries for the shape {shape} in its header, "
            f"found {len(content) - header:,}; the file is truncated or damaged: get it again"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
