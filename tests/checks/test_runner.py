"""The runner: prerequisites first, each check once, every planned id answered, in the plan's order."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from backproof.checks.plan.plan import Plan, make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.settings import Settings
from backproof.mistakes import correct
from backproof.sandbox import DirectSession, RemoteSubject, SubjectDied, WorkerDied
from backproof.specs import LayerSpec, Spec, Unsupported

from .mutants import WrongForward, made_of
from .running import Here, findings


def run(plan: Plan, build: Callable[[Spec], Any] = correct, jobs: int = 1) -> tuple[list[Finding], Runner]:
    found: list[Finding] = []
    runner = Runner(plan, Here(build))
    runner.run(jobs, found.append)
    return found, runner


# Blocking.


def test_blocked_findings_name_the_root_cause() -> None:
    found = {finding.id: finding for finding in findings(made_of(WrongForward), "ReLU")}
    root = "ReLU/vector/contract.forward"
    assert found[root].verdict is Verdict.FAILED
    kink = found["ReLU/vector/gradient.kink"]  # needs gradient.input, which needs contract.backward, which needs it
    assert kink.verdict is Verdict.BLOCKED
    assert kink.blocked_by == root
    assert kink.message == f"not looked at: {root} fails"
    assert kink.evaluations == 0


def test_one_root_cause_is_reported_once() -> None:
    found = [item for item in findings(made_of(WrongForward), "ReLU") if item.case == "vector"]
    assert [item.check for item in found if item.failing] == ["contract.forward"]
    assert {item.blocked_by for item in found if item.verdict is Verdict.BLOCKED} == {"ReLU/vector/contract.forward"}


def test_other_cases_are_still_looked_at() -> None:
    def build(spec: Spec) -> Any:
        return made_of(WrongForward)(spec)

    found = findings(build, "ReLU", "Sigmoid")
    assert {item.verdict for item in found if item.layer == "Sigmoid"} == {Verdict.PASSED}
    assert {item.case for item in found if item.failing} == {"vector", "image", "batch-1", "vector-float32"}


def test_a_failing_component_blocks_the_network_that_is_built_of_it() -> None:
    plan = make_plan(["ReLU", "NeuralNetwork"], Settings(names=("NeuralNetwork/classifier",)))
    found, _ = run(plan, made_of(WrongForward))
    verdicts = {item.check: (item.verdict, item.blocked_by) for item in found}
    assert verdicts["contract.constructs"] == (Verdict.PASSED, "")
    assert verdicts["contract.network"] == (Verdict.BLOCKED, "ReLU/vector/contract.forward")


def test_an_undecided_prerequisite_blocks_nothing() -> None:
    plan = make_plan(["ReLU"], Settings(names=("ReLU/vector/gradient.kink",)))
    runner = Runner(plan, Here(correct))
    runner.outcome("ReLU/vector/gradient.input")
    finding = runner.outcome("ReLU/vector/gradient.kink")
    assert finding.verdict is Verdict.PASSED


# Unsupported.


def without(operation: str) -> Callable[[Spec], Any]:
    """Layers that do not offer `operation`."""

    class Refusing:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            if name == operation:
                raise AttributeError(name)
            return getattr(self._inner, name)

    def build(spec: Spec) -> Any:
        return Refusing(correct(spec)) if isinstance(spec, LayerSpec) else correct(spec)

    return build


def test_unsupported_passes_on_within_a_case() -> None:
    found = {item.check: item for item in findings(without("attach_optimizer"), "BatchNormalization")}
    assert found["optimizer.applied"].verdict is Verdict.UNSUPPORTED
    assert found["optimizer.state"].verdict is Verdict.UNSUPPORTED
    assert found["optimizer.state"].blocked_by.endswith("optimizer.applied/weights")
    assert found["optimizer.state"].message == found["optimizer.applied"].message
    assert found["gradient.parameter"].verdict is Verdict.PASSED


def test_unsupported_does_not_pass_on_to_other_cases() -> None:
    plan = make_plan(
        ["FullyConnected", "SoftMax", "ReLU", "CrossEntropyLoss", "Sgd", "NeuralNetwork"],
        Settings(names=("NeuralNetwork/classifier/optimizer.network",)),
    )
    found, runner = run(plan, without("attach_optimizer"))
    assert runner.outcome("FullyConnected/4-to-3/optimizer.applied/weights").verdict is Verdict.UNSUPPORTED
    assert [item.verdict for item in found] == [Verdict.PASSED]


def test_a_component_that_is_not_there_is_unsupported_in_every_check() -> None:
    def build(spec: Spec) -> Any:
        raise Unsupported("there is no such file")

    found = findings(build, "ReLU")
    assert {(item.verdict, item.message) for item in found} == {(Verdict.UNSUPPORTED, "there is no such file")}


# Order.


def test_findings_come_in_the_order_of_the_plan_whatever_the_jobs() -> None:
    plan = make_plan(["ReLU", "Sgd", "L2_Regularizer", "Flatten", "SoftMax", "CrossEntropyLoss"])
    expected = [planned.id for planned in plan.selected]
    one, two = (run(plan, jobs=jobs)[0] for jobs in (1, 2))
    assert [finding.id for finding in one] == expected
    assert [finding.id for finding in two] == expected
    assert [(item.verdict, item.measured, item.message) for item in one] == [
        (item.verdict, item.measured, item.message) for item in two
    ]


def test_delivery_keeps_the_order_where_a_later_group_is_done_first() -> None:
    plan = make_plan(["Flatten", "ReLU"], Settings(names=("contract.constructs",)))
    last = plan.selected[-1]
    later_done = threading.Event()

    def build(spec: Spec) -> Any:
        if spec.name() == "Flatten":  # the plan's first group waits for its last one
            assert later_done.wait(timeout=60)
        return correct(spec)

    class Watched(Here):
        def session(self) -> DirectSession:
            session = super().session()
            close = session.close

            def closing() -> None:
                if runner._done.get(last.id):
                    later_done.set()
                close()

            session.close = closing  # type: ignore[method-assign]  # the runner closes a group's session when it is done
            return session

    runner = Runner(plan, Watched(build))
    found: list[Finding] = []
    runner.run(len(plan.selected), found.append)
    assert [finding.id for finding in found] == [planned.id for planned in plan.selected]


def test_selected_findings_alone_are_reported_though_prerequisites_run() -> None:
    plan = make_plan(["ReLU"], Settings(names=("ReLU/vector/gradient.kink",)))
    found, runner = run(plan)
    assert [item.check for item in found] == ["gradient.kink"]
    assert {runner.outcome(item.id).id for item in plan.everything.values() if item.id in runner._done} == {
        f"ReLU/vector/{name}"
        for name in ("contract.constructs", "contract.forward", "contract.backward", "gradient.input", "gradient.kink")
    }


# Each check once.


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    from backproof.checks.run import group_runner as module

    counts: Counter[str] = Counter()
    examine = module.examine  # type: ignore[attr-defined]  # imported there, and replaced there

    def counting(planned: Any, *args: Any, **kwargs: Any) -> Any:
        counts[planned.id] += 1
        return examine(planned, *args, **kwargs)

    monkeypatch.setattr(module, "examine", counting)
    return counts


def test_each_check_runs_once(counted: Counter[str]) -> None:
    plan = make_plan(["ReLU", "SoftMax"])
    _, runner = run(plan, jobs=2)
    assert counted == Counter({item.id: 1 for item in plan.selected})
    runner.outcome(plan.selected[-1].id)
    assert set(counted.values()) == {1}


def test_outcome_runs_the_prerequisites_first(counted: Counter[str]) -> None:
    plan = make_plan(["ReLU"])
    runner = Runner(plan, Here(correct))
    assert runner.outcome("ReLU/vector/gradient.kink").verdict is Verdict.PASSED
    order = list(counted)
    assert order[-1] == "ReLU/vector/gradient.kink"
    assert order[0] == "ReLU/vector/contract.constructs"
    assert set(counted.values()) == {1}
    assert len(order) == 5


def test_outcome_is_blocked_by_a_failing_prerequisite() -> None:
    runner = Runner(make_plan(["ReLU"]), Here(made_of(WrongForward)))
    finding = runner.outcome("ReLU/vector/gradient.kink")
    assert (finding.verdict, finding.blocked_by) == (Verdict.BLOCKED, "ReLU/vector/contract.forward")


def test_outcome_of_an_unknown_id_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Runner(make_plan(["ReLU"]), Here(correct)).outcome("ReLU/vector/nothing")


# Sessions.


class Mortal(DirectSession):
    """Dies at its first build of a given case; a session after it does not."""

    alive = True

    def __init__(self, dies: bool) -> None:
        super().__init__(correct)
        self._dies = dies
        self.closed = False

    def build(self, spec: Spec, seed: int = 0, *, later: bool = False) -> RemoteSubject:
        if self._dies:
            self.alive = False
            raise SubjectDied("killed by SIGSEGV", "build")
        return super().build(spec, seed, later=later)

    def close(self) -> None:
        self.closed = True
        super().close()
        if not self.alive:
            raise SubjectDied("it is gone", "close")


class MortalSource:
    """The first `deaths` sessions die."""

    def __init__(self, deaths: int) -> None:
        self._deaths = deaths
        self.sessions: list[Mortal] = []

    def session(self) -> Mortal:
        self.sessions.append(Mortal(len(self.sessions) < self._deaths))
        return self.sessions[-1]


def test_a_dead_session_is_replaced() -> None:
    plan = make_plan(["SoftMax"], Settings(names=("SoftMax/square",)))
    source, found = MortalSource(deaths=1), list[Finding]()
    Runner(plan, source).run(1, found.append)
    assert found[0].verdict is Verdict.DIED
    assert "killed by SIGSEGV" in found[0].message
    assert {item.verdict for item in found[1:]} == {Verdict.BLOCKED}

    names = ("SoftMax/square/contract.constructs", "SoftMax/batch-1/contract.constructs")
    source, found = MortalSource(deaths=1), []
    Runner(make_plan(["SoftMax"], Settings(names=names)), source).run(1, found.append)
    assert [item.verdict for item in found] == [Verdict.DIED, Verdict.PASSED]
    assert all(session.closed for session in source.sessions)


def test_within_a_group_the_next_check_gets_a_new_session() -> None:
    class DiesInOneCheck(Mortal):
        def operate(self, handle: int, operations: Sequence[tuple[str, Sequence[Any]]]) -> Iterator[Any]:
            if len(source.sessions) == 1 and any(method == "backward" for method, _ in operations):
                self.alive = False
                raise SubjectDied("exited with status 1", "backward")
            return super().operate(handle, operations)

    class Source(MortalSource):
        def session(self) -> Mortal:
            self.sessions.append(DiesInOneCheck(dies=False))
            return self.sessions[-1]

    source, found = Source(0), list[Finding]()
    Runner(make_plan(["ReLU"], Settings(names=("ReLU/vector",))), source).run(1, found.append)
    assert [item.check for item in found if item.verdict is not Verdict.PASSED][:1] == ["contract.backward"]
    assert len(source.sessions) == 2


def test_no_new_worker_is_a_finding_not_a_crash() -> None:
    class Exhausted:
        def session(self) -> DirectSession:
            raise WorkerDied("the worker ended 50 times")

    found: list[Finding] = []
    plan = make_plan(["ReLU"], Settings(names=("contract.constructs",)))
    Runner(plan, Exhausted()).run(2, found.append)
    assert len(found) == len(plan.selected)
    assert {item.verdict for item in found} == {Verdict.DIED}
    assert {item.message for item in found} == {"the worker could not be started again: the worker ended 50 times"}


def test_every_group_has_its_own_session() -> None:
    source = Here(correct)
    plan = make_plan(["ReLU", "Sgd"])
    Runner(plan, source).run(1, lambda finding: None)
    assert source.sessions == len({item.group for item in plan.selected})
