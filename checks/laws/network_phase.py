"""Phase: the network's phase reaches its layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...specs import Kind, Phase, Question, Unsupported
from ..asking import network_forward, seen_phases, set_phase, test, train
from ..context import Context
from ..law import Law, Level, check
from ..measurement import failed, passed
from ..proof import Equal, Expression, Holds
from .network_parts import findings_of_layers, has_phases, network_spec, prepared


@check(
    "phase.network",
    Kind.NETWORK,
    when=has_phases,
    needs=("contract.network",),
    components=findings_of_layers("contract"),
)
def phase_reaches_every_layer(context: Context) -> Law:
    """Train puts every layer into the train phase, test into the test phase, and train again into the train phase."""
    network, x, _, _ = yield from prepared(context, context.rng())
    hint = "the phase property must set testing_phase on every layer; train and test must set the phase each time"
    for action, expected in (("train(1)", "train"), ("test(x)", "test"), ("train(1) after test(x)", "train")):
        called: Question[Any] = test(x) if expected == "test" else train(1)
        _, seen = yield from network.ask(called, seen_phases())
        count = len(network_spec(context.case).layers)
        if len(seen) != count:
            text = f"{action} runs {len(seen)} layers, but the network has {count}"
            yield failed(text, expected=f"{count} phases", found=f"{len(seen)} phases", hint=hint)
        wrong = [index for index, phase in enumerate(seen) if phase != expected]
        if wrong:
            layers = ", ".join(f"{index} ({network_spec(context.case).layers[index].name()})" for index in wrong)
            yield failed(
                f"{action} runs layer {layers} in the {'test' if expected == 'train' else 'train'} phase",
                expected=f"every layer in the {expected} phase",
                found=f"{', '.join(seen)}",
                hint=hint,
                proof=Equal(found=seen, expected=[expected] * count, value=seen, wanted=[expected] * count, bound=None),
            )
    yield passed()


@check(
    "phase.network-test",
    Kind.NETWORK,
    when=has_phases,
    needs=("phase.network",),
    components=findings_of_layers("phase"),
)
def test_is_deterministic(context: Context) -> Law:
    """test(x) gives the same prediction twice."""
    network, x, _, _ = yield from prepared(context, context.rng())
    _, first, second = yield from network.ask(train(2), test(x), test(x))
    if np.array_equal(first, second):
        yield passed()
    else:
        yield failed(
            "two calls of test(x) differ",
            expected="the same prediction",
            found="another prediction",
            proof=Holds(
                statement=Expression("np.array_equal($0, $1)", (first, second)),
                text="two calls of test should give the same prediction",
            ),
        )


@check(
    "phase.network-set",
    Kind.NETWORK,
    when=has_phases,
    level=Level.STRICT,
    needs=("phase.network",),
    components=findings_of_layers("contract"),
)
def setting_the_phase_reaches_every_layer(context: Context) -> Law:
    """Setting the network's phase sets that of every layer, without a call of train or test."""
    network, _, _, _ = yield from prepared(context, context.rng())
    for phase in (Phase.TEST, Phase.TRAIN):
        try:
            yield from network.ask(set_phase(phase))
        except Unsupported:
            break  # the network has no phase that could be set: it comes with a later exercise
        _, seen = yield from network.ask(network_forward(), seen_phases())
        if set(seen) != {str(phase)}:
            yield failed(
                f"after the phase is set to {phase}, forward runs layers in: {', '.join(seen)}",
                expected=f"every layer in the {phase} phase",
                found=", ".join(seen),
                hint="@phase.setter: for layer in self.layers: layer.testing_phase = value",
            )
    yield passed()
