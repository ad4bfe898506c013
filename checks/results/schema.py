"""The form of a line of a results file, read from `results.schema.json`, and lines held to it.

The schema is the only statement of that form. What is read is validated by code that is generated from it when a
line is first read; a file may be damaged or forged, so nothing else is assumed of a line.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(files(__package__).joinpath("results.schema.json").read_text("utf-8"))
    return schema


@cache
def field_names(kind: str) -> tuple[str, ...]:
    """Return the names of the fields of a line of this kind, in the order in which they are written."""
    return tuple(_schema()["$defs"][kind]["properties"])


@cache
def _kinds() -> tuple[str, ...]:
    """The kinds of lines: header, finding, footer."""
    return tuple(option["$ref"].removeprefix("#/$defs/") for option in _schema()["oneOf"])


@cache
def _validator(kind: str) -> Callable[..., Any]:
    """A function that raises for what is no object of this kind; generated when first needed."""
    import fastjsonschema  # noqa: PLC0415 - writing needs no validation

    schema = {"$ref": f"#/$defs/{kind}", "$defs": _schema()["$defs"]}
    validate: Callable[..., Any] = fastjsonschema.compile(schema, use_default=False, use_formats=False)
    return validate


def valid_object(line: str) -> dict[str, Any]:
    """Return the object in a line, which may be damaged or forged, if the schema allows it.

    Raises:
        ValueError: it does not; the text names the field and the reason.
    """
    try:
        data: Any = json.loads(line, parse_float=_real, parse_int=_whole, parse_constant=_real)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    kind = data.get("type") if isinstance(data, dict) else None
    if kind not in _kinds():
        raise ValueError(f"its type should be one of {', '.join(_kinds())}")
    if kind == "header":
        _require_version(data.get("schema"))
    _validator(kind)(data, name_prefix=kind)
    valid: dict[str, Any] = data
    return valid


def _require_version(found: Any) -> None:
    version = _schema()["$defs"]["header"]["properties"]["schema"]["const"]
    if found != version:
        raise ValueError(f"schema={str(found)[:20]}, but should be {version}; use the version that wrote it")


def _real(text: str) -> float:
    """A number that a report can compute with."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is no finite number")
    return value


def _whole(text: str) -> int:
    _real(text)
    return int(text)
