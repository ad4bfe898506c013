"""Starting a worker: what loads, and what the user is told when it does not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from backproof.sandbox import Limits, LoadFailed, Session, Worker, launch
from backproof.sandbox.facts import check_facts
from backproof.specs import ReLU

from .conftest import LIMITS, Start, target_of

BUILD = "\ndef build(spec):\n    return None\n"


def failure(start: Start, source: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(LoadFailed) as caught:
        start(source, limits)
    return str(caught.value)


def test_the_built_in_framework_loads() -> None:
    with Worker.start({"kind": "builtin"}) as worker, worker.session() as session:
        assert session.build(ReLU()).forward(-1.0 * abs(0.5)) is not None
        assert "ReLU" in worker.facts["offered"]


def test_an_exception_is_told_with_its_place(start: Start) -> None:
    text = failure(start, "import json\njson.loads('{')" + BUILD)
    assert text.startswith("loading the subject raised JSONDecodeError: Expecting property name")
    assert "adapter.py:2 in <module>" in text


def test_an_exit_is_an_exception(start: Start) -> None:
    assert failure(start, "import sys\nsys.exit(0)").startswith("loading the subject raised SystemExit: 0")


def test_a_syntax_error_names_the_line(start: Start) -> None:
    assert "line 2" in failure(start, "import json\ndef build(:")


def test_a_module_that_is_no_adapter_is_refused(start: Start) -> None:
    assert "should have a function build(spec)" in failure(start, "x = 1")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoadFailed, match="nowhere"):
        Worker.start(target_of(tmp_path / "nowhere" / "adapter.py"))


def test_a_sudden_end_is_told_with_the_last_words(start: Start) -> None:
    text = failure(start, "import os\nprint('last words', flush=True)\nos._exit(5)")
    assert text == "the subject's process ended while it was loaded: exited with status 5\nlast words"


def test_a_crash_is_told(start: Start) -> None:
    assert "killed by SIGSEGV" in failure(start, "import ctypes\nctypes.string_at(0)")


def test_loading_that_does_not_end_is_ended(start: Start) -> None:
    text = failure(start, "while True:\n    print('again')", Limits(load_seconds=2.0))
    assert text == "loading the subject did not end within 2 s"


def test_a_flood_of_output_while_loading_does_no_harm(start: Start) -> None:
    assert start("print('x' * 10**7)" + BUILD).facts["adapter"] == "adapter.py"


def test_closed_streams_do_no_harm(start: Start) -> None:
    source = "import os, sys\nsys.stdout = None\nsys.stderr.close()\nos.close(1)\nos.close(2)" + BUILD
    assert start(source).facts["adapter"] == "adapter.py"


def test_threads_that_are_left_running_do_no_harm(start: Start) -> None:
    source = "import threading, time\nthreading.Thread(target=time.sleep, args=(3600,)).start()"
    with start(source + "\ndef build(spec):\n    return []").session() as session:
        assert session.build(ReLU()).call("copy") == []


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        ("[1]", "loading the subject raised TypeError"),
        ("{'a': float('nan')}", "should be a JSON type"),
        (
            "{'a': {'b': [0, object()]}}",
            r"describe()['a']['b'][1] of the adapter is object: <object object>, but should be",
        ),
        ("{1: 2}", "returned dict with other keys than strings: {"),
        ("{'text': ['x' * 900] * 200}", "is longer than 100000 characters; shorten it"),
    ],
)
def test_facts_are_json_and_short(start: Start, returned: str, text: str) -> None:
    assert text in failure(start, f"def describe():\n    return {returned}" + BUILD)


@pytest.mark.parametrize("value", [None, [], "facts", 1.0])
def test_facts_are_a_dict(value: Any) -> None:
    with pytest.raises(LoadFailed, match="should return a dict"):
        check_facts(value)


def test_facts_that_are_json_pass() -> None:
    facts = {"a": [1, 0.5, None, True, {"b": "text"}]}
    assert check_facts(facts) == facts


def test_a_submission_may_shadow_the_standard_library(start: Start, tmp_path: Path) -> None:
    """Modules of the harness are loaded before the submission's folder is searched."""
    for name in ("traceback", "linecache", "random", "json", "socket", "struct", "copy"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('shadowed')", encoding="utf-8")
    with start("def build(spec):\n    return [1]").session() as session:
        subject = session.build(ReLU())
        assert subject.call("copy") == [1]
        with pytest.raises(Exception, match="IndexError"):
            subject.call("pop", 3)


def test_windows_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(LoadFailed, match="use --direct, or run Backproof in WSL"):
        Worker.start({"kind": "builtin"})


def test_a_search_path_is_handed_on_only_where_backproof_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    base = Path(launch.__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"/somewhere:{base}")
    assert launch.environment("/tmp")["PYTHONPATH"] == str(base)
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    assert "PYTHONPATH" not in launch.environment("/tmp")


def test_the_users_site_is_searched_only_where_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert launch.command(7)[1:] == ["-P", "-s", "-m", "backproof.sandbox.worker", "7"]
    monkeypatch.setattr("site.ENABLE_USER_SITE", True)
    monkeypatch.setattr("site.getusersitepackages", lambda: str(Path(launch.__file__).parents[1]))
    assert "-s" not in launch.command(7)


def test_a_submission_is_loaded_once_for_all_sessions(start: Start) -> None:
    worker = start("import time\nLOADED = time.time_ns()\ndef build(spec):\n    return [LOADED]")

    def loaded(session: Session) -> int:
        with session:
            return int(session.build(ReLU()).call("copy")[0])

    assert loaded(worker.session()) == loaded(worker.session())
