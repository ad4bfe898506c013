"""Reads data files, compressed with gzip or not, never more than a limit."""

import gzip
import zlib
from pathlib import Path

from .dataset import DataError

GZIP_MAGIC = b"\x1f\x8b"


def read_limited(path: Path, limit: int) -> bytes:
    """Return the content of a file, decompressed if it is a gzip file by its first bytes, whatever its name.

    Args:
        path: The file.
        limit: How many bytes of content to accept.

    Raises:
        DataError: If the file cannot be read, is a damaged gzip file, or has more content.
    """
    try:
        with path.open("rb") as file:
            compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            file.seek(0)
            if compressed:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    content = unpacked.read(limit + 1)
            else:
                content = file.read(limit + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{path}: expected a whole gzip file, found a truncated or damaged one ({error}); get the file again"
        ) from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}; name a file or folder with data") from error
    if len(content) > limit:
        raise DataError(f"{path}: expected at most {limit:,} bytes, found more; this is not the file that is needed")
    return content


def described(content: bytes) -> str:
    """Describe content by its first bytes, for a message."""
    if not content:
        return "an empty file"
    return f"{len(content):,} bytes that begin with {content[:8]!r}"
