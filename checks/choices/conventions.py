"""Detecting conventions: choices on which correct implementations differ, probed before the plan.

A probe asks the subject one question whose answer tells the options apart. It never judges: where the
answer fits no option the convention stays undetected, and the laws say what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from ...sandbox import RemoteSubject, SessionLike
from ...specs import (
    LSTM,
    RNN,
    Adam,
    BatchNormalization,
    Conv,
    CrossEntropyLoss,
    Dropout,
    FullyConnected,
    L1_Regularizer,
    L2_Regularizer,
    NeuralNetwork,
    Phase,
    Pooling,
    RecurrentSpec,
    ReLU,
    Sgd,
    SoftMax,
    Spec,
    all_specs,
)
from ..asking import assign, backward, feed, forward, network_forward
from ..context import COMPUTES_IN_FLOAT32
from ..definitions.convolution import SEQUENCES
from ..law import answered
from ..laws.phase_running import SPREAD, batch_statistics, running_statistics
from ..numerics.compare import Array
from ..run.group_runner import SessionSource
from .precision_probe import computes_in_float32
from .probes import LOSSES_AND_ADAGRAD, Probe, closest, told, written

PROBE_SECONDS = 5.0


def detect(
    source: SessionSource,
    offered: Iterable[str],
    seconds: float = PROBE_SECONDS,
    *,
    dtype: str = "float64",
    apart: bool = False,
) -> dict[str, str]:
    """The conventions of the specs in `offered`, by name; those that cannot be told are left out.

    With float64 it is asked as well which components compute in float32 all the same.

    Args:
        source: where sessions come from.
        offered: names of specs.
        seconds: budget of the probes of one session.
        dtype: the type of the probes' data.
        apart: sessions are processes of their own, so that two can be asked at the same time.
    """
    names = set(offered)

    def opened() -> _TypedSession:
        return _TypedSession(source, min(seconds, PROBE_SECONDS), dtype)

    if dtype != "float64":
        return _chosen(opened(), names)
    if not apart:
        return {**_chosen(opened(), names), **_single(opened(), names)}
    with ThreadPoolExecutor(max_workers=1) as other:
        single = other.submit(_single, opened(), names)
        return {**_chosen(opened(), names), **single.result()}


def _chosen(session: _TypedSession, names: Container[str]) -> dict[str, str]:
    """What the probes tell."""
    answers = {key: _ask(session, probe) for key, probe in PROBES.items() if key[0].name() in names}
    session.close()
    return {convention: str(answer) for (_, convention), answer in answers.items() if answer}


def _single(session: _TypedSession, names: Container[str]) -> dict[str, str]:
    """The components that compute in float32. One that ends its session ends the search: many would take too long."""
    found = []
    for name, spec in all_specs().items():
        if name in names:
            if _ask(session, partial(computes_in_float32, spec_class=spec)):
                found.append(name)
            if not session.alive:
                break
    session.close()
    return {COMPUTES_IN_FLOAT32: ", ".join(found)} if found else {}


def _ask(session: SessionLike, probe: Callable[[SessionLike], str | bool]) -> str | bool:
    try:
        with np.errstate(all="ignore"):
            return probe(session)
    except Exception:  # a strange subject; the laws will report what is wrong with it
        return ""


class _TypedSession:
    """Sessions one after another, each replaced when it is gone; their subjects are given data of one type."""

    def __init__(self, source: SessionSource, seconds: float, dtype: str) -> None:
        self._source, self._seconds, self._dtype = source, seconds, dtype
        self._session: SessionLike | None = None

    @property
    def output(self) -> str:
        return "" if self._session is None else self._session.output

    @property
    def alive(self) -> bool:
        return self._session is None or self._session.alive

    @property
    def prelude(self) -> str:
        return "" if self._session is None else self._session.prelude

    def build(self, spec: Spec, seed: int = 0, *, later: bool = False) -> RemoteSubject:
        if self._session is None or not self._session.alive:
            self._session = self._source.session()
            self._session.limit(self._seconds)
        del later  # every probe calls what it builds: one round trip less for each
        subject = self._session.build(spec, seed, later=True)
        subject.dtype = self._dtype
        return subject

    def fresh(self) -> SessionLike:
        return self._source.session()

    def limit(self, seconds: float) -> None:
        self._seconds = seconds

    def run_snippet(self, text: str) -> str:
        return "" if self._session is None else self._session.run_snippet(text)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()


def _relu_at_zero(session: SessionLike) -> str:
    layer = session.build(ReLU())
    _, gradient = layer.many([forward(np.zeros((2, 3))), backward(np.ones((2, 3)))])
    if np.shape(gradient) != (2, 3):
        return ""
    values = set(np.ravel(gradient).tolist())
    if values == {0.0}:
        return "0"
    if values == {1.0}:
        return "1"
    return "between" if all(0 <= value <= 1 for value in values) else ""


def _reduction(session: SessionLike) -> str:
    prediction, target = np.full((4, 2), 0.5), np.eye(2)[[0, 1, 0, 1]]
    found = float(np.asarray(session.build(CrossEntropyLoss()).forward(prediction, target)).item())
    return closest(found, {"sum": 4 * np.log(2), "mean": np.log(2)})


def _log_epsilon(session: SessionLike) -> str:
    """The loss of a certain and wrong prediction of one sample is minus the logarithm of epsilon."""
    found = session.build(CrossEntropyLoss()).forward(np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]))
    epsilon = float(np.exp(-float(np.asarray(found).item())))
    if not 0 <= epsilon < 1e-2:
        return ""
    return written(epsilon) if epsilon else "none"


def _l2_gradient(session: SessionLike) -> str:
    found = session.build(L2_Regularizer(alpha=0.3)).gradient(np.full((2, 2), 3.0))
    return closest(float(np.asarray(found).ravel()[0]), {"alpha w": 0.9, "2 alpha w": 1.8})


def _l2_norm(session: SessionLike) -> str:
    found = float(np.asarray(session.build(L2_Regularizer(alpha=0.3)).norm(np.full((3, 2), 3.0))).item())
    square = 6 * 9.0
    options = {"alpha sum w²": 0.3 * square, "alpha sqrt(sum w²)": 0.3 * square**0.5, "alpha/2 sum w²": 0.15 * square}
    return closest(found, options)


def _adam_epsilon(session: SessionLike) -> str:
    """The first step is learning_rate * g / (|g| + epsilon): two small gradients give epsilon."""
    for gradient in (1e-8, 1e-15):
        optimizer = session.build(Adam(learning_rate=1.0, mu=0.9, rho=0.999))
        step = -float(np.asarray(optimizer.update(np.zeros(3), np.full(3, gradient))).ravel()[0])
        epsilon = gradient * (1 / step - 1) if step > 0 else np.nan
        if epsilon > 1e-3 * gradient:
            again = session.build(Adam(learning_rate=1.0, mu=0.9, rho=0.999)).update(
                np.zeros(3), np.full(3, 4 * gradient)
            )
            if not np.allclose(-np.asarray(again), 4 * gradient / (4 * gradient + epsilon), rtol=1e-6, atol=0):
                return ""  # no epsilon explains both steps: the update is another one
            return written(epsilon)
        if not abs(step - 1) <= 2e-3:
            return ""  # not the size of Adam's first step
    return "none"


def _running_statistics(session: SessionLike) -> str:
    layer = session.build(BatchNormalization(channels=2))
    rng = np.random.default_rng(0)
    first, second = (SPREAD * scale * rng.normal(size=(50, 2)) for scale in (1.0, 5.0))
    layer.set_phase(Phase.TRAIN)
    layer.many([forward(first), forward(second)])
    found = answered(running_statistics(layer, first.shape, np.ones(2), np.zeros(2)))
    one, two = batch_statistics(first), batch_statistics(second)
    decay = float(np.sum((one.mean - two.mean) * (found.mean - two.mean)) / np.sum(np.square(one.mean - two.mean)))
    options = {
        "variance": np.sqrt(decay * one.std**2 + (1 - decay) * two.std**2),
        "standard deviation": decay * one.std + (1 - decay) * two.std,
        "unbiased variance": np.sqrt(decay * one.std**2 + (1 - decay) * two.std**2) * np.sqrt(50 / 49),
    }
    fitting = [name for name, std in options.items() if np.allclose(found.std, std, rtol=1e-4, atol=0)]
    return f"{fitting[0]}, decay {decay:.3g}" if fitting else ""


def _output_of(spec: RecurrentSpec) -> Probe:
    """Without output weights, every output is the output's bias, or its sigmoid."""

    def probe(session: SessionLike) -> str:
        bias = np.full(spec.output_size, 2.0)
        weights = np.zeros((spec.hidden_size, spec.output_size))
        layer = session.build(spec)
        known = assign({"output_weights": weights, "output_bias": bias})
        _, found = layer.many([known, forward(np.full((2, spec.input_size), 0.5))])
        options = {"linear": 2.0, "sigmoid": 1 / (1 + np.exp(-2.0))}
        answers = {closest(float(value), options) for value in np.asarray(found).ravel()}
        return answers.pop() if len(answers) == 1 else ""

    return probe


def _regularized_parameters(session: SessionLike) -> str:
    """The loss with an L1 penalty, less the loss without, is alpha times the sum of what is regularized."""
    layers = (FullyConnected(input_size=2, output_size=2), SoftMax())
    batch = np.full((2, 2), 0.5), np.eye(2)
    values = {"0.weights": np.full((2, 2), 3.0), "0.bias": np.full(2, 5.0)}
    losses = []
    for penalty in (L1_Regularizer(alpha=1.0), None):
        optimizer = Sgd(learning_rate=1e-3, regularizer=penalty)
        network = session.build(NeuralNetwork(layers=layers, loss=CrossEntropyLoss(), optimizer=optimizer))
        *_, loss = network.many([feed(*batch), assign(values), network_forward()])
        losses.append(float(np.asarray(loss).item()))
    return closest(losses[0] - losses[1], {"weights": 12.0, "weights and bias": 22.0})


def _convolved(session: SessionLike, kernels: Array, x: Array) -> Array:
    """The output of a Conv with stride 1 and no bias; trailing axes of size 1 are taken away for sequences."""
    spec = Conv(stride_shape=(1,) * (x.ndim - 2), convolution_shape=kernels.shape[1:], num_kernels=len(kernels))
    layer = session.build(spec)
    parameters = {"weights": kernels, "bias": np.zeros(len(kernels))}
    _, y = layer.many([assign(parameters), forward(x)])
    return np.asarray(y)


def _images_and_sequences(session: SessionLike, probe: Callable[[SessionLike, int], str]) -> str:
    """The probe's answer for images; if that for sequences is another one, it follows.

    The two are often made of different library functions, each with a convention of its own.
    """
    answers = []
    for axes in (2, 1):
        try:
            answers.append(probe(session, axes))
        except Exception:  # noqa: S112 - the subject may have only one of the two
            continue
    if len(answers) < 2 or not all(answers) or answers[0] == answers[1]:
        return answers[0] if answers else ""
    return SEQUENCES.join(answers)


def _orientation(session: SessionLike) -> str:
    """A single 1 copies the kernel into the output: as it is, or turned by 180 degrees."""

    def probe(session: SessionLike, axes: int) -> str:
        kernel = np.arange(1.0, 1 + 3**axes).reshape(1, 1, *(3,) * axes)
        x = np.zeros((1, 1, *(5,) * axes))
        x[(0, 0, *(2,) * axes)] = 1.0
        middle = (slice(None), slice(None), *(slice(1, 4),) * axes)
        copied = _convolved(session, kernel, x)[middle]
        if np.allclose(copied, kernel, rtol=1e-6):
            return "convolution"
        return "cross-correlation" if np.allclose(copied, np.flip(kernel), rtol=1e-6) else ""

    return _images_and_sequences(session, probe)


def _kernel_channels(session: SessionLike) -> str:
    """A 1 in one channel of the input shows which channel of the kernel it meets."""

    def probe(session: SessionLike, axes: int) -> str:
        kernel = np.array([1.0, 2.0, 4.0]).reshape(1, 3, *(1,) * axes)
        samples = np.eye(3).reshape(3, 3, *(1,) * axes)
        met = _convolved(session, kernel, samples).ravel()
        if met.shape != (3,):
            return ""
        if np.allclose(met, kernel.ravel(), rtol=1e-6):
            return "in order"
        return "reversed" if np.allclose(met, kernel.ravel()[::-1], rtol=1e-6) else ""

    return _images_and_sequences(session, probe)


def _even_kernels(session: SessionLike) -> str:
    """A kernel of two ones copies a single 1 to its place, and to the place before or after it."""

    def probe(session: SessionLike, axes: int) -> str:
        x = np.zeros((1, 1, *(5,) * axes))
        x[(0, 0, *(2,) * axes)] = 1.0
        y = _convolved(session, np.ones((1, 1, *(2,) * axes)), x)
        for option, first in (("padding after", 1), ("padding before", 2)):
            expected = np.zeros_like(x)
            copied: tuple[int | slice, ...] = (0, 0, *(slice(first, first + 2),) * axes)
            expected[copied] = 1.0
            if y.shape == x.shape and np.allclose(y, expected, rtol=0, atol=1e-6):
                return option
        return ""

    return _images_and_sequences(session, probe)


def _ties(session: SessionLike) -> str:
    layer = session.build(Pooling(stride_shape=(2, 2), pooling_shape=(2, 2)))
    _, answer = layer.many([forward(np.zeros((1, 1, 2, 2))), backward(np.ones((1, 1, 1, 1)))])
    shares = np.asarray(answer)
    if shares.shape != (1, 1, 2, 2) or (shares < 0).any() or not np.isclose(shares.sum(), 1.0):
        return ""
    return "one maximum" if np.count_nonzero(shares) == 1 else "shared"


PROBES: dict[tuple[type[Spec], str], Probe] = {
    (ReLU, "relu'(0)"): _relu_at_zero,
    (Conv, "convolution"): _orientation,
    (Conv, "kernel channels"): _kernel_channels,
    (Conv, "even kernels"): _even_kernels,
    (CrossEntropyLoss, "loss reduction"): _reduction,
    (CrossEntropyLoss, "log epsilon"): _log_epsilon,
    **{(Dropout, each.name): told(Dropout(keep=0.25), each.name) for each in Dropout.conventions},
    (L2_Regularizer, "L2 gradient"): _l2_gradient,
    (L2_Regularizer, "L2 norm"): _l2_norm,
    (Adam, "Adam epsilon"): _adam_epsilon,
    (LSTM, "LSTM output"): _output_of(LSTM(input_size=2, hidden_size=3, output_size=2)),
    (RNN, "RNN output"): _output_of(RNN(input_size=2, hidden_size=3, output_size=2)),
    (BatchNormalization, "running statistics"): _running_statistics,
    (Pooling, "max-pool ties"): _ties,
    (NeuralNetwork, "regularized parameters"): _regularized_parameters,
    **LOSSES_AND_ADAGRAD,
}
