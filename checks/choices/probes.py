"""Probes of losses and of AdaGrad, for `conventions`; each asks one question whose answer tells the options apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ...sandbox import RemoteSubject, SessionLike
from ...specs import (
    AdaGrad,
    L2Loss,
    LayerSpec,
    LinearOutput,
    LossSpec,
    MeanSquaredError,
    SoftMaxCrossEntropyLoss,
    SoftmaxOutput,
    Spec,
)
from ..asking import loss_backward, loss_forward
from ..definitions.losses import factor_of
from ..numerics.compare import Array

Probe = Callable[[SessionLike], str]

LARGEST_ADDED = 1e-8  # what the logarithm of SoftmaxOutput may have as an epsilon
LARGEST_OF_ROOT = 1e-5  # the same for the root of AdaGrad


def closest(value: float, options: Mapping[str, float]) -> str:
    """The option whose value it is, but for rounding; empty if there is none."""
    fitting = [name for name, expected in options.items() if abs(value - expected) <= 1e-6 * max(abs(expected), 1e-12)]
    return fitting[0] if fitting else ""


def written(epsilon: float) -> str:
    """An epsilon as reports print it: `1e-8`, `2.2e-16`."""
    return f"{epsilon:.1e}".replace("e-0", "e-").replace(".0e", "e")


def told(spec: LayerSpec, name: str) -> Probe:
    """What the adapter has found out by itself, and says in `declared`."""

    def probe(session: SessionLike) -> str:
        said = session.build(spec).call("declared")
        answer = said.get(name) if isinstance(said, Mapping) else ""
        (convention,) = (each for each in spec.conventions if each.name == name)
        return str(answer) if answer in convention.options else ""

    return probe


def _asked(session: SessionLike, spec: LossSpec, prediction: Array, target: Array) -> tuple[float, Array]:
    loss, gradient = session.build(spec).many([loss_forward(prediction, target), loss_backward(target)])
    return float(np.asarray(loss).item()), np.asarray(gradient)


def _reduction_of_scores(session: SessionLike) -> str:
    loss, _ = _asked(session, SoftMaxCrossEntropyLoss(), np.zeros((4, 2)), np.eye(2)[[0, 1, 0, 1]])
    return closest(loss, {"sum": 4 * np.log(2), "mean": np.log(2)})


def _reduction_of_squares(spec: L2Loss | MeanSquaredError) -> Probe:
    """Twelve differences of 1, in four samples."""

    def probe(session: SessionLike) -> str:
        prediction = np.ones((4, 3))
        loss, _ = _asked(session, spec, prediction, np.zeros((4, 3)))
        (convention,) = spec.conventions
        return closest(loss, {name: 12 * factor_of(name, prediction) for name in convention.options})

    return probe


def _epsilon_of_scores(session: SessionLike) -> str:
    """A probability of 0 leaves the epsilon alone in the logarithm."""
    loss, _ = _asked(session, SoftmaxOutput(), np.array([[0.0, 1e4]]), np.array([[1.0, 0.0]]))
    if abs(loss - 1e4) < 1:
        return "none"
    epsilon = float(np.exp(-loss))
    return written(epsilon) if 0 < epsilon <= 1.5 * LARGEST_ADDED else ""


def _gradient_scale(spec: LossSpec, prediction: Array, of_sum: float) -> Probe:
    """The gradient at one entry of a batch of 4 samples is that of the sum, or a quarter of it."""

    def probe(session: SessionLike) -> str:
        _, gradient = _asked(session, spec, prediction, np.eye(2)[[0, 1, 0, 1]])
        return closest(float(gradient[0, 0]), {"of the mean": of_sum / 4, "of the sum": of_sum})

    return probe


def _first_step(session: SessionLike, gradient: float) -> float:
    optimizer: RemoteSubject = session.build(AdaGrad(learning_rate=1.0))
    return -float(np.asarray(optimizer.update(np.zeros(3), np.full(3, gradient))).ravel()[0])


def _adagrad_epsilon(session: SessionLike) -> str:
    """The first step is g / (|g| + epsilon), or g / sqrt(g² + epsilon): small gradients give epsilon, and its place."""
    for gradient in (1e-4, 1e-8, 1e-15):
        one, four = (_first_step(session, factor * gradient) for factor in (1.0, 4.0))
        if not 0 < one <= 1 + 1e-6:
            return ""
        outside, inside = gradient * (1 / one - 1), gradient**2 * (1 / one**2 - 1)
        if outside <= 1e-3 * gradient:
            continue
        if np.isclose(four, 4 * gradient / (4 * gradient + outside), rtol=1e-5, atol=0):
            return written(outside) if outside <= 1.5 * LARGEST_OF_ROOT else ""
        if np.isclose(four, 4 * gradient / np.sqrt(16 * gradient**2 + inside), rtol=1e-5, atol=0):
            return f"{written(inside)} inside the root" if inside <= 1.5 * LARGEST_OF_ROOT else ""
        return ""  # no epsilon explains both steps: the update is another one
    return "none" if abs(one - 1) <= 1e-3 else ""


LOSSES_AND_ADAGRAD: dict[tuple[type[Spec], str], Probe] = {
    (L2Loss, "L2Loss reduction"): _reduction_of_squares(L2Loss()),
    (LinearOutput, "LinearOutput gradient"): _gradient_scale(LinearOutput(), np.zeros((4, 2)), -1.0),
    (MeanSquaredError, "MeanSquaredError reduction"): _reduction_of_squares(MeanSquaredError()),
    (SoftMaxCrossEntropyLoss, "SoftMaxCrossEntropyLoss reduction"): _reduction_of_scores,
    (SoftmaxOutput, "SoftmaxOutput epsilon"): _epsilon_of_scores,
    (SoftmaxOutput, "SoftmaxOutput gradient"): _gradient_scale(SoftmaxOutput(), np.zeros((4, 2)), -0.5),
    (AdaGrad, "AdaGrad epsilon"): _adagrad_epsilon,
}
