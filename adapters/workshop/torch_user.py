"""NetworkUser: the submission's test of a trained network, and its predictor, around a network that takes notes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ...specs import Array, NetworkUser, Unsupported
from ..base import EvaluatorAdapter
from ..calls import call_named
from .files import FOLDER, Files
from .telling import printed_numbers, returned_numbers
from .torch_counting import Counter
from .torch_trainer import Batches, Data

torch.set_num_threads(1)

_ENDS = (".pt", ".pth", ".pkl", ".bin")


@dataclass
class Notes:
    """What the networks and the loss note.

    Attributes:
        start: the parameters of the next network that is made.
        indices: of the test batches, by their content in float32.
        passes: by forward pass.
        network: the latest one made.
    """

    start: Mapping[str, Array]
    indices: dict[bytes, int] = field(default_factory=dict)
    passes: list[dict[str, Any]] = field(default_factory=list)
    network: Any = None

    def told(self) -> dict[str, Array]:
        """Of each pass, and what the network has in the end."""
        told = {key: np.array([each[key] for each in self.passes]) for key in self.passes[0]}
        weights, bias = places(self.network)
        return {**told, "final_weights": weights, "final_bias": bias}


class WorkshopUser(EvaluatorAdapter):
    """The workshop's user of networks; what it loads is written by the submission's trainer, if there is one.

    Args:
        spec: the configured component.
        made_of: the submission's class.
        trainer: the submission's class for training; None if it has none.
    """

    spec: NetworkUser

    def __init__(self, spec: NetworkUser, made_of: Any, trainer: Any) -> None:
        super().__init__(spec)
        self._made_of, self._trainer = made_of, trainer

    def test(
        self,
        stored: Mapping[str, Array],
        fresh: Mapping[str, Array],
        inputs: Array,
        labels: Array,
        batch_size: int,
    ) -> Mapping[str, Any]:
        """Load and test the network; see `specs.EvaluatorSubject`."""
        self._offers("test_network")
        batches = Batches(
            [
                (torch.tensor(inputs[start : start + batch_size]), torch.tensor(labels[start : start + batch_size]))
                for start in range(0, len(inputs), batch_size)
            ],
            batch_size,
        )
        batches.dataset = range(len(inputs))
        notes = Notes(stored, {content(pair[0]): index for index, pair in enumerate(batches)})
        counter, printed = Counter(lambda: len(notes.passes) - 1), StringIO()
        with self._trained(notes, fresh) as files:
            user = self._user(notes, batches, files)
            try:
                with redirect_stdout(printed):
                    returned = files.call(user.test_network, batch_size, counter)
            finally:
                print(printed.getvalue(), end="")
        if not notes.passes:
            raise Unsupported("test_network passes nothing through the network: it is not written yet")
        said = [*returned_numbers(returned), *printed_numbers(printed.getvalue())]
        numbers = np.array([[each.value, each.half] for each in said], dtype=float).reshape(-1, 2)
        told = {"numbers": numbers, "labels": [each.label for each in said]}
        return {**notes.told(), **told, **counter.told()}

    def predict(self, stored: Mapping[str, Array], fresh: Mapping[str, Array], inputs: Array) -> Mapping[str, Any]:
        """Make a predictor, and give it samples; see `specs.EvaluatorSubject`."""
        self._offers("get_predictor")
        notes = Notes(stored)
        nothing = Batches([], 1)
        with self._trained(notes, fresh) as files:
            predictor = files.call(self._user(notes, nothing, files).get_predictor, 1, None)
            if not callable(predictor):
                raise Unsupported("get_predictor returns nothing that can be called with an input")
            classes = np.array([self._class(predictor, torch.tensor(row)) for row in inputs])
        if not notes.passes:
            raise Unsupported("the predictor passes nothing through the network: it is not written yet")
        return {**notes.told(), "classes": classes}

    def _offers(self, method: str) -> None:
        if not callable(getattr(self._made_of, method, None)):
            raise Unsupported(f"NetworkUser has no {method}")

    def _class(self, predictor: Callable[[Any], Any], sample: Any) -> int:
        """The class that is predicted for a sample: a batch of one, or, if that raises, the sample itself."""
        try:
            found = predictor(sample[None])
        except (TypeError, ValueError, RuntimeError, IndexError):
            found = predictor(sample)
        if isinstance(found, tuple | list) and len(found) == 1:
            found = found[0]
        values = np.asarray(found.detach() if isinstance(found, torch.Tensor) else found).ravel()
        if values.size == self.spec.classes:
            return int(values.argmax())
        if values.size == 1 and values.dtype.kind in "iuf" and float(values[0]).is_integer():
            return int(values[0])
        raise Unsupported("the predictor returns neither one score per class nor the number of a class")

    def _user(self, notes: Notes, batches: Batches, files: Files) -> Any:
        classes = network_class(notes), nn.CrossEntropyLoss, Data({"test": batches, "train": batches, "val": batches})
        return files.call(self._made_of, batches.batch_size, None, classes)

    @contextmanager
    def _trained(self, notes: Notes, fresh: Mapping[str, Array]) -> Iterator[Files]:
        """A folder with what training has stored; from then on networks start with other parameters."""
        before = Path.cwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                Path(FOLDER).mkdir()
                files = self._train(notes)
                notes.start = fresh
                notes.passes.clear()
                yield files
            finally:
                os.chdir(before)

    def _train(self, notes: Notes) -> Files:
        """Let the submission's trainer store the network; its mistakes are not those of what is looked at here."""
        if self._trainer is not None:
            try:
                return self._by_trainer(notes)
            except Exception as error:
                print(f"NetworkTrainer raises {type(error).__name__}: {error}; the network is stored without it")
        torch.save(network_class(notes)().state_dict(), f"{FOLDER}network_model.pt")
        return Files("network", f"{FOLDER}network_model.pt")

    def _by_trainer(self, notes: Notes) -> Files:
        features, classes = notes.start["weights"].shape
        pairs = [(torch.eye(features).double() + index, torch.arange(features) % classes) for index in range(2)]
        made = network_class(notes), nn.CrossEntropyLoss, torch.optim.SGD, torch.optim.lr_scheduler.StepLR
        data = Data({part: Batches(pairs, features) for part in ("train", "val", "test")})
        trainer = call_named(self._trainer, *made, data, folder=FOLDER)
        torch.manual_seed(0)
        # A learning rate of 0: the network ends as it began.
        stem = call_named(
            trainer.train_network,
            1,
            network_params={},
            loss_params={},
            optimizer_params={"lr": 0.0},
            scheduler_params={"step_size": 1, "gamma": 1.0},
        )
        found = sorted(path for path in Path(FOLDER).iterdir() if path.suffix in _ENDS)
        if not found:
            raise FileNotFoundError(f"train_network writes no model to {FOLDER}")
        own = stem if isinstance(stem, str) and stem else found[0].stem.removesuffix("_model")
        return Files(own, f"{FOLDER}{found[0].name}")


def content(tensor: Any) -> bytes:
    """What a batch is recognised by: it may be copied, and converted."""
    result: bytes = tensor.detach().to(torch.float32).numpy().tobytes()
    return result


def places(network: Any) -> tuple[Array, Array]:
    """Copies of a network's weights and bias, in the spec's layout."""
    linear = network.linear
    return linear.weight.detach().numpy().T.copy(), linear.bias.detach().numpy().copy()


def network_class(notes: Notes) -> Any:
    """A class of linear networks whose passes are noted."""

    class Network(nn.Module):
        """A linear map that notes every pass through it."""

        def __init__(self, **_: Any) -> None:
            super().__init__()
            features, classes = notes.start["weights"].shape
            self.linear = nn.Linear(features, classes).double()
            with torch.no_grad():
                self.linear.weight.copy_(torch.tensor(notes.start["weights"].T))
                self.linear.bias.copy_(torch.tensor(notes.start["bias"]))
            notes.network = self

        def forward(self, x: Any) -> Any:
            weights, bias = places(self)
            noted = {
                "batch": notes.indices.get(content(x), -1),
                "training": self.training,
                "differentiated": torch.is_grad_enabled(),
            }
            notes.passes.append({**noted, "weights": weights, "bias": bias})
            return self.linear(x.double())

    return Network
