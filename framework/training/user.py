"""Using a trained network."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..checkpoints import CheckpointError, load_checkpoint
from ..data.batches import Batches
from ..models import MODELS
from ..network import NeuralNetwork
from ..validation import Tensor
from .evaluation import Evaluation, evaluate


class NetworkUser:
    """A trained network, decoupled from its training.

    Args:
        checkpoint: A checkpoint that ``NetworkTrainer.save`` or ``backproof train`` has written.
        build: Builds the network as it was built for the training; None takes what the checkpoint says, which only
            knows the networks of ``framework.models``.

    Attributes:
        network: The network.

    Raises:
        CheckpointError: If the file is no such checkpoint, or is of another network.
    """

    def __init__(self, checkpoint: str | Path, build: Callable[[], NeuralNetwork] | None = None) -> None:
        saved = load_checkpoint(checkpoint)
        self.network = _built(saved.path, saved.metadata.get("description")) if build is None else build()
        saved.restore(self.network)

    def probabilities(self, inputs: Tensor) -> Tensor:
        """Return the network's prediction for a batch of inputs, in the testing phase: (batch, classes)."""
        return self.network.test(inputs)

    def predict(self, inputs: Tensor) -> Sequence[int]:
        """Return the class number of each item of a batch."""
        classes: list[int] = self.probabilities(inputs).argmax(axis=1).tolist()
        return classes

    def test(self, data: Batches) -> Evaluation:
        """Return mean loss and error on the test split."""
        return evaluate(self.network, data, "test")


def _built(path: Path, description: Any) -> NeuralNetwork:
    match description:
        case {"model": str(name), "arguments": dict(arguments)} if name in MODELS:
            try:
                return MODELS[name](**arguments)
            except (TypeError, ValueError) as error:
                raise CheckpointError(f"{path}: the network cannot be built as it says ({error})") from error
    raise CheckpointError(f"{path}: it does not say how to build its network; give `build`")
