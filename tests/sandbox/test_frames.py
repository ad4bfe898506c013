"""Frames carry every value that may cross, and refuse everything else without harm."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backproof.sandbox.errors import ProtocolError
from backproof.sandbox.frames import HEADER_BYTES, MAGIC, decode, encode
from backproof.sandbox.values import DTYPES, Opaque

LIMIT = 2**20

arrays = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda code: hnp.arrays(DTYPES[code], hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=20),
    arrays,
    st.builds(Opaque, st.text(max_size=5), st.text(max_size=5)),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=5), inner, max_size=4),
    ),
    max_leaves=12,
)


class Source:
    """Hands out bytes; says so if more is asked for than there is."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.asked = 0

    def read(self, number: int) -> bytes:
        self.asked += number
        if number > len(self.raw):
            raise EOFError
        taken, self.raw = self.raw[:number], self.raw[number:]
        return taken

    def fill(self, view: memoryview) -> None:
        view[:] = self.read(len(view))


def read(raw: bytes, *, writable: bool = False) -> tuple[int, Any]:
    return decode(Source(raw), LIMIT, writable=writable)


def frame(content: Any, body: bytes = b"", /, **changes: Any) -> bytes:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    fields = {"magic": MAGIC, "header": len(raw), "body": len(body), **changes}
    return struct.pack("<8sIQ", fields["magic"], fields["header"], fields["body"]) + raw + body


def header(value: Any = None, arrays: Any = (), identity: Any = 1) -> dict[str, Any]:
    return {"id": identity, "arrays": list(arrays), "value": value}


def same(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray):
        both = isinstance(two, np.ndarray) and one.shape == two.shape and one.dtype == two.dtype
        return both and one.tobytes() == two.tobytes()
    if isinstance(one, dict):
        return isinstance(two, dict) and list(one) == list(two) and all(same(one[key], two[key]) for key in one)
    if isinstance(one, list | tuple):
        return type(one) is type(two) and len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, float):
        return type(two) is float and (one.hex() == two.hex() or (math.isnan(one) and math.isnan(two)))
    if isinstance(one, complex):
        return same(one.real, two.real) and same(one.imag, two.imag)
    return type(one) is type(two) and bool(one == two)


@given(identity=st.integers(0, 2**40), value=values)
def test_what_is_sent_is_what_is_read(identity: int, value: Any) -> None:
    read_identity, found = read(b"".join(encode(identity, value)))
    assert read_identity == identity
    assert same(value, found)


def test_strided_arrays_are_sent_in_order() -> None:
    array = np.arange(24.0).reshape(4, 6).T[::2]
    _, found = read(b"".join(encode(1, array)))
    np.testing.assert_array_equal(found, array)
    assert found.flags.c_contiguous


@pytest.mark.parametrize("writable", [True, False])
def test_arrays_have_memory_of_their_own(writable: bool) -> None:
    array = np.arange(3.0)
    _, (one, two) = read(b"".join(encode(1, [array, array])), writable=writable)
    assert one.flags.owndata
    assert one.flags.writeable is writable
    assert not np.shares_memory(one, two)


def test_other_bytes_than_0_and_1_become_true() -> None:
    raw = frame(header({"a": 0}, [["|b1", [3]]]), bytes([0, 1, 254]))
    assert read(raw)[1].view(np.uint8).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, {1, 2}, b"raw", np.array(["a"]), np.array([None]), 1 + 1j + np.longdouble(1)]
)
def test_what_may_not_cross_is_not_sent(value: Any) -> None:
    with pytest.raises(ProtocolError, match="may not go into or out of"):
        encode(1, value)


def test_a_header_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(ProtocolError, match="should have at most"):
        encode(1, "x" * (HEADER_BYTES + 1))


def nested(depth: int) -> Any:
    value: Any = None
    for _ in range(depth):
        value = [value]
    return value


MALFORMED = {
    "magic": frame(header(), magic=b"backprf\x02"),
    "pickle": b"\x80\x04\x95" + b"." * 40,
    "header too long": frame(header(), header=HEADER_BYTES + 1),
    "body too long": frame(header(), body=LIMIT + 1),
    "body of 2**64": frame(header(), body=2**64 - 1),
    "empty header": frame(b""),
    "no JSON": frame(b"{"),
    "no ASCII": frame('{"id": "\N{SNOWMAN}"}'.encode()),
    "no object": frame([1, 2]),
    "missing field": frame({"id": 1, "arrays": []}),
    "additional field": frame({**header(), "code": "import os"}),
    "id is text": frame(header(identity="1")),
    "id is true": frame(header(identity=True)),
    "NaN": frame(b'{"id": 1, "arrays": [], "value": NaN}'),
    "Infinity": frame(b'{"id": 1, "arrays": [], "value": -Infinity}'),
    "decimal": frame(b'{"id": 1, "arrays": [], "value": 1.5}'),
    "5000 digits": frame(b'{"id": 1, "arrays": [], "value": ' + b"9" * 5000 + b"}"),
    "65 bits": frame(header(2**64)),
    "deep": frame(header(nested(21))),
    "too deep for Python": frame(b'{"id": 1, "arrays": [], "value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "arrays is no list": frame({"id": 1, "arrays": {}, "value": None}),
    "array without a shape": frame(header({"a": 0}, [["<f8"]])),
    "object dtype": frame(header({"a": 0}, [["|O", [1]]]), bytes(8)),
    "big-endian dtype": frame(header({"a": 0}, [[">f8", [1]]]), bytes(8)),
    "structured dtype": frame(header({"a": 0}, [["<f8,<f8", [1]]]), bytes(16)),
    "dtype is a list": frame(header({"a": 0}, [[["<f8"], [1]]]), bytes(8)),
    "shape is a number": frame(header({"a": 0}, [["<f8", 1]]), bytes(8)),
    "negative size": frame(header({"a": 0}, [["<f8", [-1]]]), bytes(8)),
    "two negative sizes": frame(header({"a": 0}, [["<f8", [-1, -1]]]), bytes(8)),
    "size is true": frame(header({"a": 0}, [["<f8", [True]]]), bytes(8)),
    "size of 64 bits": frame(header({"a": 0}, [["<f8", [2**63, 0]]])),
    "size too large for NumPy": frame(header({"a": 0}, [["<f8", [2**62, 2**62, 0]]])),
    "33 dimensions": frame(header({"a": 0}, [["<f8", [1] * 33]]), bytes(8)),
    "product too large": frame(header({"a": 0}, [["<f8", [2]]]), bytes(8)),
    "product too small": frame(header({"a": 0}, [["<f8", [1]]]), bytes(16)),
    "product that wraps around": frame(header({"a": 0}, [["<f8", [2**32, 2**32]]])),
    "body without arrays": frame(header(), bytes(8)),
    "array that is not there": frame(header({"a": 0})),
    "array before the first": frame(header({"a": -1}, [["<f8", []]]), bytes(8)),
    "array number is true": frame(header({"a": True}, [["<f8", [1]], ["<f8", [1]]]), bytes(16)),
    "unknown tag": frame(header({"eval": "1"})),
    "no tag": frame(header({})),
    "two tags": frame(header({"x": "0x1p0", "u": []})),
    "float is a number": frame(header({"x": 1})),
    "float is text": frame(header({"x": "one"})),
    "float overflows": frame(header({"x": "0x1p99999"})),
    "complex with one part": frame(header({"c": ["0x1p0"]})),
    "complex with numbers": frame(header({"c": [1, 2]})),
    "foreign without text": frame(header({"f": ["type", None]})),
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_frame_is_refused(raw: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(raw)


def test_a_well_formed_frame_is_accepted() -> None:
    raw = frame(header([{"a": 0}, nested(19), {"x": "nan"}], [["<f8", [0, 2**40]]]))
    _, (array, _, number) = read(raw)
    assert array.shape == (0, 2**40)
    assert math.isnan(number)


def test_no_memory_is_taken_before_the_lengths_are_checked() -> None:
    source = Source(frame(header({"a": 0}, [["<f8", [2**30]]]), body=2**33))
    with pytest.raises(ProtocolError, match="body has 8589934592 bytes"):
        decode(source, LIMIT, writable=False)
    assert source.asked == 20


def test_half_a_surrogate_pair_does_not_pass() -> None:
    raw = frame(b'{"id": 1, "arrays": [], "value": {"d": {"\\ud800": {"f": ["\\udfff", "a"]}}}}')
    _, value = read(raw)
    assert value == {"?": Opaque("?", "a")}


@given(value=values, data=st.data())
def test_a_truncated_frame_is_not_taken_for_a_whole_one(value: Any, data: st.DataObject) -> None:
    raw = b"".join(encode(1, value))
    length = data.draw(st.integers(0, len(raw) - 1))
    with pytest.raises(EOFError):
        read(raw[:length])


@given(value=values, data=st.data())
@settings(max_examples=300)
def test_a_damaged_frame_is_refused_or_read_but_never_harms(value: Any, data: st.DataObject) -> None:
    raw = bytearray(b"".join(encode(1, value)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(raw))
    except (ProtocolError, EOFError):
        return


@given(raw=st.binary(max_size=200))
def test_noise_is_refused(raw: bytes) -> None:
    with pytest.raises((ProtocolError, EOFError)):
        read(raw)


@given(text=st.text('{}[]",:0123456789.eENaInfxcaudf-', max_size=80))
@settings(max_examples=300)
def test_a_header_of_noise_is_refused_or_read(text: str) -> None:
    try:
        read(frame(b'{"id": 1, "arrays": [], "value": ' + text.encode() + b"}"))
    except ProtocolError:
        return
