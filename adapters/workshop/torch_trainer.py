"""NetworkTrainer: the submission's training loop, around a network, a loss and an optimizer that take notes."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ...specs import Array, Trainer, Unsupported
from ..base import TrainerAdapter
from ..calls import call_named
from .torch_counting import Counter

torch.set_num_threads(1)

COUNTS = "sum_correct_preds"


class Batches(list[Any]):
    """The batches of one part of the data: a list that also looks like a loader.

    Args:
        batches: pairs of inputs and labels.
        batch_size: number of samples in each.
    """

    def __init__(self, batches: list[Any], batch_size: int) -> None:
        super().__init__(batches)
        self.batch_size = batch_size
        self.dataset = range(len(batches) * batch_size)


class Data:
    """Stands for DataLoaderFNN: called with the name of a part, it gives its batches.

    Args:
        parts: the batches by `train` and `val`.
    """

    def __init__(self, parts: Mapping[str, Batches]) -> None:
        self._parts = parts

    def __call__(self, part: Any = None, *_: Any, **__: Any) -> Any:
        """The batches of a part; called with anything else, as a class would be, it gives itself."""
        return self._parts.get(part, self) if isinstance(part, str) else self


@dataclass
class Notes:
    """What has happened so far.

    Attributes:
        passes: by forward pass.
        optimizer: the latest one made.
        network: the latest one made.
    """

    passes: list[dict[str, Any]] = field(default_factory=list)
    optimizer: Any = None
    network: Any = None


class WorkshopTrainer(TrainerAdapter):
    """A training loop of the workshop.

    Args:
        spec: the configured component.
        made_of: the submission's class.
    """

    spec: Trainer

    def __init__(self, spec: Trainer, made_of: Any) -> None:
        super().__init__(spec)
        self._made_of = made_of

    def run(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Train; see `specs.TrainerSubject`."""
        return self._run(start, inputs, labels, batch_size, Notes())

    def count(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Train with a function that counts; see `specs.TrainerSubject`."""
        if COUNTS not in inspect.signature(self._made_of.train_network).parameters:
            raise Unsupported(f"train_network takes no {COUNTS}")
        notes = Notes()
        counter = Counter(lambda: len(notes.passes) - 1)
        return {**self._run(start, inputs, labels, batch_size, notes, **{COUNTS: counter}), **counter.told()}

    def _run(
        self,
        start: Mapping[str, Array],
        inputs: Array,
        labels: Array,
        batch_size: int,
        notes: Notes,
        **further: Any,
    ) -> Mapping[str, Array]:
        spec = self.spec
        count = spec.batches + spec.validation_batches
        rows = [slice(index * batch_size, (index + 1) * batch_size) for index in range(count)]
        pairs = [(torch.tensor(inputs[each]).double(), torch.tensor(labels[each])) for each in rows]
        # The index of a batch is read from its first entry: what passes through may be copied, but not changed.
        indices = {pair[0].numpy().tobytes(): index for index, pair in enumerate(pairs)}
        parts = {
            "train": Batches(pairs[: spec.batches], batch_size),
            "val": Batches(pairs[spec.batches :], batch_size),
        }
        with tempfile.TemporaryDirectory() as folder:
            trainer = call_named(
                self._made_of,
                _network_class(notes, start, indices),
                _loss_class(notes),
                _optimizer_class(notes),
                torch.optim.lr_scheduler.StepLR,
                Data(parts),
                folder=f"{folder}/",
            )
            torch.manual_seed(0)
            stem = call_named(
                trainer.train_network,
                spec.epochs,
                network_params={},
                loss_params={},
                optimizer_params={"lr": spec.learning_rate},
                scheduler_params={"step_size": spec.step_size, "gamma": spec.gamma},
                **self._regularization(),
                **further,
            )
            record = _record(Path(folder), stem)
        told = {key: np.array([each[key] for each in notes.passes]) for key in notes.passes[0]}
        weights, bias = _places(notes.network)
        return {"record": record, **told, "final_weights": weights, "final_bias": bias}

    def _regularization(self) -> dict[str, Any]:
        if self.spec.penalty == "none":
            return {}
        power = 1 if self.spec.penalty == "L1" else 2

        def penalty(model: Any) -> Any:
            return self.spec.alpha * sum((parameter.abs() ** power).sum() for parameter in model.parameters())

        return {"regularization": penalty}


def _record(folder: Path, stem: Any) -> Array:
    """The losses that the trainer has written."""
    named = folder / f"{stem}_loss.npy"
    written = [named] if named.is_file() else sorted(folder.glob("*_loss.npy"))
    if not written:
        there = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        raise FileNotFoundError(f"train_network writes no {stem}_loss.npy to its folder, but {there}")
    result: Array = np.load(written[0], allow_pickle=False)
    return result


def _places(network: Any) -> tuple[Array, Array]:
    linear = network.linear
    return linear.weight.detach().numpy().T.copy(), linear.bias.detach().numpy().copy()


def _network_class(notes: Notes, start: Mapping[str, Array], indices: Mapping[bytes, int]) -> Any:
    class Network(nn.Module):
        """A linear map that notes every pass through it."""

        def __init__(self, **_: Any) -> None:
            super().__init__()
            features, classes = start["weights"].shape
            self.linear = nn.Linear(features, classes).double()
            with torch.no_grad():
                self.linear.weight.copy_(torch.tensor(start["weights"].T))
                self.linear.bias.copy_(torch.tensor(start["bias"]))
            notes.network = self

        def forward(self, x: Any) -> Any:
            weights, bias = _places(self)
            rate = float("nan") if notes.optimizer is None else float(notes.optimizer.param_groups[0]["lr"])
            found = {
                "batch": indices.get(x.detach().numpy().tobytes(), -1),
                "training": self.training,
                "differentiated": torch.is_grad_enabled(),
                "loss": float("nan"),
                "rate": rate,
            }
            notes.passes.append({**found, "weights": weights, "bias": bias})
            return self.linear(x)

    return Network


def _loss_class(notes: Notes) -> Any:
    class Loss(nn.CrossEntropyLoss):
        """The mean cross-entropy of the softmax; notes what it returns."""

        def forward(self, input: Any, target: Any) -> Any:  # noqa: A002 - as in the base class
            loss = super().forward(input, target)
            notes.passes[-1]["loss"] = float(loss.detach())
            return loss

    return Loss


def _optimizer_class(notes: Notes) -> Any:
    class Descent(torch.optim.SGD):
        """Gradient descent that can be asked for its learning rate."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            notes.optimizer = self

    return Descent
