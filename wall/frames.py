"""Frames: how values cross the wall. A JSON header and raw buffers; nothing is unpickled or evaluated.

A frame is an 8-byte magic with the version, the header's length (u32), the body's length (u64), both little-endian,
the header as JSON, the body. The header holds an identity, the dtype and shape of every array, and a tree:

    null, true, false, integers of 64 bits, strings and lists stand for themselves
    {"x": "0x1.8p+1"}    a float; JSON has no NaN, no infinity and no exact floats
    {"c": [real, imag]}  a complex number, both parts as above
    {"a": 3}             the array number 3
    {"u": [...]}         a tuple
    {"d": {...}}         a dict with string keys
    {"f": [type, text]}  a `Foreign`

The body is the arrays' bytes in order: C-contiguous, little-endian, without gaps. Whoever reads a frame trusts
nothing in it: every length is checked before memory is taken.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from .errors import ProtocolError
from .shared import Room
from .values import DTYPES, Array, Foreign

MAGIC = b"backprf\x01"
PLACED = b"backprf\x02"  # the body is not in the stream, but in memory that both sides share
HEADER_BYTES = 1 << 20
DEPTH = 20
NDIM = 32
_PREFIX = struct.Struct("<8sIQ")
_TAGS: dict[str, Any] = {"x": str, "c": list, "a": int, "u": list, "d": dict, "f": list}

Receive = Callable[[memoryview], None]


def encode(identity: int, value: Any, room: Room | None = None) -> list[bytes | memoryview]:
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
    body = [_bytes_of(array) for array in arrays if array.nbytes]
    size = sum(array.nbytes for array in arrays)
    if room is not None and room.put(body):
        return [_PREFIX.pack(PLACED, len(raw), size) + raw]
    return [_PREFIX.pack(MAGIC, len(raw), size) + raw, *body]


def decode(receive: Receive, body_bytes: int, *, writable: bool, room: Room | None = None) -> tuple[int, Any]:
    """Read one frame; every array has memory of its own.

    Args:
        receive: fills the memory that it is given with the next bytes, or raises.
        body_bytes: the largest body that is accepted.
        writable: whether the arrays may be written to.
        room: shared memory where the body may lie.

    Returns:
        The frame's identity and value.

    Raises:
        ProtocolError: the frame is not valid.
    """
    prefix = bytearray(_PREFIX.size)
    receive(memoryview(prefix))
    magic, header_length, body_length = _PREFIX.unpack(prefix)
    if magic != MAGIC and (room is None or magic != PLACED):
        raise ProtocolError(f"it starts with {bytes(magic)!r}, but should start with {MAGIC!r}")
    if header_length > HEADER_BYTES:
        raise ProtocolError(f"its header has {header_length} bytes, but should have at most {HEADER_BYTES}")
    if body_length > body_bytes:
        raise ProtocolError(f"its body has {body_length} bytes, but should have at most {body_bytes}")
    raw = bytearray(header_length)
    if header_length:
        receive(memoryview(raw))
    identity, shapes, tree = _parse_header(bytes(raw))
    checked = [_check_shape(item) for item in shapes]
    total = sum(math.prod(shape) * dtype.itemsize for dtype, shape in checked)
    if total != body_length:
        raise ProtocolError(f"its arrays have {total} bytes, but its body has {body_length}")
    body = room.reader() if room is not None and magic == PLACED else receive
    arrays = [_receive_array(body, dtype, shape) for dtype, shape in checked]
    if not writable:
        for array in arrays:
            array.flags.writeable = False
    return identity, _from_tree(tree, arrays, 0)


def _to_tree(value: Any, arrays: list[Array]) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, np.ndarray) and value.dtype.str in DTYPES:
        arrays.append(value)
        return {"a": len(arrays) - 1}
    if isinstance(value, list):
        return [_to_tree(item, arrays) for item in value]
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
    if isinstance(value, Foreign):
        return {"f": [value.type_name, value.text]}
    raise ProtocolError(f"a {type(value).__name__} may not cross the wall")


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


def _check_shape(item: Any) -> tuple[np.dtype[Any], tuple[int, ...]]:
    if not isinstance(item, list) or len(item) != 2:
        raise ProtocolError("an array should be given as a dtype and a shape")
    name, shape = item
    if not isinstance(name, str) or name not in DTYPES:
        raise ProtocolError(f"dtype={str(name)[:40]!r}, but should be one of {', '.join(DTYPES)}")
    if not isinstance(shape, list) or len(shape) > NDIM:
        raise ProtocolError(f"a shape should be a list of at most {NDIM} sizes")
    if not all(type(size) is int and 0 <= size < 2**63 for size in shape):
        raise ProtocolError("a shape should be a list of sizes from 0 up")
    return DTYPES[name], tuple(shape)


def _receive_array(receive: Receive, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    try:
        array = np.empty(shape, dtype=dtype)
    except (ValueError, MemoryError) as error:  # sizes whose product is 0 may still be too large for NumPy
        raise ProtocolError(f"NumPy does not make an array of shape {shape}: {error}") from error
    if array.nbytes:
        raw = array.reshape(-1).view(np.uint8)
        receive(raw.data)
        if dtype.kind == "b":
            np.not_equal(raw, 0, out=array.reshape(-1))  # other bytes than 0 and 1 are no bool
    return array


def _from_tree(tree: Any, arrays: list[Array], depth: int) -> Any:
    if depth > DEPTH:
        raise ProtocolError(f"its value is nested more than {DEPTH} deep")
    if tree is None or isinstance(tree, bool):
        return tree
    if isinstance(tree, str):
        return _text(tree)
    if isinstance(tree, int):
        if -(2**63) <= tree < 2**64:
            return tree
        raise ProtocolError("an integer has more than 64 bits")
    if isinstance(tree, list):
        return [_from_tree(item, arrays, depth + 1) for item in tree]
    return _from_tag(tree, arrays, depth)


def _from_tag(tree: dict[str, Any], arrays: list[Array], depth: int) -> Any:
    tag = next(iter(tree), "")
    content: Any = tree.get(tag)
    if len(tree) != 1 or tag not in _TAGS or type(content) is not _TAGS[tag]:
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
    return Foreign(_text(content[0]), _text(content[1]))


def _float(text: str) -> float:
    try:
        return float.fromhex(text)
    except (ValueError, OverflowError) as error:
        raise ProtocolError(f"{text[:40]!r} is no number in hexadecimal") from error


def _text(text: str) -> str:
    """JSON may hold half of a surrogate pair, which no later `encode` accepts."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
