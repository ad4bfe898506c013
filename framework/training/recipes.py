"""The trainings that ``backproof train`` offers: which network, which data, how long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from ..data import Batches, DataError, DataSet, Sequences, delayed_recall, digits, doubled, iris, mnist, shifted
from ..models import MODELS
from ..network import NeuralNetwork

_SMALL = 16  # pixels

EMBEDDED: dict[str, Callable[[int], DataSet]] = {"digits": digits, "iris": iris}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train a model by default.

    Attributes:
        model: The name of the model's builder in ``framework.models``.
        arguments: From a data set and a seed to the builder's arguments, in JSON types.
        epochs: Number of epochs.
        batch_size: Items in a batch; None: the model takes one sequence at a time.
        shuffle: Whether each epoch has its own order.
        drop_last: Whether items that do not fill a last batch are left out.
        small_images: Whether to help with images below 16 × 16: they are doubled and, at random, shifted by a pixel.
        generated: From a seed to the data, if the data are generated.
    """

    model: str
    arguments: Callable[[DataSet, int], Mapping[str, Any]]
    epochs: int
    batch_size: int | None
    shuffle: bool = True
    drop_last: bool = False
    small_images: bool = False
    generated: Callable[[int], DataSet] | None = None

    def data_set(self, source: str | None, seed: int) -> DataSet:
        """Return the data.

        Args:
            source: ``"digits"``, ``"iris"``, or the path of MNIST files; None: digits, or what the recipe generates.
            seed: Seed of the split or of what is generated.

        Raises:
            DataError: If the data cannot be had, or do not suit the model.
        """
        if self.generated is not None:
            if source is not None:
                raise DataError(f"the data of this model are generated, but {source} was named; name no data")
            return self.generated(seed)
        data = EMBEDDED[source or "digits"](seed) if source is None or source in EMBEDDED else mnist(Path(source))
        if self.model == "lenet" and len(data.input_shape) != 3:
            raise DataError(f"lenet needs images, but {data.name} has inputs of shape {data.input_shape}; name others")
        return doubled(data) if self.small_images and data.input_shape[-1] < _SMALL else data

    def data_layer(self, data: DataSet, batch_size: int, seed: int) -> Batches:
        """Return the data layer."""
        if self.batch_size is None:
            return Sequences(data, seed=seed)
        augment = shifted if self.small_images and data.input_shape[-1] <= _SMALL else None
        return Batches(data, batch_size, seed=seed, shuffle=self.shuffle, drop_last=self.drop_last, augment=augment)

    def network(self, data: DataSet, seed: int) -> tuple[NeuralNetwork, dict[str, Any]]:
        """Return the network, and how it was built: model and arguments."""
        arguments = dict(self.arguments(data, seed))
        return MODELS[self.model](**arguments), {"model": self.model, "arguments": arguments}


def _lenet(data: DataSet, seed: int) -> Mapping[str, Any]:
    return {"input_shape": list(data.input_shape), "classes": data.classes, "seed": seed}


def _mlp(data: DataSet, seed: int) -> Mapping[str, Any]:
    return {"input_size": prod(data.input_shape), "classes": data.classes, "seed": seed}


def _recurrent(cell: str) -> Callable[[DataSet, int], Mapping[str, Any]]:
    def arguments(data: DataSet, seed: int) -> Mapping[str, Any]:
        return {"input_size": data.input_shape[-1], "classes": data.classes, "cell": cell, "seed": seed}

    return arguments


def _recall(seed: int) -> DataSet:
    return delayed_recall(seed=seed)


RECIPES: dict[str, Recipe] = {
    "lenet": Recipe(model="lenet", arguments=_lenet, epochs=60, batch_size=32, small_images=True),
    # As in the Freiburg exercise: the order stays, the remainder is dropped.
    "mlp": Recipe(model="mlp", arguments=_mlp, epochs=300, batch_size=64, shuffle=False, drop_last=True),
    "rnn": Recipe(model="recurrent", arguments=_recurrent("rnn"), epochs=5, batch_size=None, generated=_recall),
    "lstm": Recipe(model="recurrent", arguments=_recurrent("lstm"), epochs=10, batch_size=None, generated=_recall),
}
"""The recipes by the names of the command line."""
