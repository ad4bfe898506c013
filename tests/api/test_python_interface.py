"""`import backproof`: what it costs, and what it gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import backproof
from backproof.cli import COMMANDS

from .submissions import BUGGY, EXAMPLE

HEAVY = {"numpy", "scipy", "hypothesis", "jinja2", "rich", "pytest"}
COMMAND_MODULES = {f"backproof.commands.{name}" for name in (*COMMANDS, "options")}


def modules_after(code: str) -> set[str]:
    """What is loaded after `code` has run in a process of its own."""
    script = f"import sys\n{code}\nprint(*sys.modules, sep='\\n', file=sys.stderr)"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "code",
    [
        "import backproof; dir(backproof)",
        "import backproof.pytest_plugin",
        "from backproof.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass",
        "from backproof.cli import main\ntry:\n    main(['check', '--help'])\nexcept SystemExit:\n    pass",
        "from backproof.cli import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n    pass",
    ],
    ids=["import", "plugin", "help", "check-help", "version"],
)
def test_what_needs_nothing_loads_nothing(code: str) -> None:
    loaded = modules_after(code)
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    rooms = {name.split(".")[1] for name in loaded if name.startswith("backproof.")}
    assert rooms <= {"cli", "commands", "exit_status", "interruption", "pytest_plugin"}
    assert {name for name in loaded if name.startswith("backproof.commands.")} <= COMMAND_MODULES


def test_workers_are_launched_before_numpy_is_loaded() -> None:
    code = (
        "from backproof.cli import main\n"
        "from backproof.sandbox import launch\n"
        "def stop(number): raise SystemExit\n"
        "launch.Launched = stop\n"
        "try:\n    main(['check'])\nexcept SystemExit:\n    pass"
    )
    loaded = modules_after(code)
    assert "backproof.threads" in loaded
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()


def test_the_test_sees_what_is_loaded() -> None:
    assert {"numpy", "backproof.checks", "backproof.checking"} <= modules_after("import backproof; backproof.check")


def test_a_result_is_true_when_the_subject_is_conformant() -> None:
    result = backproof.check(EXAMPLE, "ReLU", seed=5)
    assert result
    assert result.passed
    assert (result.header.seed, result.footer.verdict) == (5, "conformant")
    assert all(finding.verdict is backproof.Verdict.PASSED for finding in result.findings)


def test_a_result_is_false_when_it_is_not() -> None:
    result = backproof.check(str(BUGGY), "Sigmoid", "TanH")
    assert not result
    assert {finding.layer for finding in result.findings if finding.failing} == {"Sigmoid"}


def test_without_a_subject_it_is_the_built_in_framework() -> None:
    result = backproof.check(None, "SoftMax", jobs=1)
    assert result
    assert result.header.subject == "builtin"


def test_what_cannot_be_carried_out_raises(tmp_path: Path) -> None:
    with pytest.raises(backproof.UsageError, match="did you mean Dropout"):
        backproof.check(EXAMPLE, "Dropuot")
    with pytest.raises(backproof.UsageError, match="level='easy'"):
        backproof.check(EXAMPLE, level="easy")
    with pytest.raises(backproof.SubjectNotFound, match="there is no submission"):
        backproof.check(tmp_path)
    (tmp_path / "adapter.py").write_text("1 / 0\n\n\ndef build(spec):\n    return None\n")
    for direct in (False, True):
        with pytest.raises(backproof.LoadFailed, match="ZeroDivisionError"):
            backproof.check(tmp_path / "adapter.py", direct=direct)


def test_the_names_of_the_package_are_those_it_has() -> None:
    for name in backproof.__all__:
        assert getattr(backproof, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'knit'"):
        _ = backproof.knit


def test_a_result_is_one_readable_line() -> None:
    result = backproof.check(EXAMPLE, "ReLU", "contract.forward", effort="quick")
    assert repr(result).startswith(f"<Result of {EXAMPLE}: conformant: ")
    assert "\n" not in repr(result)
    assert repr(result).endswith(" passed>")
