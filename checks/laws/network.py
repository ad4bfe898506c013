"""Network: what the network adds to its layers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...specs import Case, Kind, NeuralNetwork, Trait
from ...wall import RemoteSubject
from .. import definitions
from ..bench import Bench
from ..law import Component, Level, check
from ..measurement import Measurement, agrees, describe, failed, number, passed
from ..numerics.compare import Estimate
from ..numerics.gradient import BlockChecker
from .gradient import judge
from .loss import finite_number

Array = NDArray[np.float64]


def _spec(case: Case) -> NeuralNetwork:
    if not isinstance(case.spec, NeuralNetwork):
        raise TypeError(f"{case.spec.name()} is no network")
    return case.spec


def _layers(*families: str) -> Callable[[Case], tuple[Component, ...]]:
    """Findings of the network's layers and its loss."""

    def select(case: Case) -> tuple[Component, ...]:
        spec = _spec(case)
        names = dict.fromkeys([*(layer.name() for layer in spec.layers), spec.loss.name()])
        return tuple((name, frozenset(families)) for name in names)

    return select


def _everything(case: Case) -> tuple[Component, ...]:
    """Findings of all that takes part in training."""
    return (*_layers("contract", "gradient", "optimizer", "value")(case), *_optimizer(case))


def _optimizer(case: Case) -> tuple[Component, ...]:
    """Findings of the optimizer, and of the layers' use of theirs."""
    own = (_spec(case).optimizer.name(), frozenset({"contract", "optimizer"}))
    return (own, *_layers("contract", "optimizer")(case))


def _penalty(case: Case) -> tuple[Component, ...]:
    """Findings of the penalty's norm and of the data loss."""
    regularizer = _spec(case).optimizer.arguments()["regularizer"].name()
    return ((regularizer, frozenset({"regularization"})), (_spec(case).loss.name(), frozenset({"value"})))


def _random(case: Case) -> bool:
    return any(Trait.RANDOM_MASK in layer.traits for layer in _spec(case).layers)


def _regularized(case: Case) -> bool:
    return getattr(_spec(case).optimizer, "regularizer", None) is not None


def _plain(case: Case) -> bool:
    return not _random(case) and not _regularized(case)


def _phased(case: Case) -> bool:
    return any(Trait.PHASE_DEPENDENT in layer.traits for layer in _spec(case).layers)


def _target(case: Case, rng: np.random.Generator) -> Array:
    classes = [layer.output_size for layer in _spec(case).layers if hasattr(layer, "output_size")][-1]
    labels: Array = np.eye(classes)[np.arange(case.input_shape[0]) % classes]
    return rng.permutation(labels)


def prepared(bench: Bench, rng: np.random.Generator) -> tuple[RemoteSubject, Array, Array, dict[str, Array]]:
    """A fed network, as constructed but for drawn parameters; its inputs, labels and parameters."""
    network = bench.new()
    x, labels = bench.data(rng), _target(bench.case, rng)
    network.feed(x, labels)
    values = {
        name: 0.5 * rng.choice([-1.0, 1.0], size=value.shape) * rng.uniform(0.3, 1.7, size=value.shape)
        for name, value in network.parameters().items()
    }
    network.assign(values)
    network.reseed(bench.seed)
    return network, x, labels, values


@check(
    "contract.network", Kind.NETWORK, level=Level.CORE, needs=("contract.constructs",), components=_layers("contract")
)
def network_runs(bench: Bench) -> Iterator[Measurement]:
    """Forward returns a finite loss, backward and test run, test returns one row of class scores per sample."""
    network, x, labels, _ = prepared(bench, bench.rng())
    yield finite_number("forward()", network.forward())
    network.backward()
    found = network.test(x)
    if not isinstance(found, np.ndarray) or found.shape != labels.shape:
        text = f"test(x) is {describe(found)}, but should be an array of shape {labels.shape}"
        yield failed(text, expected=f"shape {labels.shape}", found=describe(found))
    yield passed()


@check(
    "network.gradient",
    Kind.NETWORK,
    when=_plain,
    level=Level.CORE,
    needs=("contract.network",),
    components=_layers("contract", "gradient"),
)
def gradient_of_the_whole_network(bench: Bench) -> Iterator[Measurement]:
    """Backward computes the gradient of the network's loss with respect to every parameter of every layer."""
    rng = bench.rng()
    network, _, _, values = prepared(bench, rng)

    def restore(name: str) -> tuple[str, tuple[object, ...]]:
        return ("assign", ({**values, name: values[name]},))

    for name in values:

        def evaluate(points: Sequence[Array], name: str = name) -> list[Array]:
            steps: list[tuple[str, tuple[object, ...]]] = []
            for point in points:
                steps += [("assign", ({**values, name: point},)), ("forward", ())]
            return [np.asarray(loss, dtype=float).reshape(1) for loss in network.many(steps)[1::2]]

        def pull(v: Array, name: str = name) -> Array:
            steps = [restore(name), ("forward", ()), ("backward", ()), ("gradients", ())]
            gradient: Array = network.many(steps)[3][name]
            return float(v[0]) * gradient

        yield from judge(f"the gradient of {name}", BlockChecker(evaluate, pull, values[name], rng), {})


@check("regularization.network", Kind.NETWORK, when=_regularized, needs=("contract.network",), components=_penalty)
def loss_contains_every_penalty_once(bench: Bench) -> Iterator[Measurement]:
    """The network's loss is the data loss plus the regularization loss of every trainable layer, each once."""
    network, x, labels, values = prepared(bench, bench.rng())
    spec = _spec(bench.case)
    found = np.asarray(network.forward(), dtype=float).reshape(())
    prediction = network.test(x)
    reduction = bench.conventions.get("loss reduction", "sum")
    data = definitions.loss(spec.loss, np.asarray(prediction), labels, reduction)
    regularizer = spec.optimizer.arguments()["regularizer"]
    convention = bench.conventions.get("L2 norm", "alpha sum w²")
    layers = sorted({name.partition(".")[0] for name in values})

    def total(chosen: Sequence[str], with_bias: bool) -> float:
        penalties = []
        for layer in chosen:
            names = ("weights", "bias") if with_bias else ("weights",)
            stacked = np.concatenate([values[f"{layer}.{name}"].ravel() for name in names])
            penalties.append(float(definitions.penalty(regularizer, stacked, convention).value))
        return float(data.value) + sum(penalties)

    bound = np.asarray(data.error + 1e-11 * abs(total(layers, with_bias=True)))
    if any(abs(float(found) - total(layers, with_bias)) <= bound for with_bias in (True, False)):
        yield passed()
        return
    wrong = (
        {"no layer's penalty": ()}
        | {
            f"the penalty of layer {' and '.join(chosen)} only": chosen
            for count in range(1, len(layers))
            for chosen in itertools.combinations(layers, count)
        }
        | {"every penalty twice": (*layers, *layers)}
    )
    looks = [
        what
        for what, chosen in wrong.items()
        if any(abs(float(found) - total(chosen, bias)) <= bound for bias in (True, False))
    ]
    reading = f": it contains {looks[0]}" if looks else ""
    expected = total(layers, with_bias=True)
    yield failed(
        f"forward() = {number(float(found))}, but should be {number(expected)}, of which {number(float(data.value))} "
        f"is the data loss{reading}",
        expected=number(expected),
        found=number(float(found)),
        hint="add norm(weights) of every trainable layer to the loss of the loss layer, in every forward",
        measured=abs(float(found) - expected),
        tolerance=float(bound),
    )


@check("phase.network", Kind.NETWORK, when=_phased, needs=("contract.network",), components=_layers("contract"))
def phase_reaches_every_layer(bench: Bench) -> Iterator[Measurement]:
    """Train puts every layer into the train phase, test into the test phase, and train again into the train phase."""
    network, x, _, _ = prepared(bench, bench.rng())
    hint = "the phase property must set testing_phase on every layer; train and test must set the phase each time"
    for action, expected in (("train(1)", "train"), ("test(x)", "test"), ("train(1) after test(x)", "train")):
        if expected == "test":
            network.test(x)
        else:
            network.train(1)
        seen = network.seen_phases()
        wrong = [index for index, phase in enumerate(seen) if phase != expected]
        if wrong:
            layers = ", ".join(f"{index} ({_spec(bench.case).layers[index].name()})" for index in wrong)
            yield failed(
                f"{action} runs layer {layers} in the {'test' if expected == 'train' else 'train'} phase",
                expected=f"every layer in the {expected} phase",
                found=f"{', '.join(seen)}",
                hint=hint,
            )
    yield passed()


@check("phase.network-test", Kind.NETWORK, when=_phased, needs=("phase.network",), components=_layers("phase"))
def test_is_deterministic(bench: Bench) -> Iterator[Measurement]:
    """test(x) gives the same prediction twice."""
    network, x, _, _ = prepared(bench, bench.rng())
    network.train(2)
    first, second = np.asarray(network.test(x)), np.asarray(network.test(x))
    if np.array_equal(first, second):
        yield passed()
    else:
        yield failed("two calls of test(x) differ", expected="the same prediction", found="another prediction")


@check("optimizer.network", Kind.NETWORK, when=_plain, needs=("contract.network",), components=_optimizer)
def every_layer_has_its_own_optimizer(bench: Bench) -> Iterator[Measurement]:
    """Every parameter of the network follows the optimizer's update from its own gradients: no state is shared."""
    network, _, _, values = prepared(bench, bench.rng())
    optimizer = _spec(bench.case).optimizer
    gradients: dict[str, list[Array]] = {name: [] for name in values}
    visited: dict[str, list[Array]] = {name: [] for name in values}
    for _ in range(4):
        results = network.many([("forward", ()), ("backward", ()), ("gradients", ()), ("parameters", ())])
        for name in values:
            gradients[name].append(results[2][name])
            visited[name].append(results[3][name])
    for name, start in values.items():
        expected = definitions.trajectory(optimizer, start, gradients[name])
        for step, (found, reference) in enumerate(zip(visited[name], expected, strict=True), start=1):
            yield agrees(
                f"parameter {name} after {step} step{'s' if step > 1 else ''}",
                found,
                Estimate(reference.value, 4 * reference.error),
                hint="append_layer must give every trainable layer its own copy of the optimizer (copy.deepcopy)",
            )


@check("network.train", Kind.NETWORK, when=_plain, needs=("network.gradient",), components=_everything)
def training_reduces_the_loss(bench: Bench) -> Iterator[Measurement]:
    """train(n) records one loss per iteration, and training on one batch reduces the loss."""
    network, _, _, _ = prepared(bench, bench.rng())
    losses = network.train(60)
    if not isinstance(losses, list) or len(losses) != 60:
        text = f"{len(losses)} losses" if isinstance(losses, list) else describe(losses)
        yield failed(
            f"train(60) leaves {text} in the list of losses, but should leave 60", expected="60 losses", found=text
        )
        return
    values = np.array([float(np.asarray(loss).item()) for loss in losses])
    if not np.isfinite(values).all() or not values[-1] < values[0]:
        yield failed(
            f"60 iterations change the loss from {values[0]:.6g} to {values[-1]:.6g}, but should reduce it",
            expected=f"less than {values[0]:.6g}",
            found=f"{values[-1]:.6g}",
            evidence={"profile": values.tolist()},
        )
    yield passed()
