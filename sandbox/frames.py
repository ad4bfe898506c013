"""Frames: how values go in and come out. A JSON header and raw buffers; nothing is unpickled or evaluated.

A frame is an 8-byte magic with the version, the header's length (u32), the body's length (u64), both little-endian,
the header as JSON, the body. The header holds an identity, the dtype and shape of every array, and a tree:

    null, true, false, integers of 64 bits, strings and lists stand for themselves
    {"x": "0x1.8p+1"}    a float; JSON has no NaN, no infinity and no exact floats
    {"c": [real, imag]}  a complex number, both parts as above
    {"a": 3}             the array number 3
    {"u": [...]}         a tuple
    {"d": {...}}         a dict with string keys
    {"f": [type, text]}  a `Opaque`

The body is the arrays' bytes in order: C-contiguous, little-endian, without gaps. Whoever reads a frame trusts
nothing in it: every length is checked before memory is taken.
"""

from __future__ import annotations

import json
import struct
from typing import Any, NoReturn, Protocol

import numpy as np

from .errors import ProtocolError
from .shared import LEAST_BYTES, SharedBuffer
from .values import DTYPES, Array, Opaque

MAGIC = b"backprf\x01"
PLACED = b"backprf\x02"  # the body is not in the stream, but in memory that both sides share
HEADER_BYTES = 1 << 20
DEPTH = 20
NDIM = 32
_PREFIX = struct.Struct("<8sIQ")
_PLAIN = frozenset({type(None), bool, int, str})  # JSON has them
_TAGS: dict[str, Any] = {"x": str, "c": list, "a": int, "u": list, "d": dict, "f": list}


class Source(Protocol):
    """Where the bytes of a frame come from."""

    def read(self, number: int) -> bytes | memoryview:
        """The next bytes, as many as asked for; they are valid until the next call. Raises if there are fewer."""

    def fill(self, view: memoryview) -> None:
        """Fill the memory given with the next bytes; raises if there are fewer."""


def encode(identity: int, value: Any, room: SharedBuffer | None = None) -> list[bytes | memoryview]:
    """The frame as buffers, to be sent in order; large arrays are not copied.

    Args:
        identity: of the question that it asks or answers.
        value: what it carries.
        room: shared memory where the body may be put instead, if nothing is in it.

    Raises:
        ProtocolError: the value is not made of what may cross, or its header is too long.
    """
    arrays: list[Array] = []
    tree = _to_tree(value, arrays)
    shapes = [[array.dtype.str, array.shape] for array in arrays]
    raw = _ENCODER.encode({"id": identity, "arrays": shapes, "value": tree}).encode("ascii")
    if len(raw) > HEADER_BYTES:
        raise ProtocolError(f"the header has {len(raw)} bytes, but should have at most {HEADER_BYTES}")
    size = sum([array.nbytes for array in arrays])
    if size < LEAST_BYTES:  # quicker copied than sent one by one
        return [b"".join([_PREFIX.pack(MAGIC, len(raw), size), raw, *[array.tobytes() for array in arrays]])]
    body = [_bytes_of(array) for array in arrays if array.nbytes]
    if room is not None and room.put(body):
        return [_PREFIX.pack(PLACED, len(raw), size) + raw]
    return [_PREFIX.pack(MAGIC, len(raw), size) + raw, *body]


def decode(source: Source, body_bytes: int, *, writable: bool, room: SharedBuffer | None = None) -> tuple[int, Any]:
    """Read one frame; every array has memory of its own.

    Args:
        source: where it comes from.
        body_bytes: the largest body that is accepted.
        writable: whether the arrays may be written to.
        room: shared memory where the body may lie.

    Returns:
        The frame's identity and value.

    Raises:
        ProtocolError: the frame is not valid.
    """
    magic, header_length, body_length = _PREFIX.unpack(source.read(_PREFIX.size))
    if magic != MAGIC and (room is None or magic != PLACED):
        raise ProtocolError(f"it starts with {bytes(magic)!r}, but should start with {MAGIC!r}")
    if header_length > HEADER_BYTES:
        raise ProtocolError(f"its header has {header_length} bytes, but should have at most {HEADER_BYTES}")
    if body_length > body_bytes:
        raise ProtocolError(f"its body has {body_length} bytes, but should have at most {body_bytes}")
    identity, shapes, tree = _parse_header(bytes(source.read(header_length)))
    checked = [_check_shape(item) for item in shapes]
    total = sum([count * dtype.itemsize for dtype, _, count in checked])
    if total != body_length:
        raise ProtocolError(f"its arrays have {total} bytes, but its body has {body_length}")
    body = room.reader() if room is not None and magic == PLACED else source
    arrays = [_read_array(body, dtype, shape, count) for dtype, shape, count in checked]
    if not writable:
        for array in arrays:
            array.flags.writeable = False
    return identity, _from_tree(tree, arrays, 0)


def _to_tree(value: Any, arrays: list[Array]) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, list):
        return [item if type(item) in _PLAIN else _to_tree(item, arrays) for item in value]
    if isinstance(value, np.ndarray) and value.dtype.str in DTYPES:
        arrays.append(value)
        return {"a": len(arrays) - 1}
    return _to_tag(value, arrays)


def _to_tag(value: Any, arrays: list[Array]) -> Any:
    if isinstance(value, np.generic) and value.dtype.str in DTYPES:
        return _to_tree(value.item(), arrays)
    if isinstance(value, tuple):
        return {"u": [_to_tree(item, arrays) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"d": {key: _to_tree(item, arrays) for key, item in value.items()}}
    if isinstance(value, float):
        return {"x": value.hex()}
    if isinstance(value, complex):
        return {"c": [value.real.hex(), value.imag.hex()]}
    if isinstance(value, Opaque):
        return {"f": [value.type_name, value.text]}
    raise ProtocolError(f"a {type(value).__name__} may not go into or out of the sandbox")


def _bytes_of(array: Array) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _refuse_constant(name: str) -> NoReturn:
    raise ProtocolError(f"its header has the number {name}, but should have integers only")


_ENCODER = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_refuse_constant)


def _parse_header(raw: bytes) -> tuple[int, list[Any], Any]:
    try:
        header = _DECODER.decode(raw.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"its header is not JSON in ASCII ({type(error).__name__})") from error
    if not isinstance(header, dict) or header.keys() != {"id", "arrays", "value"}:
        raise ProtocolError("its header should have the fields id, arrays and value")
    identity, shapes = header["id"], header["arrays"]
    if type(identity) is not int or not isinstance(shapes, list):
        raise ProtocolError("its id should be an integer and its arrays a list")
    return identity, shapes, header["value"]


def _check_shape(item: Any) -> tuple[np.dtype[Any], tuple[int, ...], int]:
    """Dtype, shape and number of entries."""
    if type(item) is not list or len(item) != 2:
        raise ProtocolError("an array should be given as a dtype and a shape")
    name, shape = item
    if type(name) is not str or name not in DTYPES:
        raise ProtocolError(f"dtype={str(name)[:40]!r}, but should be one of {', '.join(DTYPES)}")
    if type(shape) is not list or len(shape) > NDIM:
        raise ProtocolError(f"a shape should be a list of at most {NDIM} sizes")
    count = 1
    for size in shape:
        if type(size) is not int or not 0 <= size < 2**63:
            raise ProtocolError("a shape should be a list of sizes from 0 up")
        count *= size
    return DTYPES[name], tuple(shape), count


def _read_array(body: Source, dtype: np.dtype[Any], shape: tuple[int, ...], count: int) -> Array:
    size = count * dtype.itemsize
    if 0 < size < LEAST_BYTES and dtype.kind != "b":
        return np.frombuffer(body.read(size), dtype).reshape(shape).copy()
    try:
        array = np.empty(shape, dtype=dtype)
    except (ValueError, MemoryError) as error:  # sizes whose product is 0 may still be too large for NumPy
        raise ProtocolError(f"NumPy does not make an array of shape {shape}: {error}") from error
    if size:
        raw = array.reshape(-1).view(np.uint8)
        body.fill(raw.data)
        if dtype.kind == "b":
            np.not_equal(raw, 0, out=array.reshape(-1))  # other bytes than 0 and 1 are no bool
    return array


def _from_tree(tree: Any, arrays: list[Array], depth: int) -> Any:
    kind = type(tree)
    if depth >= DEPTH and kind in {list, dict}:
        raise ProtocolError(f"its value is nested more than {DEPTH} deep")
    if kind is list:
        return [item if item is None else _from_tree(item, arrays, depth + 1) for item in tree]
    if kind is dict:
        return _from_tag(tree, arrays, depth)
    if kind is str:
        return _text(tree)
    if kind is int and not -(2**63) <= tree < 2**64:
        raise ProtocolError("an integer has more than 64 bits")
    return tree


def _from_tag(tree: dict[str, Any], arrays: list[Array], depth: int) -> Any:
    tag = next(iter(tree), "")
    content: Any = tree.get(tag)
    if len(tree) != 1 or type(content) is not _TAGS.get(tag, ""):
        raise ProtocolError(f"an object should have one of the keys {', '.join(_TAGS)} and a content that fits")
    if tag == "x":
        return _float(content)
    if tag == "u":
        return tuple(_from_tree(item, arrays, depth + 1) for item in content)
    if tag == "d":
        return {_text(key): _from_tree(item, arrays, depth + 1) for key, item in content.items()}
    if tag == "a":
        if not 0 <= content < len(arrays):
            raise ProtocolError(f"it refers to array {content} of {len(arrays)}")
        return arrays[content]
    if len(content) != 2 or not all(isinstance(item, str) for item in content):
        raise ProtocolError("a complex number and a foreign value should have two strings")
    if tag == "c":
        return complex(_float(content[0]), _float(content[1]))
    return Opaque(_text(content[0]), _text(content[1]))


def _float(text: str) -> float:
    try:
        return float.fromhex(text)
    except (ValueError, OverflowError) as error:
        raise ProtocolError(f"{text[:40]!r} is no number in hexadecimal") from error


def _text(text: str) -> str:
    """JSON may hold half of a surrogate pair, which no later `encode` accepts."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
