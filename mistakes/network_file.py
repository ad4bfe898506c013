"""Saving and loading: mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..framework import NeuralNetwork
from .models import NetworkFile
from .registry import Declare

STATE = "def __getstate__(self): state = self.__dict__.copy(); del state['data_layer']; return state"
RESTORE = "def __setstate__(self, state): self.__dict__.update(state); self.data_layer = None"

mistake = Declare(families=("network",))


class _SavesEverything(NeuralNetwork):
    def __getstate__(self) -> dict[str, Any]:
        return dict(vars(self))

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)


class _LosesIts(NeuralNetwork):
    def __getstate__(self) -> dict[str, Any]:
        vars(self).pop("data_layer", None)
        return vars(self)


class _ForgetsTheMember(NeuralNetwork):
    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)


class _DropsTheOptimizers(NeuralNetwork):
    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        state["fresh"] = True
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for layer in self.layers:
            layer.optimizer = None


@mistake(hint=STATE)
class DataLayerSaved(NetworkFile):
    """The data layer is saved with the network.

    A data layer that is a generator cannot be pickled at all; any other one brings the whole data into the file.
    """

    network = _SavesEverything


@mistake(hint=STATE)
class DataLayerLostBySaving(NetworkFile):
    """Saving takes the data layer away from the network.

    __getstate__ returns the network's own __dict__ and deletes from it, so the network cannot train on after it was
    saved.
    """

    network = _LosesIts


@mistake(hint=RESTORE)
class MemberNotRestored(NetworkFile):
    """A network that was unpickled has no member data_layer.

    __setstate__ does not set it to None, so whoever asks for it gets an AttributeError.
    """

    network = _ForgetsTheMember


@mistake(hint="leave only data_layer out of the state")
class OptimizersLost(NetworkFile):
    """The optimizers are not saved.

    The loaded network predicts as before, but backward no longer changes anything.
    """

    network = _DropsTheOptimizers


@mistake(hint="net.data_layer = data_layer; return net")
class DataLayerNotSet(NetworkFile):
    """Loading forgets the data layer that it is given.

    The loaded network has none, and its next forward fails.
    """

    def load(self, filename: str | Path, data_layer: Any) -> Any:
        net = super().load(filename, data_layer)
        net.data_layer = None
        return net


@mistake(hint="pickle.load(file) and nothing after it")
class WeightsLost(NetworkFile):
    """Loading initialises the layers again.

    The weights that were trained are replaced by new ones.
    """

    def load(self, filename: str | Path, data_layer: Any) -> Any:
        net = super().load(filename, data_layer)
        for layer in net.layers:
            layer.initialize(net.weights_initializer, net.bias_initializer)
        return net
