"""Odd values: calls whose value has the wrong kind, shape or size, so that a law may trip over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...sandbox import Call, RemoteSubject
from ...specs import Answer, LayerSpec, Shape, Spec, operations
from ..context import Context
from ..measurement import describe

Rule = Callable[[RemoteSubject, int], str]  # a subject and the index of a call: what is odd about its value


def odd_value(context: Context) -> str:
    """The latest call whose value is not what the call must return, in words; empty if all are."""
    for subject in reversed(context.subjects):
        for index in reversed(range(len(subject.transcript))):
            known = operations(subject.spec.kind).get(subject.transcript[index].method)
            rule = None if known is None else _RULES.get(known.answer)
            if rule is not None and (text := rule(subject, index)):
                return text
    return ""


def _says(call: Call, expected: str) -> str:
    return f"{call.method} returned {describe(call.value)}, but should return {expected}"


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | np.ndarray):
        return False
    array = np.asarray(value)
    return array.size == 1 and array.dtype.kind in "fiu" and bool(np.isfinite(array).all())


def _is_array(value: Any, shape: Shape | None) -> bool:
    if shape == () and _is_number(value):
        return True
    right = isinstance(value, np.ndarray) and value.dtype.kind == "f" and shape in {None, value.shape}
    return right and bool(np.isfinite(value).all())


def _array(call: Call, shape: Shape | None) -> str:
    if _is_array(call.value, shape):
        return ""
    return _says(call, "an array of finite floating-point numbers" + (f" of shape {shape}" if shape else ""))


def _number(subject: RemoteSubject, index: int) -> str:
    call = subject.transcript[index]
    return "" if _is_number(call.value) else _says(call, "a finite number")


def _like_its_argument(subject: RemoteSubject, index: int) -> str:
    call = subject.transcript[index]
    return _array(call, np.shape(call.args[0]))


def _of_the_shape_asked_for(subject: RemoteSubject, index: int) -> str:
    call = subject.transcript[index]
    return _array(call, tuple(call.args[0]))


def _output(subject: RemoteSubject, index: int) -> str:
    call = subject.transcript[index]
    shape = subject.spec.output_shape(np.shape(call.args[0])) if isinstance(subject.spec, LayerSpec) else None
    return _array(call, shape)


def _like_the_input_of_forward(subject: RemoteSubject, index: int) -> str:
    earlier = (call for call in reversed(subject.transcript[:index]) if call.method == "forward")
    forward = next(earlier, None)
    return _array(subject.transcript[index], np.shape(forward.args[0]) if forward else None)


def _any_array(subject: RemoteSubject, index: int) -> str:
    return _array(subject.transcript[index], None)


def _numbers(subject: RemoteSubject, index: int) -> str:
    call = subject.transcript[index]
    right = isinstance(call.value, list) and all(map(_is_number, call.value))
    return "" if right else _says(call, "a list of finite numbers")


def _texts(subject: RemoteSubject, index: int) -> str:
    call = subject.transcript[index]
    right = isinstance(call.value, list) and all(isinstance(item, str) for item in call.value)
    return "" if right else _says(call, "a list of phases")


def _record(subject: RemoteSubject, index: int) -> str:
    call = subject.transcript[index]
    fans = call.value.get("fans", []) if isinstance(call.value, dict) else [] if call.value is None else None
    right = isinstance(fans, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(fan, int) for fan in pair) for pair in fans
    )
    return "" if right else _says(call, 'a mapping such as {"fans": [[4, 3]]}')


def _parameters(subject: RemoteSubject, index: int) -> str:
    call, shapes = subject.transcript[index], _parameter_shapes(subject.spec)
    if not isinstance(call.value, dict):
        return _says(call, "a mapping from names to arrays")
    for name, shape in shapes.items():
        if not _is_array(call.value.get(name), shape):
            found = describe(call.value[name]) if name in call.value else "nothing"
            return f"{call.method} returned {found} for {name}, but should return finite numbers of shape {shape}"
    return ""


def _parameter_shapes(spec: Spec) -> Mapping[str, Shape]:
    if isinstance(spec, LayerSpec):
        return {name: parameter.shape for name, parameter in spec.parameters().items()}
    return {
        f"{index}.{name}": shape
        for index, layer in enumerate(spec.arguments().get("layers", ()))
        for name, shape in _parameter_shapes(layer).items()
    }


_RULES: dict[Answer, Rule] = {
    Answer.ARRAY: _any_array,
    Answer.FANS: _record,
    Answer.LIKE_ARGUMENT: _like_its_argument,
    Answer.LIKE_INPUT: _like_the_input_of_forward,
    Answer.NAMED: _parameters,
    Answer.NUMBER: _number,
    Answer.NUMBERS: _numbers,
    Answer.OF_SHAPE: _of_the_shape_asked_for,
    Answer.OUTPUT: _output,
    Answer.TEXTS: _texts,
}
