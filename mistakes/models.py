"""LeNet and saving as classes, so that a mistake can replace a step of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import framework
from ..framework.network import load, save

IMAGE, CLASSES = (1, 28, 28), 10


class LeNet:
    """LeNet, assembled step by step."""

    loss: Any = framework.CrossEntropyLoss

    def optimizer(self) -> Any:
        """Adam with an L2 penalty."""
        optimizer = framework.Adam(5e-4, 0.9, 0.999)
        optimizer.add_regularizer(self.penalty())
        return optimizer

    def penalty(self) -> Any:
        """The penalty of every layer."""
        return framework.L2_Regularizer(4e-4)

    def layers(self) -> Sequence[Any]:
        """The layers in order."""
        return (*self.convolutions(), framework.Flatten(), *self.dense(784), framework.SoftMax())

    def convolutions(self) -> Sequence[Any]:
        """The first part: images to images."""
        return (*self.stage(1, 6), *self.stage(6, 16))

    def stage(self, channels: int, kernels: int) -> Sequence[Any]:
        """One convolution with what follows it."""
        convolution = framework.Conv((1, 1), (channels, 5, 5), kernels)
        return (convolution, framework.ReLU(), framework.Pooling((2, 2), (2, 2)))

    def dense(self, size: int) -> Sequence[Any]:
        """The second part: vectors to scores."""
        connected = framework.FullyConnected
        return (connected(size, 120), framework.ReLU(), connected(120, 84), framework.ReLU(), connected(84, CLASSES))

    def build(self) -> Any:
        """The network."""
        network = framework.NeuralNetwork(self.optimizer(), framework.He(1), framework.Constant(0.0))
        for layer in self.layers():
            network.append_layer(layer)
        network.loss_layer = self.loss()
        return network


class NetworkFile:
    """Saving and loading a network."""

    network: type[framework.NeuralNetwork] = framework.NeuralNetwork

    def save(self, filename: str | Path, net: Any) -> None:
        """Write the network."""
        save(filename, net)

    def load(self, filename: str | Path, data_layer: Any) -> Any:
        """Read a network."""
        return load(filename, data_layer)
