"""NetworkFile: the functions `save` and `load` of a submission."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...specs import Array, NetworkFile
from ..base import CheckpointAdapter
from .network import CourseNetwork
from .probes import BatchFeed


class CourseNetworkFile(CheckpointAdapter):
    """A network of the class API that is saved and loaded.

    Args:
        spec: the configured component.
        inner: the network.
        save, load: the submission's functions.
    """

    def __init__(
        self, spec: NetworkFile, inner: CourseNetwork, save: Callable[..., Any], load: Callable[..., Any]
    ) -> None:
        super().__init__(spec)
        self._inner, self._save, self._load = inner, save, load

    def feed(self, inputs: Array, labels: Array) -> None:
        self._inner.feed(inputs, labels)

    def train(self, iterations: int) -> list[float]:
        losses: list[float] = self._inner.train(iterations)
        return losses

    def test(self, inputs: Array) -> Array:
        result: Array = self._inner.test(inputs)
        return result

    def parameters(self) -> Mapping[str, Array]:
        return self._inner.parameters()

    def assign(self, parameters: Mapping[str, Array]) -> None:
        self._inner.assign(parameters)

    def save_and_load(self) -> Mapping[str, bool]:
        old, feed = self._inner.network, self._inner.network.data_layer
        self._inner.stop_recording()  # what we have put into the layers does not belong into a file
        dropped = _is_dropped(old)
        old.data_layer = feed
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder, "network.pickle"))
            self._save(path, old)
            kept = getattr(old, "data_layer", None) is feed
            new_feed = BatchFeed()
            new_feed.batch = getattr(feed, "batch", None)
            loaded = self._load(path, new_feed)
        self._inner.go_on_with(loaded)
        return {"kept": kept, "dropped": dropped, "set": getattr(loaded, "data_layer", None) is new_feed}


def _is_dropped(network: Any) -> bool:
    """Tell whether the network can be pickled with a generator for a data layer, and has None for it afterwards."""
    network.data_layer = (number for number in range(1))
    try:
        content = pickle.dumps(network)
    except TypeError:  # a generator cannot be pickled
        return False
    again = pickle.loads(content)  # noqa: S301 - its own network, in the process that runs it anyway
    return hasattr(again, "data_layer") and again.data_layer is None
