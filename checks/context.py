"""Context: what a law works with: the case, the run's settings, fresh subjects, data drawn from the seed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..sandbox import Asking, RemoteSubject, SessionLike, SubjectDied
from ..specs import Case, LayerSpec, Phase, Question, Spec, Trait
from .asking import assign, forward, reseed, set_phase
from .numerics.precision import FLOAT32, PRECISIONS, Precision
from .settings import DEFAULTS, Settings

Array = NDArray[np.float64]
S = TypeVar("S", bound=Spec)
T = TypeVar("T")
Shared = dict[str, tuple[Any, list[RemoteSubject]]]

COMPUTES_IN_FLOAT32 = "computes in float32"
"""The convention that names, separated by commas, the components that do so although they are given float64."""


def spec_text(spec: Spec) -> str:
    """A configured spec as a call: `Dropout(keep=0.25)`."""

    def text(value: Any) -> str:
        if isinstance(value, Spec):
            return spec_text(value)
        if isinstance(value, tuple):
            return "[" + ", ".join(text(item) for item in value) + "]"
        return repr(value)

    given = {name: value for name, value in spec.arguments().items() if value is not None}
    return f"{spec.name()}({', '.join(f'{name}={text(value)}' for name, value in given.items())})"


def where_text(case: Case) -> str:
    """The configuration, for a person."""
    parts = [spec_text(case.spec)]
    if case.input_shape:
        parts.append(f"shape {case.input_shape}")
    if isinstance(case.spec, LayerSpec):
        parts.append(f"{case.phase} phase")
    parts.append(case.dtype)
    return ", ".join(parts)


def names_in(spec: Spec) -> Iterator[str]:
    """The spec's name and those of its parts."""
    yield spec.name()
    for value in spec.arguments().values():
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Spec):
                yield from names_in(part)


@dataclass
class Context:
    """One case, ready for a law.

    Attributes:
        case: what is looked at.
        session: where subjects are built.
        settings: those of the run.
        purpose: the check's id: all data derives from it, the seed and the case. Checks share the data of `once` alone.
        subjects: every subject that the check's numbers come from, for their transcripts.
        shared: by name, what the case's checks need alike, and the subjects that it comes from (`once`).
    """

    case: Case
    session: SessionLike
    settings: Settings = DEFAULTS
    purpose: str = ""
    subjects: list[RemoteSubject] = field(default_factory=list)
    shared: Shared = field(default_factory=dict)

    def __post_init__(self) -> None:
        single = self.conventions.get(COMPUTES_IN_FLOAT32, "").split(", ")
        self._borrowed = 0
        given = PRECISIONS[self.case.dtype]
        self._known = FLOAT32 if any(name in single for name in names_in(self.case.spec)) else given

    @property
    def seed(self) -> int:
        """The run's seed."""
        return self.settings.seed

    @property
    def conventions(self) -> Mapping[str, str]:
        """The subject's conventions, declared or detected, by name."""
        return self.settings.conventions

    def precision(self) -> Precision:
        """The precision in which the case's data is given, or a subject of it computes if that is coarser."""
        return FLOAT32 if any(subject.single for subject in self.subjects) else self._known

    def given(self, values: Array) -> Array:
        """The values as they are given to a subject: numbers of the case's type, here as float64."""
        return PRECISIONS[self.case.dtype].rounded(values)

    def rng(self, salt: int = 0) -> np.random.Generator:
        """A generator that depends on the seed, the case, the check and `salt` alone."""
        words = f"{self.case.spec.name()}/{self.case.name}/{self.purpose}".encode()
        return np.random.default_rng([self.seed, self.case.seed, zlib.crc32(words), salt])

    @property
    def evaluations(self) -> int:
        """How often subjects were evaluated for this check; what is shared counts for the one that asked first."""
        return sum(subject.evaluations for subject in self.subjects) - self._borrowed

    def once(self, name: str, ask: Callable[[Context], Asking[T]]) -> Asking[T]:
        """What `ask` returns, asked for by the first of the case's checks that needs it; nothing if that has raised.

        Args:
            name: the id of the check that it belongs to, which may be this one. The data derives from it.
            ask: given the same case with this name as its purpose.
        """
        if name in self.shared:
            value, subjects = self.shared[name]
            self.subjects += subjects
            self._borrowed += sum(subject.evaluations for subject in subjects)
            return value  # type: ignore[no-any-return]
        context = replace(self, purpose=name, subjects=[])
        try:
            value = yield from ask(context)
        finally:
            self.subjects += context.subjects
        self.shared[name] = value, context.subjects
        return value

    def new(self, spec: Spec | None = None, *, now: bool = False) -> RemoteSubject:
        """A fresh subject, as constructed: with its first call, which saves a round trip, or `now`."""
        subject = self.session.build(spec or self.case.spec, seed=self.seed, later=not now)
        subject.dtype = self.case.dtype
        self.subjects.append(subject)
        return subject

    @contextmanager
    def apart(self) -> Iterator[Context]:
        """The same case in a fresh session, where subjects have seen no call of those here; data is drawn alike."""
        session = self.session.fresh()
        try:
            yield replace(self, session=session, subjects=[], shared={})
        finally:
            with suppress(SubjectDied):
                session.close()

    def layer(self, rng: np.random.Generator, *, phase: Phase | None = None) -> RemoteSubject:
        """A fresh layer with drawn parameters, in the case's phase (or `phase`), reseeded; built with its first call.

        A layer that normalises by running statistics has seen two training batches before the test phase.
        """
        subject, spec = self.new(), self.layer_spec
        phase = phase or self.case.phase
        drawn = self.parameters(rng)
        steps: list[Question[Any]] = [assign(drawn)] if drawn else []
        if phase is Phase.TEST and spec.has(Trait.BATCH_STATISTICS, Phase.TRAIN):
            batches = [3.0 * rng.normal(size=self.case.input_shape) + 1.0 for _ in range(2)]
            steps += [set_phase(Phase.TRAIN), *map(forward, batches)]
        subject.begin_with([*steps, set_phase(phase), reseed(self.seed)])
        return subject

    def spec_as(self, kind: type[S]) -> S:
        """The case's spec, which the check's selection has found to be of this kind."""
        if not isinstance(self.case.spec, kind):
            raise TypeError(f"{self.case.spec.name()} is no {kind.__name__}")
        return self.case.spec

    @property
    def layer_spec(self) -> LayerSpec:
        """The case's spec, which must be a layer's."""
        return self.spec_as(LayerSpec)

    def parameters(self, rng: np.random.Generator) -> dict[str, Array]:
        """Drawn values for every parameter; none is near 0."""
        return {
            name: self.given(
                parameter.size
                * rng.choice([-1.0, 1.0], size=parameter.shape)
                * rng.uniform(0.3, 1.7, size=parameter.shape)
            )
            for name, parameter in self.layer_spec.parameters().items()
        }

    def data(self, rng: np.random.Generator, shape: tuple[int, ...] | None = None) -> Array:
        """Ordinary input: normal, with a mean, no entry 0; probabilities for losses of such."""
        shape = self.case.input_shape if shape is None else shape
        if Trait.OF_PROBABILITIES in self.case.spec.traits:
            raw = rng.uniform(0.2, 1.0, size=shape)
            return self.given(raw / raw.sum(axis=-1, keepdims=True))
        normal = rng.normal(loc=0.3, scale=1.0, size=shape)
        return self.given(np.where(np.abs(normal) < 1e-2, 0.5, normal))

    def target(self, rng: np.random.Generator, shape: tuple[int, ...] | None = None) -> Array:
        """What a loss compares its prediction with: one-hot rows, or numbers of the same kind as the prediction's."""
        if Trait.CATEGORICAL not in self.case.spec.traits:
            return self.data(rng, shape)
        batch, classes = self.case.input_shape if shape is None else shape
        rows: Array = np.eye(classes)[rng.integers(classes, size=batch)]
        return rows

    def incoming(self, rng: np.random.Generator, shape: tuple[int, ...] | None = None) -> Array:
        """An incoming gradient of the output's shape: random signs, no entry 0."""
        shape = self.layer_spec.output_shape(self.case.input_shape) if shape is None else shape
        return self.given(rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 1.5, size=shape))
