"""The same seed gives the same findings, whatever the number of threads, the runner, or the moment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from .running import Ran, check
from .submissions import BUGGY, layer, submission

CLOCK = re.compile(rb'("(?:seconds|started)": ?)("[^"]*"|[0-9.e-]+)')

NAMES = ("Dropout", "Sigmoid", "L1_Regularizer", "Xavier")


def without_clock(records: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """The records without what a clock has written."""
    return [{name: value for name, value in each.items() if name not in {"seconds", "started"}} for each in records]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run with failures of several kinds, with two threads."""
    return check(BUGGY, *NAMES, "--jobs", "2", results=tmp_path_factory.mktemp("first") / "results")


def test_the_same_seed_gives_the_same_findings(tmp_path: Path, first: Ran) -> None:
    assert first.status == 1
    again = check(BUGGY, *NAMES, "--seed", "0", "--jobs", "2", results=tmp_path / "results")
    assert without_clock(again.records) == without_clock(first.records)


def test_one_thread_gives_what_two_give(tmp_path: Path, first: Ran) -> None:
    one = check(BUGGY, *NAMES, "--jobs", "1", results=tmp_path / "results")
    assert without_clock(one.records) == without_clock(first.records)


@pytest.mark.slow
def test_two_runs_write_the_same_file_but_for_times(tmp_path: Path) -> None:
    files = []
    for jobs in ("2", "1"):
        check(BUGGY, "--effort", "standard", "--jobs", jobs, results=(path := tmp_path / f"results-{jobs}"))
        files.append(CLOCK.sub(rb"\1", path.read_bytes()).splitlines())
    different = [lines for lines in zip(*files, strict=True) if lines[0] != lines[1]]
    assert different == []
    assert sum(b'"trials"' in line for line in files[0]) >= 3, "smallest cases are among them"


def test_another_seed_draws_other_data(tmp_path: Path, first: Ran) -> None:
    other = check(BUGGY, *NAMES, "--seed", "4294967295", results=tmp_path / "results")
    assert other.header["seed"] == 4294967295
    named = [[each["id"] for each in ran.findings if "=" not in each["case"]] for ran in (other, first)]
    assert named[0] == named[1], "the drawn cases are others"
    assert {finding["verdict"] for finding in other.of("Sigmoid")} >= {"failed"}
    assert [finding["measured"] for finding in other.findings] != [finding["measured"] for finding in first.findings]


def test_without_protection_the_findings_are_the_same_and_the_result_says_so(tmp_path: Path, first: Ran) -> None:
    ran = check(BUGGY, *NAMES, "--direct", results=tmp_path / "results")
    assert ran.status == 1
    assert (first.header["protected"], ran.header["protected"]) == (True, False)
    assert ran.header["sandbox"].startswith("none")
    verdicts = [[(finding["id"], finding["verdict"]) for finding in each.findings] for each in (first, ran)]
    assert verdicts[0] == verdicts[1]
    assert "not protected (--direct)" in " ".join(ran.out.split())
    assert "not protected" not in first.out


def test_values_that_change_from_process_to_process_do_not_show(tmp_path: Path) -> None:
    spoiled = {
        "TanH": layer("TanH", forward="return object()"),
        "ReLU": layer("ReLU", forward="raise ValueError({'b', 'a', 'c'})"),
    }
    folder = submission(tmp_path / "submission", spoiled)
    runs = [check(folder, *spoiled, results=tmp_path / "results") for _ in range(2)]
    assert without_clock(runs[0].records) == without_clock(runs[1].records)
    assert "object" in runs[0].first("TanH")["message"]
