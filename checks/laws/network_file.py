"""Network: saving and loading."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...sandbox import Asking, RemoteSubject
from ...specs import Case, CheckpointSpec, Kind
from ..asking import assign, feed, parameters, save_and_load, test, train
from ..context import Context
from ..law import Component, Law, check
from ..measurement import describe, failed, passed, same

_FACTS = {
    "kept": (
        "saving takes the data layer away from the network",
        "state = self.__dict__.copy() before deleting from it",
    ),
    "dropped": (
        "a network that was pickled and unpickled has a data layer",
        "delete data_layer from the state in __getstate__, and set it to None in __setstate__",
    ),
    "set": ("load does not set the data layer that it is given", "net.data_layer = data_layer before it is returned"),
}


def _the_network(case: Case) -> tuple[Component, ...]:
    del case
    return (("NeuralNetwork", frozenset({"contract", "network", "optimizer"})),)


def _prepared(context: Context) -> Asking[RemoteSubject]:
    """A fed network with drawn parameters, the same at every call."""
    rng = context.rng()
    network, x = context.new(), context.data(rng)
    classes = context.spec_as(CheckpointSpec).network.output_shape(context.case.input_shape)[-1]
    _, built = yield from network.ask(feed(x, np.eye(classes)[np.arange(len(x)) % classes]), parameters())
    values = {name: rng.uniform(-0.5, 0.5, size=np.shape(value)) for name, value in built.items()}
    network.begin_with([assign(values)])
    return network


@check("network.file-data", Kind.CHECKPOINT, needs=("contract.constructs",), components=_the_network)
def data_layer_is_left_out(context: Context) -> Law:
    """A file leaves the data layer out, saving leaves it to the network, and loading sets the one that it is given."""
    network = yield from _prepared(context)
    facts: Any = yield from network.ask(save_and_load())
    if not isinstance(facts, dict):
        found = describe(facts)
        yield failed(f"save_and_load is {found}", expected="a mapping", found=found)
        return
    for name, (problem, hint) in _FACTS.items():
        if facts.get(name) is False:
            yield failed(problem, expected=f"{name}: True", found=f"{name}: False", hint=hint)
    yield passed()


@check("network.file", Kind.CHECKPOINT, needs=("network.file-data",), components=_the_network)
def loaded_network_goes_on(context: Context) -> Law:
    """A network that was saved and loaded predicts, and goes on training, as if it had never been saved."""
    x = context.data(context.rng(1))
    stayed = yield from _prepared(context)
    yield from stayed.ask(train(2))
    saved = yield from _prepared(context)
    _, _, found = yield from saved.ask(train(2), save_and_load(), test(x))
    reference = yield from stayed.ask(test(x))
    hint = "pickle the whole network: weights, and the optimizers with their state"
    meaning = "the loaded network is another one"
    yield same("test(x)", found, reference, meaning=meaning, hint=hint)
    for network in (stayed, saved):
        yield from network.ask(train(2))
    expected = yield from stayed.ask(parameters())
    for name, value in (yield from saved.ask(parameters())).items():
        yield same(f"parameter {name}, two steps later,", value, expected[name], meaning=meaning, hint=hint)
