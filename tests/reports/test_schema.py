"""The schema in the repository describes the lines that are written, and no others; what it refuses is not read.

A second validator, of another hand, reads the schema here: jsonschema.
"""

from __future__ import annotations

import dataclasses
import json
from importlib.resources import files
from typing import Any

import pytest

from backproof.checks.results import (
    SCHEMA_VERSION,
    ArrayRecord,
    Diagnosis,
    Finding,
    Footer,
    Header,
    ResultsError,
    Smallest,
    Verdict,
    from_line,
    read_results,
    to_line,
)

from .sample import hostile_result, many_failures, passing_result, rich_result, scaled_dropout

jsonschema = pytest.importorskip("jsonschema")

SCHEMA: dict[str, Any] = json.loads(
    files("backproof.checks.results").joinpath("results.schema.json").read_text("utf-8")
)
VALIDATOR: Any = jsonschema.Draft202012Validator(SCHEMA)
RECORDS: dict[str, Header | Finding | Footer] = {
    "header": rich_result().header,
    "finding": scaled_dropout(),
    "footer": rich_result().footer,
}


def line_of(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(to_line(RECORDS[kind]))
    return data


def fields() -> list[tuple[str, str]]:
    return [(kind, name) for kind in RECORDS for name in line_of(kind)]


def allowed(data: dict[str, Any]) -> bool:
    """Whether the schema allows it, by both readers of the schema, which must agree."""
    try:
        from_line(json.dumps(data))
    except ResultsError:
        read = False
    else:
        read = True
    assert VALIDATOR.is_valid(data) is read
    return read


def test_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("result", [rich_result(), passing_result(2), many_failures(3), hostile_result()])
def test_real_lines_are_valid_and_are_read_back(result: Any) -> None:
    lines = [to_line(record) for record in (result.header, *result.findings, result.footer)]
    for line in lines:
        assert allowed(json.loads(line))
    assert read_results(lines).header == result.header


def test_minimal_records_are_valid() -> None:
    shortest = Finding(id="A/b/c", layer="A", case="b", family="f", check="c", law="", verdict=Verdict.PASSED)
    lines = (
        to_line(Header(subject="", seed=0, planned=0)),
        to_line(shortest),
        to_line(Footer(verdict="ungradable", counts={}, seconds=0)),
    )
    for line in lines:
        assert allowed(json.loads(line))


@pytest.mark.parametrize(("kind", "cls"), [("header", Header), ("finding", Finding), ("footer", Footer)])
def test_schema_names_exactly_the_fields(kind: str, cls: type) -> None:
    names = ["type", *(field.name for field in dataclasses.fields(cls))]
    assert sorted(SCHEMA["$defs"][kind]["properties"]) == sorted(names)


@pytest.mark.parametrize(("name", "cls"), [("diagnosis", Diagnosis), ("smallest", Smallest), ("array", ArrayRecord)])
def test_schema_names_exactly_the_fields_of_what_a_finding_holds(name: str, cls: type) -> None:
    assert sorted(SCHEMA["$defs"][name]["properties"]) == sorted(field.name for field in dataclasses.fields(cls))


def test_schema_names_the_version() -> None:
    assert SCHEMA["$defs"]["header"]["properties"]["schema"]["const"] == SCHEMA_VERSION


def test_schema_names_exactly_the_verdicts() -> None:
    assert SCHEMA["$defs"]["verdict"]["enum"] == [verdict.value for verdict in Verdict]


@pytest.mark.parametrize(("kind", "name"), fields())
def test_missing_field_is_caught(kind: str, name: str) -> None:
    data = line_of(kind)
    del data[name]
    assert not allowed(data)


@pytest.mark.parametrize(("kind", "name"), fields())
def test_renamed_field_is_caught(kind: str, name: str) -> None:
    data = line_of(kind)
    data[f"{name}_"] = data.pop(name)
    assert not allowed(data)


@pytest.mark.parametrize(("kind", "name"), fields())
def test_value_of_another_type_is_caught(kind: str, name: str) -> None:
    data = line_of(kind)
    data[name] = [{}] if isinstance(data[name], dict | str) else {}
    assert not allowed(data)


@pytest.mark.parametrize("bad", ["Dropout", "Dropout/case", "a/b/c/d/e", "/b/c", "a//c"])
def test_malformed_finding_id_is_caught(bad: str) -> None:
    assert not allowed(line_of("finding") | {"id": bad})


@pytest.mark.parametrize("kind", RECORDS)
def test_additional_field_is_caught(kind: str) -> None:
    assert not allowed(line_of(kind) | {"extra": ""})


def test_field_of_a_diagnosis_is_pinned() -> None:
    assert not allowed(line_of("finding") | {"diagnosis": [{"mistake": "a.b", "text": ""}]})
    extra = {"mistake": "a.b", "text": "", "exact": True, "extra": ""}
    assert not allowed(line_of("finding") | {"diagnosis": [extra]})


def test_evidence_is_free() -> None:
    assert allowed(line_of("finding") | {"evidence": {"anything": [1, {"at": None}]}})


def test_counts_of_an_unknown_verdict_are_caught() -> None:
    assert not allowed(line_of("footer") | {"counts": {"perfect": 1}})
