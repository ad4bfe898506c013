"""MNIST, from files that the user has."""

from pathlib import Path
from typing import Any

import numpy as np

from ..validation import Tensor
from .dataset import DataError, DataSet, Split, one_hot
from .files import described, read_limited
from .idx import is_idx, read_idx
from .safe_pickle import UnsafePickle, load_arrays

CLASSES = 10
VALIDATION_ITEMS = 10_000  # the last of the 60,000, as in mnist.pkl.gz

# mnist.pkl.gz has about 220 MB of float32, so twice that in float64.
MOST_BYTES = 1 << 29

_PICKLE = "mnist.pkl.gz"
_IDX_FILES = {
    "train images": "train-images-idx3-ubyte",
    "train labels": "train-labels-idx1-ubyte",
    "test images": "t10k-images-idx3-ubyte",
    "test labels": "t10k-labels-idx1-ubyte",
}


def mnist(path: str | Path) -> DataSet:
    """Read MNIST, or data in its formats: images (1, height, width) as float32 in [0, 1], 10 classes.

    Args:
        path: ``mnist.pkl.gz``, or a folder that has it or the four IDX files, compressed with gzip or not. The pickle
            is read without unpickling: see ``safe_pickle``.

    Raises:
        DataError: If a file is missing, truncated or something else; the text names the file.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise DataError(f"{path}: no such file or folder; name {_PICKLE} or the folder of the four IDX files of MNIST")
    if not path.is_dir():
        return _from_pickle(path)
    idx_files = {what: _find(path, name) for what, name in _IDX_FILES.items()}
    if any(idx_files.values()):
        missing = [_IDX_FILES[what] for what, file in idx_files.items() if file is None]
        if missing:
            raise DataError(f"{path}: expected the four IDX files of MNIST, found no {', no '.join(missing)}")
        return _from_idx({what: file for what, file in idx_files.items() if file is not None})
    if (path / _PICKLE).is_file():
        return _from_pickle(path / _PICKLE)
    raise DataError(
        f"{path}: expected {', '.join(_IDX_FILES.values())} (with or without .gz) or {_PICKLE}, found none of them"
    )


def _find(folder: Path, name: str) -> Path | None:
    spellings = name, name.replace("-idx", ".idx")  # some copies have the dot
    candidates = [folder / f"{spelling}{suffix}" for spelling in spellings for suffix in ("", ".gz")]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _from_idx(files: dict[str, Path]) -> DataSet:
    def part(name: str) -> Split:
        images = read_idx(files[f"{name} images"], axes=3)
        labels = read_idx(files[f"{name} labels"], axes=1)
        return _split(files[f"{name} labels"], images.astype(np.float32) / np.float32(255), labels)

    train, test = part("train"), part("test")
    kept = len(train.inputs) - min(VALIDATION_ITEMS, len(train.inputs) // 6)
    return DataSet(
        name="mnist",
        train=Split(train.inputs[:kept], train.labels[:kept]),
        validation=Split(train.inputs[kept:], train.labels[kept:]),
        test=test,
    )


def _from_pickle(path: Path) -> DataSet:
    expected = f"expected {_PICKLE}: pairs of images and labels to train, validate and test"
    content = read_limited(path, MOST_BYTES)
    if is_idx(content):
        raise DataError(f"{path}: {expected}, found an IDX file; name the folder of the four IDX files instead")
    try:
        found = load_arrays(content)
    except UnsafePickle as error:
        what = f"{error}, in {described(content)}"
        raise DataError(f"{path}: {expected}, found {what}; nothing in the file was executed") from error
    if not _is_three_pairs(found):
        raise DataError(f"{path}: {expected}, found arrays in another arrangement; name the right file")
    train, validation, test = (_from_pair(path, *pair) for pair in found)
    return DataSet(name="mnist", train=train, validation=validation, test=test)


def _is_three_pairs(found: Any) -> bool:
    def is_pair(part: Any) -> bool:
        return isinstance(part, tuple | list) and len(part) == 2 and all(isinstance(a, np.ndarray) for a in part)

    return isinstance(found, tuple | list) and len(found) == 3 and all(is_pair(part) for part in found)


def _from_pair(path: Path, images: Tensor, labels: Tensor) -> Split:
    pixels = 28 * 28
    if images.ndim != 2 or images.shape[1] != pixels or images.dtype.kind != "f":
        raise DataError(
            f"{path}: expected images as floats of shape (items, {pixels}), found {images.dtype} of shape "
            f"{images.shape}; name the right file"
        )
    if not (np.isfinite(images).all() and images.min(initial=0) >= 0 and images.max(initial=0) <= 1):
        raise DataError(f"{path}: expected pixels in [0, 1], found others; the file is damaged: get it again")
    return _split(path, images.astype(np.float32, copy=False).reshape(-1, 28, 28), labels)


def _split(path: Path, images: Tensor, labels: Tensor) -> Split:
    """Put images (items, height, width) and class numbers together."""
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise DataError(
            f"{path}: expected {len(images):,} class numbers, one for each image, found {labels.dtype} of shape "
            f"{labels.shape}; do images and labels belong together?"
        )
    if labels.size == 0:
        raise DataError(f"{path}: expected images and labels, found none")
    if labels.min() < 0 or labels.max() >= CLASSES:
        raise DataError(f"{path}: expected class numbers from 0 to 9, found {labels.min()} to {labels.max()}")
    return Split(images[:, None], one_hot(labels, CLASSES).astype(np.float32))
