"""Submissions that want a pass they have not earned: none gets it, and none keeps the others from being checked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .running import Ran, check, run
from .submissions import layer, submission

HEALTHY = "L1_Regularizer"

REPLACED_NUMPY = """\
np.allclose = np.isclose = np.array_equal = np.isfinite = lambda *args, **kwargs: True
np.abs = np.absolute = lambda x: 0 * x
np.linalg.norm = np.max = np.sum = np.square = lambda *args, **kwargs: 0.0
"""

FORGER = """\
import json, os, struct

def forge():
    reply = [[None, [], None]]
    header = json.dumps({"id": 1, "arrays": [], "value": reply}).encode()
    frame = struct.pack("<8sIQ", b"backprf\\x01", len(header), 0) + header
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, 9 * frame)
        except OSError:
            pass
"""

HANDS_ON_THE_HARNESS = """\
for thing in gc.get_objects():
    if type(thing).__name__ == "SubjectHost":
        thing.execute = lambda *args: None
    if type(thing).__name__ == "Link":
        thing.send(1, [[0 * error_tensor, [], None]])
return 0 * error_tensor
"""

BURGLAR = """\
attempts = {{
    "write": lambda: open({results!r}, "a").write("forged"),
    "create": lambda: open({folder!r} + "/new", "w"),
    "read": lambda: open({folder!r} + "/secret").read(),
    "above": lambda: os.listdir(".."),
    "accounts": lambda: open("/etc/passwd").read(),
    "parent": lambda: os.kill(os.getppid(), 9),
    "harness": lambda: os.kill({harness}, 9),
    "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "fork": os.fork,
}}
print([name for name, attempt in attempts.items() if succeeds(attempt)])
return np.tanh(input_tensor) + 1
"""

SUCCEEDS = """\
import os, socket

def succeeds(attempt):
    try:
        attempt()
    except OSError:
        return False
    return True
"""

UNSUPPORTED = "from backproof.specs import Unsupported"
REFUSAL = "raise Unsupported('not in this edition')"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Layers that are wrong and reach for what could hide it."""
    folder = tmp_path_factory.mktemp("attacked")
    (folder / "secret").write_text("the solution")
    results = folder / "results"
    burglar = BURGLAR.format(results=str(results), folder=str(folder), harness=os.getpid())
    spoiled = {
        "Flatten": layer("Flatten", top=FORGER, forward="forge()\nreturn 0 * input_tensor"),
        "ReLU": layer("ReLU", top="import gc", backward=HANDS_ON_THE_HARNESS),
        "Sigmoid": layer("Sigmoid", top=f"{FORGER}\nforge()"),
        "SoftMax": layer("SoftMax", top=REPLACED_NUMPY, backward="return 0 * error_tensor"),
        "TanH": layer("TanH", top=SUCCEEDS, forward=burglar),
    }
    return check(submission(folder / "submission", spoiled), *spoiled, HEALTHY, results=results)


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Layers that want to count as not offered, or as done."""
    folder = tmp_path_factory.mktemp("refusing")
    spoiled = {
        "ReLU": layer("ReLU", top=UNSUPPORTED, forward=REFUSAL),
        "SoftMax": layer("SoftMax", top=UNSUPPORTED, backward=REFUSAL),
        "TanH": layer("TanH", top="import os", init="os._exit(0)"),
    }
    return check(submission(folder / "submission", spoiled), *spoiled, HEALTHY, results=folder / "results")


@pytest.mark.parametrize("runs", ["attacked", "refusing"])
def test_the_run_ends_with_the_right_verdict(runs: str, request: pytest.FixtureRequest) -> None:
    ran: Ran = request.getfixturevalue(runs)
    assert (ran.status, ran.footer["verdict"]) == (1, "nonconformant")
    assert set(ran.verdicts(HEALTHY)) == {"passed"}
    assert "harness_error" not in ran.footer["counts"]
    for name in set(ran.layers) - {HEALTHY}:
        assert set(ran.verdicts(name)) & {"failed", "errored", "died"}, name


@pytest.mark.parametrize("name", ["Flatten", "ReLU", "Sigmoid"])
def test_forged_frames_end_the_session(attacked: Ran, name: str) -> None:
    finding = attacked.first(name)
    assert finding["verdict"] == "died"
    assert "sent an invalid frame" in finding["message"]


def test_numpy_as_the_submission_sees_it_is_not_what_compares(attacked: Ran) -> None:
    finding = attacked.first("SoftMax")
    assert finding["verdict"] == "failed"
    assert "every entry is 0" in finding["message"]


def test_the_sandbox_holds(attacked: Ran) -> None:
    if "Landlock" not in attacked.header["sandbox"] or "no seccomp" in attacked.header["sandbox"]:
        pytest.skip(f"this system confines less: {attacked.header['sandbox']}")
    failing = [finding for finding in attacked.of("TanH") if finding["verdict"] == "failed"]
    printed = "".join(finding["output"] for finding in failing)
    assert "[]" in printed
    assert "'" not in printed, printed  # the name of an attempt that succeeded


@pytest.mark.parametrize(("name", "method"), [("ReLU", "forward"), ("SoftMax", "backward")])
def test_a_method_cannot_be_declared_unsupported(refusing: Ran, name: str, method: str) -> None:
    finding = refusing.first(name)
    assert finding["verdict"] == "errored"
    assert finding["check"] == f"contract.{method}"
    assert "not in this edition" in finding["message"]


@pytest.mark.parametrize("condition", ["True", "probability != 1"], ids=["always", "where-it-matters"])
def test_a_constructor_cannot_be_declared_unsupported(tmp_path: Path, condition: str) -> None:
    dropout = (
        f"{UNSUPPORTED}\n\n\nclass Dropout:\n    testing_phase = False\n"
        f"    def __init__(self, probability):\n        if {condition}:\n            {REFUSAL}\n"
        "    def forward(self, x):\n        return x.copy()\n    def backward(self, e):\n        return e.copy()\n"
    )
    ran = check(submission(tmp_path / "submission", {"Dropout": dropout}), "Dropout", results=tmp_path / "results")
    assert ran.status != 0
    required = check(tmp_path / "submission", "Dropout", "--require", "Dropout", results=tmp_path / "results")
    assert (required.status, required.footer["verdict"]) == (1, "nonconformant")


@pytest.mark.parametrize(
    "source",
    [
        "from backproof.framework import ReLU\n",
        "import backproof.framework as framework\nReLU = framework.ReLU\n",
        "import importlib\nReLU = importlib.import_module('backproof.framework').ReLU\n",
        "def ReLU():\n    from backproof.adapters.builtin import framework\n    return framework.ReLU()\n",
        "def ReLU():\n    from backproof.checks import definitions\n",
        "def ReLU():\n    from backproof import mistakes\n",
    ],
    ids=["from", "as", "importlib", "adapters", "checks", "mistakes"],
)
def test_the_reference_is_out_of_reach(tmp_path: Path, source: str) -> None:
    ran = check(submission(tmp_path / "submission", {"ReLU": source}), "ReLU", results=tmp_path / "results")
    if "Landlock" not in ran.header["sandbox"]:
        pytest.skip(f"this system does not confine files: {ran.header['sandbox']}")
    assert ran.status == 1
    assert "PermissionError" in ran.first("ReLU")["message"]


def test_a_loop_ends_at_the_budget(tmp_path: Path) -> None:
    spoiled = {"TanH": layer("TanH", forward="while True:\n    pass"), "Sigmoid": layer("Sigmoid", top="while True: 0")}
    folder = submission(tmp_path / "submission", spoiled)
    ran = check(folder, *spoiled, HEALTHY, "--timeout", "0.3", results=tmp_path / "results")
    assert ran.status == 1
    assert ran.first("TanH")["verdict"] == ran.first("Sigmoid")["verdict"] == "timeout"
    assert "forward did not answer within the check's 0.3 s" in ran.first("TanH")["message"]
    assert "build(Sigmoid) did not answer" in ran.first("Sigmoid")["message"]
    assert set(ran.verdicts(HEALTHY)) == {"passed"}


def test_a_flood_of_output_is_capped(tmp_path: Path) -> None:
    flood = layer("TanH", forward="print('x' * 100_000_000)\nraise ValueError('drowned')")
    ran = check(submission(tmp_path / "submission", {"TanH": flood}), "TanH", results=tmp_path / "results")
    finding = ran.first("TanH")
    assert "ValueError: drowned" in finding["message"]
    assert finding["output"].endswith("more bytes)")
    assert len(finding["output"]) < 70_000
    assert len(ran.out) < 10_000


def test_what_a_submission_prints_cannot_steer_the_terminal(tmp_path: Path) -> None:
    text = "\\x1b[2J\\x1b]0;owned\\x07\\r\\u202eevil [bold]markup[/bold]"
    raising = layer("TanH", forward=f'print("{text}")\nraise ValueError("{text}")')
    ran = check(submission(tmp_path / "submission", {"TanH": raising}), "TanH", results=tmp_path / "results")
    assert "\x1b" not in ran.out + ran.err
    assert "\u202e" not in ran.out
    assert "[bold]markup[/bold]" in ran.out


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("1 / 0\ndef build(spec): ...\n", "ZeroDivisionError: division by zero (adapter.py:1 in <module>)"),
        ("import sys\nsys.exit(0)\ndef build(spec): ...\n", "SystemExit: 0 (adapter.py:2 in <module>)"),
        ("import os\nos._exit(0)\ndef build(spec): ...\n", "exited with status 0"),
        ("def build(spec): ...\ndef describe(): return 7\n", "TypeError"),
        ("def build(spec): ...\n", "offers none of"),
        ("build = 7\n", "it should have a function build(spec)"),
    ],
    ids=["raises", "sys.exit", "os._exit", "describe", "nothing", "no-function"],
)
def test_an_adapter_that_cannot_be_loaded(tmp_path: Path, source: str, sentence: str) -> None:
    adapter = tmp_path / "adapter.py"
    adapter.write_text(source)
    ran = run("check", adapter)
    assert ran.status == 3
    assert sentence in ran.err
    assert "Traceback" not in ran.err
