"""The file: arrays and JSON in an uncompressed zip archive, as ``numpy.load`` reads it too."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..atomic import write_atomically
from ..validation import Tensor

_METADATA = "metadata.json"
_SUFFIX = ".npy"
_NAMES = "arrays"  # the key of the names of all arrays, in the order of the file


class CheckpointError(Exception):
    """A checkpoint cannot be used; the text says what was expected, what was found, and what to do."""


def write_archive(path: Path, metadata: Mapping[str, Any], arrays: Mapping[str, Tensor]) -> None:
    """Write metadata (JSON types) and arrays of numbers, atomically. Equal content gives equal bytes.

    Raises:
        TypeError: If the metadata has other types.
        ValueError: If an array has another dtype than of numbers.
        OSError: If the file cannot be written; it is as before.
    """
    text = json.dumps({_NAMES: list(arrays), **metadata})

    def write(file: IO[bytes]) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo(_METADATA), text)  # ZipInfo: without the time of day
            for name, array in arrays.items():
                with archive.open(zipfile.ZipInfo(name + _SUFFIX), "w", force_zip64=True) as entry:
                    np.lib.format.write_array(entry, array, allow_pickle=False)

    write_atomically(path, write)


def read_archive(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return metadata and arrays.

    No number in the file is believed: entries are stored as they are, so nothing can be larger than the file.

    Raises:
        CheckpointError: If the file cannot be read, is damaged, or is something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {info.filename: _content(archive, info) for info in archive.infolist()}
        metadata = json.loads(entries.pop(_METADATA))
        arrays = {name.removesuffix(_SUFFIX): _array(content) for name, content in entries.items()}
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}; name a checkpoint") from error
    except KeyError as error:
        raise CheckpointError(f"{path}: expected a checkpoint, found an archive without {_METADATA}") from error
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RecursionError) as error:
        raise CheckpointError(
            f"{path}: expected a checkpoint, found a damaged file or another one ({error})"
        ) from error
    if not isinstance(metadata, dict):
        raise CheckpointError(f"{path}: expected a JSON object in {_METADATA}, found another value")
    if metadata.pop(_NAMES, []) != list(arrays):
        raise CheckpointError(f"{path}: expected the arrays that {_METADATA} names, found others; the file is damaged")
    return metadata, arrays


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 or info.file_size != info.compress_size:
        raise ValueError(f"entry {info.filename} is compressed or encrypted, but should be stored")
    return archive.read(info)


def _array(content: bytes) -> Tensor:
    """Read the npy format; the shape in the header must fit the bytes that are there."""
    file = BytesIO(content)
    major, _ = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
    shape, fortran_order, dtype = read_header(file)
    rest = len(content) - file.tell()
    if dtype.kind not in "fiub" or fortran_order or prod(shape) * dtype.itemsize != rest:
        raise ValueError(f"an array of {dtype} and shape {shape} in {rest} bytes")
    return np.frombuffer(content, dtype, offset=file.tell()).reshape(shape).copy()
