"""Reading a waiver file: TOML with a table `[[waiver]]` for each waiver."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..results import FAILING, Verdict
from .waivers import Waiver

KEYS = ("finding", "reason", "expires", "verdicts")
_HEAD = re.compile(r"^\s*\[\[\s*waiver\s*\]\]")
_COVERABLE = tuple(str(verdict) for verdict in Verdict if verdict in FAILING)


class WaiverError(ValueError):
    """A waiver file cannot be used; the text says which file, line and key, and what should be there."""


def read_waivers(path: str) -> tuple[Waiver, ...]:
    """The waivers of a file.

    Raises:
        WaiverError: it cannot be read, is no TOML, or an entry is not as it should be.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise WaiverError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WaiverError(f"{path} is no TOML: {error}") from error
    entries = data.pop("waiver", [])
    if data:
        raise WaiverError(f"{path}: unknown key {next(iter(data))!r}; a waiver begins with a line [[waiver]]")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise WaiverError(f"{path}: waiver should be a list of tables; begin each waiver with a line [[waiver]]")
    places = _places(path, text, len(entries))
    waivers = tuple(_waiver(entry, place) for entry, place in zip(entries, places, strict=True))
    for index, waiver in enumerate(waivers):
        for earlier in waivers[:index]:
            if waiver.finding == earlier.finding and waiver.verdicts & earlier.verdicts:
                raise WaiverError(f"{waiver.place}: {earlier.place} is for {waiver.finding} already; delete one")
    return waivers


def _places(path: str, text: str, count: int) -> list[str]:
    """Where the entries begin; by number if they are not written as tables of their own."""
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _HEAD.match(line)]
    if len(lines) != count:
        return [f"{path}, waiver {number}" for number in range(1, count + 1)]
    return [f"{path}, line {number}" for number in lines]


def _waiver(entry: Mapping[str, Any], place: str) -> Waiver:
    unknown = [key for key in entry if key not in KEYS]
    if unknown:
        raise WaiverError(f"{place}: unknown key {unknown[0]!r}; there are: {', '.join(KEYS)}")
    expires = entry.get("expires")
    if expires is not None and (not isinstance(expires, date) or isinstance(expires, datetime)):
        raise WaiverError(f"{place}: expires={expires!r}, but should be a day without quotes, such as 2027-01-31")
    return Waiver(
        finding=_glob(entry, place),
        reason=_text(entry, "reason", place),
        expires=expires,
        verdicts=_verdicts(entry, place),
        place=place,
    )


def _text(entry: Mapping[str, Any], key: str, place: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        problem = f"{key} is missing" if value is None else f"{key}={value!r}"
        raise WaiverError(f'{place}: {problem}; every waiver needs {key} = "…", a text that is not empty')
    return " ".join(value.split())


def _glob(entry: Mapping[str, Any], place: str) -> str:
    glob = _text(entry, "finding", place)
    if "[" in re.sub(r"\[!?\]?[^\]]*\]", "", glob):
        raise WaiverError(f"{place}: finding={glob!r} has a [ without its ]; write [[] for the character itself")
    if "*" not in glob and glob.count("/") not in {2, 3}:
        raise WaiverError(
            f"{place}: finding={glob!r} can match no id; an id is LAYER/CASE/CHECK or has /QUANTITY added"
        )
    return glob


def _verdicts(entry: Mapping[str, Any], place: str) -> frozenset[Verdict]:
    names = entry.get("verdicts")
    if names is None:
        return FAILING
    if not isinstance(names, list) or not names or not all(name in _COVERABLE for name in names):
        raise WaiverError(f"{place}: verdicts={names!r}, but should be a list of some of: {', '.join(_COVERABLE)}")
    return frozenset(Verdict(name) for name in names)
