"""Names choose checks: layers, course tests, checks, families, ids and globs, before and after the options."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import check, run
from .submissions import EXAMPLE, layer, submission


@pytest.fixture(scope="module")
def asked_of_dropout(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The ids of all checks of Dropout."""
    ran = check(EXAMPLE, "Dropout/*", results=tmp_path_factory.mktemp("dropout") / "results")
    return {finding["id"] for finding in ran.findings}


@pytest.mark.parametrize("name", ["dropout", "TestDropout", "testdropout.test_x"])
def test_a_layer_by_any_of_its_names(tmp_path: Path, name: str, asked_of_dropout: set[str]) -> None:
    ran = check(EXAMPLE, name, results=tmp_path / "results")
    assert (ran.layers, ran.status) == (["Dropout"], 0)
    assert ran.header["filters"] == [name]
    assert {finding["id"] for finding in ran.findings} == asked_of_dropout


@pytest.mark.parametrize(
    ("names", "checks"),
    [
        (["ReLU/vector/gradient.input"], {"gradient.input"}),
        (["ReLU/vector/gradient.input", "Sgd/scalar/optimizer.*"], {"gradient.input", "optimizer.trajectory"}),
        (["ReLU/*/gradient.*"], {"gradient.input", "gradient.kink"}),
    ],
)
def test_checks_by_id_and_glob(tmp_path: Path, names: list[str], checks: set[str]) -> None:
    ran = check(EXAMPLE, *names, results=tmp_path / "results")
    assert {finding["check"] for finding in ran.findings} >= checks
    assert {finding["check"].partition(".")[0] for finding in ran.findings} == {
        check_id.partition(".")[0] for check_id in checks
    }
    assert ran.status == 0


def test_a_family_selects_its_checks_in_every_layer(tmp_path: Path) -> None:
    ran = check("builtin", "regularization", results=tmp_path / "results")
    assert {finding["family"] for finding in ran.findings} == {"regularization"}
    assert {"L1_Regularizer", "Sgd", "NeuralNetwork"} <= set(ran.layers)


def test_names_may_stand_before_and_after_the_options(tmp_path: Path) -> None:
    ran = check(EXAMPLE, "ReLU", "--seed", "3", "TanH", results=tmp_path / "results")
    assert ran.layers == ["ReLU", "TanH"]
    assert ran.header["seed"] == 3


def test_the_level_decides_how_much_is_asked(tmp_path: Path) -> None:
    asked = {}
    for level in ("core", "full", "strict"):
        ran = check(EXAMPLE, "Sigmoid", "--level", level, results=tmp_path / "results")
        assert (ran.status, ran.header["level"]) == (0, level)
        asked[level] = {finding["id"] for finding in ran.findings}
    assert asked["core"] < asked["full"] < asked["strict"]
    assert "Sigmoid/vector/contract.views" in asked["strict"] - asked["full"]


def test_the_built_in_framework_has_a_name(tmp_path: Path) -> None:
    ran = check("builtin", "ReLU", results=tmp_path / "results")
    assert (ran.status, ran.header["subject"]) == (0, "builtin")


def test_verbose_says_a_line_per_layer_and_quiet_one_line() -> None:
    verbose = run("check", "builtin", "ReLU", "Sigmoid", "-v").out.splitlines()
    assert [line.partition(":")[0] for line in verbose[:2]] == ["✓ ReLU", "✓ Sigmoid"]
    (line,) = run("check", "builtin", "ReLU", "Sigmoid", "-q").out.splitlines()
    assert line.startswith("✓ conformant: ")


def test_a_filter_hides_no_cause(tmp_path: Path) -> None:
    folder = submission(tmp_path / "submission", {"ReLU": layer("ReLU", forward="return None")})
    for name in ("ReLU/*/gradient.*", "gradient.input"):
        ran = check(folder, name, results=tmp_path / "results")
        assert (ran.status, ran.footer["verdict"]) == (1, "nonconformant")
        assert set(ran.verdicts("ReLU")) == {"blocked"}
        (reason,) = ran.footer["reasons"]
        assert "ReLU/vector/contract.forward" in reason
        assert "ReLU/vector/contract.forward" in " ".join(ran.out.split())
