"""Reads NumPy arrays from a pickle without giving the pickle any power.

Only what pickled arrays consist of is allowed: tuples, lists, numbers, strings, bytes, and five names of NumPy and
``_codecs``. Each of these names stands for a stand-in of this module that keeps what it is given and does nothing. No
code of NumPy and none of the file's choosing runs; the arrays are made afterwards, from checked bytes.
"""

import pickle
from collections.abc import Callable
from io import BytesIO
from math import prod
from typing import Any, ClassVar

import numpy as np

from ..validation import Tensor


class UnsafePickle(Exception):  # noqa: N818 - what the pickle is, not an error of ours
    """The pickle contains something else than tuples and lists of arrays."""


def load_arrays(content: bytes) -> Any:
    """Return what a pickle of any protocol, of Python 2 or 3, contains: arrays in tuples and lists.

    Raises:
        UnsafePickle: If it contains anything else, or is damaged; the text says what.
    """
    try:
        found = _ArrayUnpickler(BytesIO(content), encoding="bytes").load()
    except UnsafePickle:
        raise
    except KeyError as error:  # from the table of opcodes
        raise UnsafePickle(f"the pickle operation {error}, which arrays do not need") from error
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise UnsafePickle(f"no readable pickle ({type(error).__name__}: {error})") from error
    return _with_arrays(found, depth=2)


class _DType:
    """Stands for a ``numpy.dtype``."""

    byte_order = "="

    def __init__(self, code: str | bytes, align: object, copy: object) -> None:
        del align, copy
        self.code = _text(code)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.byte_order = _text(state[1])

    def resolve(self) -> np.dtype[Any]:
        """Return the dtype, which must be one of plain numbers."""
        if self.code not in {"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"}:
            raise UnsafePickle(f"an array of dtype {self.code!r}, which is not one of plain numbers")
        if self.byte_order not in {"<", ">", "=", "|"}:
            raise UnsafePickle(f"an array of byte order {self.byte_order!r}")
        return np.dtype(self.code).newbyteorder(self.byte_order)  # type: ignore[arg-type]  # one of the four above


class _Array:
    """Stands for a ``numpy.ndarray``."""

    def __init__(self) -> None:
        self.parts: tuple[Any, ...] | None = None  # shape, dtype, whether in Fortran order, bytes

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, *parts = state  # the first is a version number
        self.parts = tuple(parts)

    def resolve(self) -> Tensor:
        """Return the array."""
        match self.parts:
            case (tuple(shape), _DType() as stand_in, bool() | int() as fortran, bytes() | bytearray() as raw):
                dtype = stand_in.resolve()
            case _:
                raise UnsafePickle("an array without bytes of its own")
        if not all(type(size) is int and size >= 0 for size in shape):
            raise UnsafePickle(f"an array of shape {shape!r}")
        if prod(shape) * dtype.itemsize != len(raw):
            raise UnsafePickle(f"{len(raw):,} bytes for an array of shape {shape} and dtype {dtype}")
        return np.frombuffer(bytes(raw), dtype).reshape(shape, order="F" if fortran else "C")


def _reconstruct(subtype: object, shape: object, dtype: object) -> _Array:
    """Stands for ``numpy.core.multiarray._reconstruct``, protocols 0 to 4."""
    del subtype, shape, dtype
    return _Array()


def _frombuffer(raw: Any, dtype: Any, shape: Any, order: Any) -> _Array:
    """Stands for ``numpy.core.numeric._frombuffer``, protocol 5."""
    array = _Array()
    array.parts = shape, dtype, order == "F", raw
    return array


def _encode(text: str, encoding: str) -> bytes:
    """Stands for ``_codecs.encode``, by which Python 3 writes bytes in protocols before 3."""
    if encoding != "latin1":
        raise UnsafePickle(f"a text in the encoding {encoding!r}")
    return text.encode("latin1")


def _text(value: str | bytes) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else value


# `numpy.ndarray` is passed to _reconstruct and never called.
_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy", "dtype"): _DType,
    ("numpy", "ndarray"): None,
    ("_codecs", "encode"): _encode,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _frombuffer for core in ("core", "_core")},
}

_OPCODES = (
    # structure and memo
    *(pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.MARK, pickle.POP, pickle.POP_MARK),
    *(pickle.PUT, pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE, pickle.GET, pickle.BINGET, pickle.LONG_BINGET),
    # numbers
    *(pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE, pickle.INT, pickle.BININT, pickle.BININT1, pickle.BININT2),
    *(pickle.LONG, pickle.LONG1),
    # strings and bytes
    *(pickle.STRING, pickle.BINSTRING, pickle.SHORT_BINSTRING),
    *(pickle.UNICODE, pickle.BINUNICODE, pickle.SHORT_BINUNICODE, pickle.BINUNICODE8),
    *(pickle.BINBYTES, pickle.SHORT_BINBYTES, pickle.BINBYTES8, pickle.BYTEARRAY8),
    # tuples and lists
    *(pickle.TUPLE, pickle.EMPTY_TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3),
    *(pickle.LIST, pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS),
    # names and calls; BUILD is replaced below
    *(pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.REDUCE),
)


# The unpickler in Python: its memo is a dict and it reads what is there, so numbers in the file cannot exhaust the
# memory; and its opcodes are a table, which can be cut down.
class _ArrayUnpickler(pickle._Unpickler):
    stack: list[Any]
    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = {
        opcode[0]: pickle._Unpickler.dispatch[opcode[0]] for opcode in _OPCODES
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _STAND_INS:
            raise UnsafePickle(f"the name {module}.{name}, which is not part of a NumPy array")
        return _STAND_INS[module, name]

    def _build(self) -> None:
        state = self.stack.pop()
        if not isinstance(self.stack[-1], _Array | _DType):
            raise UnsafePickle(f"a state for an object of type {type(self.stack[-1]).__name__}")
        self.stack[-1].__setstate__(state)

    dispatch[pickle.BUILD[0]] = _build


def _with_arrays(found: Any, depth: int) -> Any:
    """Replace the stand-ins of arrays by arrays; `depth` levels of tuples and lists are enough."""
    if isinstance(found, _Array):
        return found.resolve()
    if isinstance(found, tuple | list) and depth > 0:
        return type(found)(_with_arrays(part, depth - 1) for part in found)
    raise UnsafePickle(f"an object of type {type(found).__name__} where an array is expected")
