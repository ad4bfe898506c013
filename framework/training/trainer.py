"""A training loop for any network and any data."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..checkpoints import Checkpoint, CheckpointError, save_checkpoint
from ..data.batches import Batches
from ..network import NeuralNetwork
from ..validation import checked_integer
from .evaluation import Tally, evaluate, is_mean_loss


class DivergenceError(ArithmeticError):
    """The loss is no longer a finite number."""


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """What an epoch came to; losses are means per item, without regularization, errors are fractions in [0, 1].

    Attributes:
        epoch: Number of the epoch, from 1.
        train_loss: Over the batches of the epoch, each measured in the training phase, before its update.
        train_error: As the loss.
        validation_loss: Over the validation split after the epoch, in the testing phase.
        validation_error: As the loss.
    """

    epoch: int
    train_loss: float
    train_error: float
    validation_loss: float
    validation_error: float


def _never() -> bool:
    return False


def _nothing() -> None:
    return None


class NetworkTrainer:
    """Trains a network, validates it after each epoch, and can stop after any batch and go on later.

    Args:
        network: The network; its loss layer must be set, its data layer is not used.
        data: Deals the data.
        schedule: From the number of an epoch, from 1, to the learning rate in it, for all layers; None keeps the rates
            of the optimizers.
        description: Anything in JSON types that the checkpoints should say, such as how to build the network.

    Attributes:
        history: The epochs so far.
    """

    def __init__(
        self,
        network: NeuralNetwork,
        data: Batches,
        *,
        schedule: Callable[[int], float] | None = None,
        description: Mapping[str, Any] | None = None,
    ) -> None:
        self.network = network
        self.data = data
        self.schedule = schedule
        self.description = dict(description or {})
        self.history: list[Epoch] = []
        self._tally = Tally()

    def train(
        self,
        epochs: int,
        *,
        stop: Callable[[], bool] = _never,
        after_batch: Callable[[], None] = _nothing,
        after_epoch: Callable[[Epoch], None] | None = None,
    ) -> bool:
        """Train until there are as many epochs in all, or until ``stop``.

        Args:
            epochs: Number of epochs, with those of an earlier call and of a restored checkpoint.
            stop: Asked before each batch; the training ends if it returns True, and can go on later.
            after_batch: Called after each batch.
            after_epoch: Called after each epoch, when it is in the history.

        Returns:
            Whether all epochs are done.

        Raises:
            DivergenceError: If the loss of a batch is not finite.
        """
        checked_integer("epochs", epochs, 0)
        while len(self.history) < epochs:
            if stop():
                return False
            self._learn_batch()
            after_batch()
            if self.data.position == 0:
                self._close_epoch()
                if after_epoch is not None:
                    after_epoch(self.history[-1])
        return True

    def save(self, path: str | Path) -> None:
        """Write a checkpoint, atomically; it may be taken after any batch.

        Raises:
            OSError: If the file cannot be written; it is as before.
        """
        metadata = {
            "description": self.description,
            "data": self._identity(),
            "position": self.data.position,
            "tally": asdict(self._tally),
            "history": [asdict(epoch) for epoch in self.history],
        }
        save_checkpoint(path, self.network, metadata)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint that a trainer of the same network and data has saved.

        Raises:
            CheckpointError: If it is of another network or other data, or is damaged.
        """
        found = checkpoint.metadata
        expected = self._identity()
        if found.get("data") != expected:
            raise CheckpointError(
                f"{checkpoint.path}: expected a training on {expected}, found one on {found.get('data')}; "
                "name the same data, seed and batch size, or start afresh"
            )
        try:
            history = [Epoch(**epoch) for epoch in found["history"]]
            tally = Tally(**found["tally"])
            self.data.seek(len(history), found["position"])
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{checkpoint.path}: the place in the training is damaged ({error})") from error
        checkpoint.restore(self.network)
        self.history, self._tally = history, tally

    def _learn_batch(self) -> None:
        if self.schedule is not None:
            self.network.set_learning_rate(self.schedule(self.data.epoch + 1))
        inputs, labels = self.data.next()
        output, loss = self.network.learn(inputs, labels)
        if not math.isfinite(self.network.loss[-1]):
            raise DivergenceError(
                f"the loss of batch {len(self.network.loss)}, in epoch {len(self.history) + 1}, is "
                f"{self.network.loss[-1]}; take a smaller learning rate"
            )
        self._tally.add(output, labels, loss, is_mean=is_mean_loss(self.network.loss_layer))

    def _close_epoch(self) -> None:
        training, self._tally = self._tally.means(), Tally()
        validation = evaluate(self.network, self.data, "validation")
        self.history.append(
            Epoch(
                epoch=self.data.epoch,
                train_loss=training.loss,
                train_error=training.error,
                validation_loss=validation.loss,
                validation_error=validation.error,
            )
        )

    def _identity(self) -> dict[str, Any]:
        """What decides the batches to come, in JSON types."""
        return {
            "name": self.data.data.name,
            "checksum": self.data.data.checksum,
            "batch_size": self.data.batch_size,
            "batches_per_epoch": self.data.batches_per_epoch,
            "shuffle": self.data.shuffle,
            "augment": getattr(self.data.augment, "__name__", None),
            "seed": self.data.seed,
        }
