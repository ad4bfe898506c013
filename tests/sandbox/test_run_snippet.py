"""What a session says of a subject's calls as code, and programs that run where the subject lives."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from backproof.adapters import load, resolve
from backproof.sandbox import DirectSession, SessionLike, Worker
from backproof.specs import FullyConnected, Spec, Unsupported


@pytest.fixture(params=["worker", "direct"])
def session(request: pytest.FixtureRequest) -> Iterator[SessionLike]:
    if request.param == "direct":
        yield DirectSession(load(resolve(None)).build)
        return
    with Worker.start(resolve(None)) as worker, worker.session() as fresh:
        yield fresh


def test_phrases_are_texts_and_no_call_of_the_transcript(session: SessionLike) -> None:
    subject = session.build(FullyConnected(input_size=2, output_size=1))
    code_templates = subject.code_templates()
    assert code_templates["construct"] == "$self = FullyConnected(2, 1)"
    assert code_templates["forward"] == "$self.forward($0)"
    assert code_templates["assign"] == "$self.weights = np.vstack([$p_weights, $p_bias])"
    assert subject.transcript == []


@pytest.mark.parametrize(
    ("program", "ends"),
    [
        ("x = 1", ""),
        ("assert False", "AssertionError"),
        ("{}['a']", "KeyError"),
        ("x = (", "SyntaxError"),
        ("raise SystemExit(0)", "SystemExit"),
    ],
)
def test_a_program_ends_with_the_name_of_its_exception(session: SessionLike, program: str, ends: str) -> None:
    assert session.run_snippet(program) == ends
    assert session.run_snippet("") == "", "the session goes on"


def test_a_program_in_this_process_leaves_the_imports_alone() -> None:
    path, modules = list(sys.path), set(sys.modules)
    program = (
        "import sys, types\nsys.path.insert(0, '/nowhere')\nsys.modules['Helpers'] = types.ModuleType('Helpers')\n"
    )
    assert DirectSession(lambda spec: None).run_snippet(program) == ""
    assert sys.path == path
    assert set(sys.modules) <= modules | {"types"}


@pytest.mark.parametrize("said", ["text", {"forward": 1}, {"forward": "\x1b[2J"}, {"forward": "x" * 1001}, None])
def test_what_is_no_plain_text_is_refused(said: Any) -> None:
    class Odd:
        def code_templates(self) -> Any:
            return said

    def build(spec: Spec) -> Any:
        del spec
        return Odd()

    with pytest.raises(Unsupported, match="another form than plain short texts"):
        DirectSession(build).build(FullyConnected(input_size=2, output_size=1)).code_templates()


def test_an_adapter_need_not_say_anything() -> None:
    with pytest.raises(Unsupported, match="has no method code_templates"):
        DirectSession(lambda spec: object()).build(FullyConnected(input_size=2, output_size=1)).code_templates()
