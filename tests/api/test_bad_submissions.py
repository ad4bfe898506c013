"""Submissions with honest mistakes: each layer gets the right verdict and a clear sentence, the others are checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .running import Ran, check
from .submissions import layer, spoiled_layers, submission

HEALTHY = "L1_Regularizer"


def in_every_case(folder: Path, spoiled: dict[str, str]) -> Ran:
    """A run of the spoiled layers, and of one that is not, in all named cases."""
    names = (*spoiled, HEALTHY, "--effort", "standard")
    return check(submission(folder / "submission", spoiled), *names, results=folder / "results")


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Six ways in which a layer cannot be used."""
    folder = tmp_path_factory.mktemp("unfinished")
    spoiled = {
        "Dropout": "class Dropout:\n    def __init__(self, probability)\n        pass\n",
        "Flatten": "import a_library_that_nobody_has\n\n\nclass Flatten:\n    pass\n",
        "ReLU": layer("ReLU", init="raise ValueError('not finished yet')"),
        "Sigmoid": layer("Sigmoid", top="import sys", forward="sys.exit(0)"),
        "SoftMax": layer("SoftMax", top="import os", forward="os._exit(0)"),
        "TanH": layer("TanH", top="import os; os._exit(0)"),
    }
    return in_every_case(folder, spoiled)


@pytest.fixture(scope="module")
def odd_values(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Layers that return what no layer may return, or that change what they are given."""
    folder = tmp_path_factory.mktemp("odd")
    spoiled = {
        "Dropout": (
            "class Dropout:\n    testing_phase = False\n    def __init__(self, probability):\n        pass\n"
            "    def forward(self, x):\n        return x[:, :1]\n    def backward(self, e):\n        return e\n"
        ),
        "Flatten": layer("Flatten", forward="return None"),
        "ReLU": layer("ReLU", forward="return np.full(input_tensor.shape, np.nan)"),
        "Sigmoid": layer("Sigmoid", forward="return 'done'"),
        "SoftMax": layer("SoftMax", backward="return np.full(error_tensor.shape, 'x', dtype=object)"),
        "TanH": layer("TanH", forward="input_tensor[...] = 0", backward="error_tensor += 1"),
    }
    return in_every_case(folder, spoiled)


def test_the_stubs_are_correct(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("stubs")
    stubs = spoiled_layers()
    ran = check(submission(folder / "submission", stubs), *stubs, results=folder / "results")
    assert (ran.status, ran.footer["verdict"]) == (0, "conformant")
    assert set(ran.footer["counts"]) == {"passed"}


@pytest.mark.parametrize(
    ("name", "verdict", "sentence"),
    [
        ("Dropout", "errored", "SyntaxError: expected ':'"),
        ("Flatten", "errored", "No module named 'a_library_that_nobody_has' (Layers/Flatten.py:1 in <module>)"),
        ("ReLU", "errored", "ValueError: not finished yet (Layers/ReLU.py:9 in __init__)"),
        ("Sigmoid", "errored", "SystemExit: 0 (Layers/Sigmoid.py:12 in forward)"),
        ("SoftMax", "died", "ended during forward: exited with status 0"),
        ("TanH", "died", "ended during build(TanH): exited with status 0"),
    ],
)
def test_a_layer_that_cannot_be_used(unfinished: Ran, name: str, verdict: str, sentence: str) -> None:
    finding = unfinished.first(name)
    assert (finding["verdict"], sentence in finding["message"]) == (verdict, True), finding["message"]
    assert finding["hint"]


@pytest.mark.parametrize(
    ("name", "check_id", "sentence"),
    [
        ("Dropout", "contract.forward", "has shape (12, 1), but should have (12, 10)"),
        ("Flatten", "contract.forward", "is None, but should be a floating-point array of shape (9, 132)"),
        ("ReLU", "contract.forward", "nan, but should be finite; 50 of 50 entries are not"),
        ("Sigmoid", "contract.forward", "is str 'done', but should be a floating-point array of shape (10, 5)"),
        ("SoftMax", "contract.backward", "dtype object"),
        ("TanH", "contract.pure", "forward modifies its input"),
    ],
)
def test_a_layer_that_returns_or_changes_what_it_may_not(
    odd_values: Ran, name: str, check_id: str, sentence: str
) -> None:
    finding = odd_values.first(name)
    assert (finding["verdict"], finding["check"]) == ("failed", check_id)
    assert sentence in finding["message"]


@pytest.mark.parametrize("runs", ["unfinished", "odd_values"])
def test_the_other_layers_are_checked_and_the_run_ends(runs: str, request: pytest.FixtureRequest) -> None:
    ran: Ran = request.getfixturevalue(runs)
    assert (ran.status, ran.footer["verdict"]) == (1, "nonconformant")
    assert set(ran.verdicts(HEALTHY)) == {"passed"}
    assert "harness_error" not in ran.footer["counts"]
    assert "Traceback" not in ran.out + ran.err


def test_the_root_cause_is_named_where_a_check_is_blocked(unfinished: Ran) -> None:
    roots = {finding["blocked_by"] for finding in unfinished.of("ReLU") if finding["verdict"] == "blocked"}
    assert roots >= {f"ReLU/{case}/contract.constructs" for case in ("vector", "image", "batch-1")}
    assert {root.split("/")[2] for root in roots} == {"contract.constructs"}


def test_a_file_that_cannot_be_parsed_is_noted(unfinished: Ran) -> None:
    assert "Layers/Dropout.py cannot be parsed: line 2: expected ':'" in unfinished.header["notes"]


def test_what_is_printed_fits_the_screen(unfinished: Ran) -> None:
    commands = ("  Again ", "  Replay ", "  backproof check ")
    *lines, _ = unfinished.out.splitlines()  # the last one is for programs as well, and stays whole
    long = [line for line in lines if len(line.rstrip()) > 80 and not line.startswith(commands)]
    assert long == []


def test_an_error_is_shown_with_its_type_its_text_and_its_line(unfinished: Ran) -> None:
    text = " ".join(unfinished.out.split())
    assert re.search(r"Raised SyntaxError: expected ':' .*\(Layers/Dropout.py:2\) At", text)
    assert "At Layers/Dropout.py:2: def __init__(self, probability)" in text
    assert "Raised ModuleNotFoundError: No module named 'a_library_that_nobody_has'" in text
    assert "frozen importlib" not in text
