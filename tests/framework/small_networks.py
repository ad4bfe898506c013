"""A small network that has one of everything a checkpoint has to keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.framework import (
    Adam,
    BatchNormalization,
    Constant,
    CrossEntropyLoss,
    Dropout,
    FullyConnected,
    He,
    L2_Regularizer,
    NeuralNetwork,
    Optimizer,
    ReLU,
    Sgd,
    SgdWithMomentum,
    SoftMax,
)
from backproof.framework.data import Batches, DataSet, Split, one_hot

OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "plain": lambda: Sgd(0.01),
    "momentum": lambda: SgdWithMomentum(0.01, 0.9),
    "adam": lambda: Adam(0.01, 0.9, 0.999),
}


def blobs() -> DataSet:
    rng = np.random.default_rng(0)
    numbers = rng.integers(3, size=40)
    split = Split(rng.normal(size=(40, 4)) + numbers[:, None], one_hot(numbers, 3))
    return DataSet(name="blobs", train=split, validation=split, test=split)


def network(optimizer: str = "adam", *, units: int = 6, seed: int = 1) -> NeuralNetwork:
    """One of everything that has state: parameters, running statistics, random generators, optimizers."""
    prototype = OPTIMIZERS[optimizer]()
    prototype.add_regularizer(L2_Regularizer(0.01))
    built = NeuralNetwork(prototype, He(seed=seed), Constant(0.1))
    built.append_layer(FullyConnected(4, units))
    built.append_layer(BatchNormalization(units))
    built.append_layer(ReLU())
    built.append_layer(Dropout(0.7, seed=seed))
    built.append_layer(FullyConnected(units, 3))
    built.append_layer(SoftMax())
    built.loss_layer = CrossEntropyLoss()
    built.data_layer = Batches(blobs(), 8, seed=seed)
    return built


def everything(net: NeuralNetwork) -> list[Any]:
    """All the numbers of a network; equal lists mean bitwise equal networks."""
    first, normalization, _, dropout, second, _ = net.layers
    states = [vars(layer._optimizers[0]) for layer in (normalization,)] + [
        vars(first.optimizer),
        vars(second.optimizer),
    ]
    return [
        net.loss,
        *(array.tobytes() for array in (first.weights, second.weights, normalization.weights, normalization.bias)),
        *(getattr(normalization, name).tobytes() for name in ("running_mean", "running_var")),
        *(value.tobytes() for state in states for value in state.values() if isinstance(value, np.ndarray)),
        dropout.rng.bit_generator.state,
        net.weights_initializer.rng.bit_generator.state,
    ]
