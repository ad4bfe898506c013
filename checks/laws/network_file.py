"""Network: saving and loading."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...specs import Case, Kind, NetworkFile
from ...wall import RemoteSubject
from ..context import Context
from ..law import Component, check
from ..measurement import Measurement, describe, failed, passed, same

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


def _prepared(context: Context) -> RemoteSubject:
    """A fed network with drawn parameters, the same at every call."""
    rng = context.rng()
    network, x = context.new(), context.data(rng)
    classes = context.spec_as(NetworkFile).network.layers[-2].arguments()["output_size"]
    network.begin_with([("feed", (x, np.eye(classes)[np.arange(len(x)) % classes]))])
    shapes = {name: np.shape(value) for name, value in network.parameters().items()}
    network.begin_with([("assign", ({name: rng.uniform(-0.5, 0.5, size=shape) for name, shape in shapes.items()},))])
    return network


@check("network.file-data", Kind.ARCHIVE, needs=("contract.constructs",), components=_the_network)
def data_layer_is_left_out(context: Context) -> Iterator[Measurement]:
    """A file leaves the data layer out, saving leaves it to the network, and loading sets the one that it is given."""
    facts = _prepared(context).call("save_and_load")
    if not isinstance(facts, dict):
        found = describe(facts)
        yield failed(f"save_and_load is {found}", expected="a mapping", found=found)
        return
    for name, (problem, hint) in _FACTS.items():
        if facts.get(name) is False:
            yield failed(problem, expected=f"{name}: True", found=f"{name}: False", hint=hint)
    yield passed()


@check("network.file", Kind.ARCHIVE, needs=("network.file-data",), components=_the_network)
def loaded_network_goes_on(context: Context) -> Iterator[Measurement]:
    """A network that was saved and loaded predicts, and goes on training, as if it had never been saved."""
    x = context.data(context.rng(1))
    stayed = _prepared(context)
    stayed.train(2)
    saved = _prepared(context)
    saved.train(2)
    saved.call("save_and_load")
    hint = "pickle the whole network: weights, and the optimizers with their state"
    meaning = "the loaded network is another one"
    yield same("test(x)", saved.test(x), stayed.test(x), meaning=meaning, hint=hint)
    for network in (stayed, saved):
        network.train(2)
    expected = stayed.parameters()
    for name, value in saved.parameters().items():
        yield same(f"parameter {name}, two steps later,", value, expected[name], meaning=meaning, hint=hint)
