"""Saving a network and what its training needs, and going on from there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..network import NeuralNetwork
from ..validation import Tensor
from .archive import CheckpointError, read_archive, write_archive
from .state import Collection, Restoration

_FORMAT = "backproof checkpoint"
_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a checkpoint file contains.

    Attributes:
        path: The file, for messages.
        metadata: What ``save_checkpoint`` was given: how to build the network, where the training is, anything.
        state: The state of the network, in JSON types.
        arrays: The arrays that ``state`` names.
    """

    path: Path
    metadata: dict[str, Any]
    state: Any
    arrays: dict[str, Tensor]

    def restore(self, network: NeuralNetwork) -> None:
        """Put a network, built as the saved one was, into the saved state; its data layer stays.

        Raises:
            CheckpointError: If the network is built in another way. It is then as before.
        """
        restoration = Restoration(self.arrays)
        try:
            layers, initializers, losses = self.state
            if len(layers) != len(network.layers):
                raise CheckpointError(
                    f"the checkpoint has {len(layers)} layers, the network has {len(network.layers)}; "
                    "build the same network"
                )
            restoration.decode(layers, network.layers, "layers")
            restoration.decode(initializers, _initializers(network), "initializers")
            losses = restoration.decode(losses, None, "loss")
            restoration.apply()
            network.loss = losses.tolist()
        except CheckpointError as error:
            raise CheckpointError(f"{self.path}: {error}") from error
        except (AttributeError, TypeError, ValueError) as error:  # values of wrong types, in a file made by others
            raise CheckpointError(f"{self.path}: the checkpoint is damaged ({error})") from error


def save_checkpoint(path: str | Path, network: NeuralNetwork, metadata: Mapping[str, Any]) -> None:
    """Write the state of a network and metadata to a file, atomically.

    Saved are parameters, running statistics, carried hidden states, optimizers, random generators and the losses; not
    saved are the data layer, the gradients and what ``backward`` needs of the latest ``forward``.

    Args:
        path: The file, usually ``….npz``; an old one is replaced in one step when the new one is complete.
        network: The network.
        metadata: Anything in JSON types.

    Raises:
        CheckpointError: If a layer has state that a checkpoint cannot hold.
        OSError: If the file cannot be written; it is as before.
    """
    collection = Collection()
    state = [
        collection.encode(network.layers, "layers"),
        collection.encode(_initializers(network), "initializers"),
        collection.encode(np.array(network.loss, dtype=float), "loss"),
    ]
    content = {"format": _FORMAT, "version": _VERSION, "metadata": dict(metadata), "state": state}
    write_archive(Path(path), content, collection.arrays)


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint; nothing in the file is executed.

    Raises:
        CheckpointError: If the file cannot be read, is damaged, or is something else.
    """
    path = Path(path)
    content, arrays = read_archive(path)
    match content:
        case {"format": str(found), "version": int(version)} if found == _FORMAT and version != _VERSION:
            raise CheckpointError(
                f"{path}: expected version {_VERSION} of the format, found version {version}; use the version of "
                "Backproof that wrote it"
            )
        case {"format": str(found), "metadata": dict(metadata), "state": list(state)} if found == _FORMAT:
            return Checkpoint(path=path, metadata=metadata, state=state, arrays=arrays)
    raise CheckpointError(f"{path}: expected a checkpoint of Backproof, found another archive")


def _initializers(network: NeuralNetwork) -> list[Any]:
    return [network.weights_initializer, network.bias_initializer]
