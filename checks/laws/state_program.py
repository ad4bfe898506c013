"""State: programs, that is sequences of calls, compared with a model; one that fails is shortened.

After a tour of what goes wrong most, a program is drawn whole, as a list of single steps and of idioms, such as a
training step; steps that are not allowed where they stand are left out. So it can run in a few round trips.
(Hypothesis's rule-based state machine decides step by step, at one round trip each. To draw a list takes it as long as
the calls themselves take, and to shrink one takes seconds, where leaving out calls takes tenths of one.)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Generic, TypeVar

from ...sandbox import Asked, Asking, RemoteSubject, SubjectError, SubjectRaised
from ...specs import Question, Unsupported
from ..context import Context
from ..law import Law
from ..measurement import Measurement, failed, passed, same
from ..results import Verdict

S = TypeVar("S")

LENGTH = 24  # steps and idioms that are drawn; about three quarters of the steps are allowed
TRIALS = 300  # programs that are run in all while a failure is shortened


@dataclass(frozen=True)
class Step:
    """One call in a program.

    Attributes:
        method: what is called.
        data: names of its arguments.
        other: whether a second instance of the same component is called.
    """

    method: str
    data: tuple[str, ...] = ()
    other: bool = False

    def __str__(self) -> str:
        return f"{'other.' if self.other else ''}{self.method}({', '.join(self.data)})"


Program = tuple[Step, ...]


class Model(ABC, Generic[S]):
    """What a component of one kind must answer, given the logical state of an instance.

    Attributes:
        steps: the calls of which programs are made, the simplest first.
        idioms: short sequences that are common in use, which chance alone would seldom draw.
        turn: what is called between the two rounds of the tour.
        ending: what is called after them.
        legend: what the names in the calls stand for, for a person.
        draws: whether the component draws at random. Building an instance seeds the global generator, so that
            both instances must be there before the first call; else the second is built when it is first called.
    """

    steps: tuple[Step, ...]
    idioms: tuple[Program, ...] = ()
    turn: Program = ()
    ending: Program = ()
    legend: str
    draws: bool = False

    def __init__(self, context: Context) -> None:
        self.context = context

    def tour(self) -> Program:
        """The program that always comes first: every idiom on both instances, which take turns.

        So chance adds to a power that is there.
        """
        idioms = self.idioms or tuple((step,) for step in self.steps)
        rounds = [
            [step for place, idiom in enumerate(idioms) for step in (idiom if place % 2 == first else _swapped(idiom))]
            for first in (0, 1)
        ]
        turn, ending = ((*part, *_swapped(part)) for part in (self.turn, self.ending))
        return (*rounds[0], *turn, *rounds[1], *ending)

    @abstractmethod
    def start(self) -> S:
        """The logical state of a new instance, after the prelude."""

    def prelude(self) -> list[Question[Any]]:
        """What brings a new instance into the state `start`."""
        return []

    def admits(self, state: S, step: Step) -> bool:
        """Tell whether every correct component must answer `step` here, and how."""
        del state, step
        return True

    @abstractmethod
    def questions(self, state: S, step: Step) -> list[Question[Any]]:
        """The step as calls of the subject, with what is read afterwards."""

    @abstractmethod
    def advance(self, state: S, step: Step) -> None:
        """Change `state` as the step does."""

    @abstractmethod
    def judge(self, state: S, step: Step, answers: Sequence[Any]) -> Law:
        """Compare the answers to the step's questions with what they must be; `state` is that after the step."""


@dataclass(frozen=True)
class Fault:
    """A program whose last call is answered wrongly, and the instances that it ran on."""

    program: Program
    measurement: Measurement
    subjects: tuple[RemoteSubject, ...]


def explore(model: Model[Any], length: int = LENGTH) -> Law:
    """Run drawn programs; after a failure report the shortest that fails."""
    explorer = Explorer(model)
    fault = yield from explorer.search(length)
    if fault is None:
        yield passed()
        return
    model.context.subjects[:] = fault.subjects  # the calls by which the failure is explained
    found = fault.measurement
    yield replace(
        found,
        message=f"{calls_text(fault.program)}: {found.message}",
        hint=found.hint or hint_for(fault.program),
        evidence={**found.evidence, "in these calls": model.legend},
    )


def calls_text(program: Program) -> str:
    """The calls, numbered."""
    return "  ".join(f"{number}. {step}" for number, step in enumerate(program, start=1))


def hint_for(program: Program) -> str:
    """What to look for, by the calls that are needed for the failure."""
    methods = {step.method for step in program}
    if any(step.other for step in program):
        return "store state on self in __init__, never on the class, in a module variable or in a default argument"
    if "set_phase" in methods:
        return "look at the phase in every forward, and let nothing that the other phase has stored survive"
    if "attach_optimizer" in methods:
        return (
            "every backward must update each parameter once, by the optimizer, from the gradient that it has computed"
        )
    if "assign" in methods:
        return "use the parameters as they are when forward is called, not a copy that was made earlier"
    return "the answer must not depend on how often or with what it was called before: look for what is not stored anew"


class Explorer(Generic[S]):
    """Runs the tour and a drawn program, and shortens the first that fails.

    Args:
        model: what the answers must be.
    """

    def __init__(self, model: Model[S]) -> None:
        self._model = model
        self._faults: dict[Program, Fault | None] = {}
        self._broken: SubjectError | Unsupported | None = None

    def search(self, length: int = LENGTH) -> Asking[Fault | None]:
        """The shortest failing program that was found; None if all programs are answered rightly.

        Raises:
            SubjectError: the subject does not end or dies, and there is no failure before.
            Unsupported: a call is not offered.
        """
        if (yield from self._fails(self._model.tour())) or self._broken is not None:
            return (yield from self._shortest())
        steps: list[Program] = [(step,) for step in self._model.steps]
        idioms = self._model.idioms or tuple(steps)
        table = [(), *steps, *map(_swapped, steps), *idioms, *idioms, *map(_swapped, idioms)]
        chosen = self._model.context.rng(99).integers(len(table), size=length)
        yield from self._fails([step for place in chosen for step in table[place]])
        return (yield from self._shortest())

    def _shortest(self) -> Asking[Fault | None]:
        faults = [fault for fault in self._faults.values() if fault is not None]
        if self._broken is not None and not faults:
            raise self._broken
        shortest = min(faults, key=lambda fault: len(fault.program), default=None)
        return None if shortest is None else (yield from self._simplest(shortest))

    def _simplest(self, fault: Fault) -> Asking[Fault]:
        """Leave out calls, longer parts first, and take the simplest data, as long as it still fails."""
        for candidate in self._simpler(fault.program):
            if (yield from self._fails(candidate)):
                better = self._faults[self.allowed(candidate)]
                if better is not None and self._rank(better.program) < self._rank(fault.program):
                    return (yield from self._simplest(better))
        return fault

    def _simpler(self, program: Program) -> Iterator[Program]:
        size = len(program) // 2
        while size > 1:
            for start in range(0, len(program), size):
                yield program[:start] + program[start + size :]
            size //= 2
        for index, step in enumerate(program):
            yield program[:index] + program[index + 1 :]
            for simpler in self._model.steps:
                if simpler.method == step.method:
                    yield (*program[:index], replace(simpler, other=step.other), *program[index + 1 :])
            yield (*program[:index], replace(step, other=False), *program[index + 1 :])

    def _rank(self, program: Program) -> tuple[int, int]:
        places = [self._model.steps.index(replace(step, other=False)) + 100 * step.other for step in program]
        return len(program), sum(places)

    def _fails(self, steps: Sequence[Step]) -> Asking[bool]:
        program = self.allowed(steps)
        if program not in self._faults:
            if self._broken is not None or len(self._faults) >= TRIALS:
                return False
            try:
                self._faults[program] = yield from self.run(program)
            except (SubjectError, Unsupported) as error:
                self._broken = error
                return False
        return self._faults[program] is not None

    def allowed(self, steps: Sequence[Step]) -> Program:
        """The steps that every correct component must answer where they stand."""
        states = {other: self._model.start() for other in (False, True)}
        allowed = []
        for step in steps:
            if self._model.admits(states[step.other], step):
                self._model.advance(states[step.other], step)
                allowed.append(step)
        # The two instances are alike: the first that is called is no `other`.
        return _swapped(tuple(allowed)) if allowed and allowed[0].other else tuple(allowed)

    def run(self, program: Program) -> Asking[Fault | None]:
        """Run a program on fresh instances."""
        subjects: dict[bool, RemoteSubject] = {}
        states = {other: self._model.start() for other in (False, True)}
        answers: list[Sequence[Any]] = []
        raised: SubjectRaised | None = None
        if self._model.draws and any(step.other for step in program):
            subjects = {other: self._model.context.new(now=True) for other in (False, True)}
        met: set[bool] = set()
        for other, group in groupby(program, key=lambda step: step.other):
            asked: list[Question[Any]] = []
            ends: list[tuple[int, int]] = []
            if other not in subjects:
                subjects[other] = self._model.context.new()
            if other not in met:
                asked += self._model.prelude()
                met.add(other)
            for step in group:
                added = self._model.questions(states[other], step)
                self._model.advance(states[other], step)
                ends.append((len(asked), len(asked) + len(added)))
                asked += added
            before = len(subjects[other].transcript)
            try:
                yield from subjects[other].ask_all(asked)
            except SubjectRaised as error:
                raised = error
            values = [call.value for call in subjects[other].transcript[before:]]
            complete = len(values) - (raised is not None)
            answers += [values[start:end] for start, end in ends if end <= complete]
            if raised is not None:
                break
        return (yield from self._judged(program, answers, raised, tuple(subjects.values())))

    def _judged(
        self,
        program: Program,
        answers: Sequence[Sequence[Any]],
        raised: SubjectRaised | None,
        subjects: tuple[RemoteSubject, ...],
    ) -> Asking[Fault | None]:
        states = {other: self._model.start() for other in (False, True)}
        for index, step in enumerate(program):
            if index == len(answers):
                if raised is None:
                    raise RuntimeError(f"step {index} of the program has no answer")
                text = f"{step} raises {raised.message}"
                bad = failed(text, expected="an answer", found=raised.message)
                return Fault(program[: index + 1], bad, subjects)
            self._model.advance(states[step.other], step)
            found = yield from _first_failure(self._model.judge(states[step.other], step, answers[index]))
            if found is not None:
                return Fault(program[: index + 1], found, subjects)
        return None


def _first_failure(steps: Law) -> Asking[Measurement | None]:
    """The first measurement that is not passed, and none behind it; what the steps ask for is asked for."""
    try:
        step = next(steps)
        while True:
            if not isinstance(step, Measurement):
                step = yield from _handed_on(step, steps)
            elif step.verdict is Verdict.PASSED:
                step = next(steps)
            else:
                return step
    except StopIteration:
        return None


def _handed_on(asked: Asked, steps: Law) -> Asking[Asked | Measurement]:
    """The step that comes after the answers, or after what the call has raised."""
    try:
        answers = yield asked
    except Exception as error:
        return steps.throw(error)
    return steps.send(answers)


def _swapped(program: Program) -> Program:
    return tuple(replace(step, other=not step.other) for step in program)


def equal(name: str, found: Any, reference: Any) -> Measurement:
    """`found` equals `reference`, as in `measurement.same`, in words that continue a list of calls."""
    measurement = same(name, found, reference, meaning="")
    return replace(measurement, message=measurement.message.removeprefix(": "))
