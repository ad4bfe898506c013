"""What the package offers, and that its examples hold."""

import doctest
import importlib
import pickle
import pkgutil

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from backproof import framework
from backproof.framework import Adam, BatchNormalization, FullyConnected, L2_Regularizer

MODULES = [module.name for module in pkgutil.walk_packages(framework.__path__, f"{framework.__name__}.")]


def test_tables_of_contents_are_complete() -> None:
    for package in ("initializers", "layers", "losses", "optimizers", "regularizers"):
        contents = importlib.import_module(f"{framework.__name__}.{package}")
        for name in contents.__all__:
            assert getattr(contents, name) is getattr(framework, name)
            assert name in framework.__all__
    assert "NeuralNetwork" in framework.__all__


@pytest.mark.parametrize("module", [framework.__name__, *MODULES])
def test_examples_in_docstrings_hold(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_there_are_examples() -> None:
    assert doctest.testmod(framework).attempted > 3
    assert len(MODULES) > 25


def test_layers_survive_pickling() -> None:
    layer = BatchNormalization(2)
    layer.optimizer = Adam(0.1, 0.9, 0.99)
    layer.optimizer.add_regularizer(L2_Regularizer(0.1))
    layer.forward(np.arange(8.0).reshape(4, 2))
    twin = pickle.loads(pickle.dumps(layer))
    for subject in (layer, twin):
        subject.backward(np.ones((4, 2)))
    assert_array_equal(layer.weights, twin.weights)
    assert_array_equal(layer.bias, twin.bias)
    assert pickle.loads(pickle.dumps(FullyConnected(2, 3))).weights.shape == (3, 3)
