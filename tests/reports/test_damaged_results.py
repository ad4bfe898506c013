"""A results file that was damaged or forged is refused with a reason, or read and shown; never a traceback."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import backproof
from backproof import framework
from backproof.checks.results import ResultsError, read_results, to_line
from backproof.reports import FORMATS, render

MUTATIONS = 200
VALUES = (None, True, -1, 0.5, 1e308, 2**70, "", "x", "\x1b[2J", "passed", [], [[]], [None], {}, {"x": [1]}, [0.5, "x"])


class ReLU(framework.ReLU):
    """Backward forgets where the input was negative."""

    def backward(self, error_tensor: Any) -> Any:
        return error_tensor.copy()


@pytest.fixture(scope="module")
def content() -> str:
    """What a run over a wrong layer has written: failures with diagnosis, smallest case and evidence."""
    result = backproof.check(ReLU, "contract.latest", "gradient.input", "value.forward", effort="quick", seed=13)
    assert any(finding.smallest and finding.diagnosis for finding in result.findings)
    return "".join(to_line(record) + "\n" for record in (result.header, *result.findings, result.footer))


def cut(text: str, rng: random.Random) -> str:
    """Without some characters."""
    start = rng.randrange(len(text))
    return text[:start] + text[start + rng.choice((1, 3, 100)) :]


def overwrite(text: str, rng: random.Random) -> str:
    """With one other character."""
    place = rng.randrange(len(text))
    return text[:place] + rng.choice('{}[]",:0-e\\\x00\u2028\ud800é') + text[place + 1 :]


def end(text: str, rng: random.Random) -> str:
    """As a disk that is full leaves it."""
    return text[: rng.randrange(len(text))]


def shuffle(text: str, rng: random.Random) -> str:
    """With a line lost, doubled or moved."""
    lines = text.splitlines(keepends=True)
    line = lines.pop(rng.randrange(len(lines)))
    for _ in range(rng.randrange(3)):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return "".join(lines)


def forge(text: str, rng: random.Random) -> str:
    """With another value somewhere in a record, one key less, or one more."""
    lines = text.splitlines()
    number = rng.randrange(len(lines))
    record = json.loads(lines[number])
    holder, key = rng.choice(list(places(record)))
    what = rng.randrange(6)
    if what == 0:
        del holder[key]
    elif what == 1 and isinstance(holder, dict):
        holder[f"{key} "] = holder.pop(key)
    else:
        holder[key] = rng.choice(VALUES)
    lines[number] = json.dumps(record)
    return "\n".join(lines)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every item inside of a JSON value, as what holds it and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


KINDS: tuple[Callable[[str, random.Random], str], ...] = (cut, overwrite, end, shuffle, *(forge,) * 4)


def test_damage_is_named_or_does_not_matter(content: str) -> None:
    rng = random.Random(13)
    reasons, shown = [], 0
    for _ in range(MUTATIONS):
        damaged = rng.choice(KINDS)(content, rng)
        try:
            result = read_results(damaged.split("\n"))
        except ResultsError as error:
            reasons.append(str(error))
        else:
            shown += 1
            for form in FORMATS:
                assert render(result, form)
    assert all(reason.isprintable() and 20 < len(reason) < 400 for reason in reasons)
    assert len(reasons) > MUTATIONS / 2
    assert shown > MUTATIONS / 20, "what the schema leaves free is shown, whatever it is"


def test_the_whole_file_is_read(content: str) -> None:
    assert read_results(content.split("\n")).footer.verdict == "nonconformant"
