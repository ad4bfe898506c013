"""Networks that are ready to train: each module has a function ``build``."""

from collections.abc import Callable

from ..network import NeuralNetwork
from . import fnn, lenet, mlp, recurrent

MODELS: dict[str, Callable[..., NeuralNetwork]] = {
    "fnn": fnn.build,
    "lenet": lenet.build,
    "mlp": mlp.build,
    "recurrent": recurrent.build,
}
"""The builders by name, so that a checkpoint can say how its network is built."""

__all__ = ["MODELS", "fnn", "lenet", "mlp", "recurrent"]
