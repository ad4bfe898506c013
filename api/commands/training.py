"""Training a network of the reference framework: save, go on, say how it goes."""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from ..exit_status import CONFORMANT, INTERRUPTED, NONCONFORMANT, USAGE, complain
from ..framework.atomic import remove_leftovers, write_atomically
from ..framework.checkpoints import Checkpoint, CheckpointError, load_checkpoint
from ..framework.data import DataError
from ..framework.training import EMBEDDED, RECIPES, DivergenceError, Epoch, NetworkTrainer, evaluate, loss_plot

TRAINED, DIVERGED = CONFORMANT, NONCONFORMANT
CHECKPOINT, PLOT = "checkpoint.npz", "loss.svg"


class _Refused(Exception):  # noqa: N818 - a usage error, phrased for the user
    """The command cannot be carried out; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class _Settings:
    """What decides a training; a checkpoint keeps all of it."""

    model: str
    data: str | None
    batch: int | None
    seed: int


def train(options: argparse.Namespace) -> int:
    """Train as the options say; the exit status says how it ended."""
    console = Console()
    folder = Path(options.out or f"backproof-{options.model}")
    try:
        checkpoint = _checkpoint(options, folder)
        settings = _settings(options, checkpoint)
        trainer = _trainer(settings, checkpoint)
        folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder / CHECKPOINT)
        return _Run(trainer, settings, folder, console).run(options.epochs, options.time_limit)
    except (_Refused, DataError, CheckpointError) as error:
        return complain(error, USAGE)
    except OSError as error:
        where = error.filename or folder
        return complain(f"{where} cannot be written: {error.strerror}; name another --out", USAGE)
    except DivergenceError as error:
        kept = f"; the last checkpoint is {folder / CHECKPOINT}" if (folder / CHECKPOINT).exists() else ""
        return complain(f"{error}{kept}", DIVERGED)


def _checkpoint(options: argparse.Namespace, folder: Path) -> Checkpoint | None:
    path = folder / CHECKPOINT
    if options.resume:
        if not path.exists():
            raise _Refused(f"--resume: there is no {path}; leave --resume out to start, or name the folder with --out")
        return load_checkpoint(path)
    if path.exists():
        raise _Refused(f"{path} exists already; --resume goes on from it, --out FOLDER starts in another folder")
    return None


def _settings(options: argparse.Namespace, checkpoint: Checkpoint | None) -> _Settings:
    recipe = RECIPES[options.model]
    if recipe.batch_size is None and options.batch is not None:
        raise _Refused(f"--batch: {options.model} takes one sequence at a time; leave --batch out")
    source = _source(options.data)
    if checkpoint is None:
        return _Settings(
            model=options.model,
            data=source,
            batch=recipe.batch_size if options.batch is None else options.batch,
            seed=0 if options.seed is None else options.seed,
        )
    try:
        settings = _Settings(**checkpoint.metadata["description"]["settings"])
    except (KeyError, TypeError) as error:
        raise _Refused(f"{checkpoint.path} was not written by `backproof train`; name another --out") from error
    for option, value, known in (
        ("MODEL", options.model, settings.model),
        ("--batch", options.batch, settings.batch),
        ("--seed", options.seed, settings.seed),
    ):
        if value is not None and value != known:
            raise _Refused(
                f"{option} is {value}, but {checkpoint.path} was trained with {known}; "
                "--resume cannot change that: start afresh with another --out"
            )
    # Files may have moved; the trainer makes sure that their content is the same.
    return settings if source is None else replace(settings, data=source)


def _source(named: str | None) -> str | None:
    """Make a path absolute, so that a checkpoint can be resumed from another folder."""
    return named if named is None or named in EMBEDDED else str(Path(named).expanduser().absolute())


def _trainer(settings: _Settings, checkpoint: Checkpoint | None) -> NetworkTrainer:
    recipe = RECIPES[settings.model]
    try:
        data = recipe.data_set(settings.data, settings.seed)
        layer = recipe.data_layer(data, settings.batch or 1, settings.seed)
        network, how = recipe.network(data, settings.seed)
    except ValueError as error:
        raise _Refused(f"{settings.model} cannot be trained with that: {error}") from error
    trainer = NetworkTrainer(network, layer, description={**how, "settings": vars(settings)})
    if checkpoint is not None:
        trainer.restore(checkpoint)
    return trainer


class _Run:
    """One run of the training loop, with what the user sees of it."""

    def __init__(self, trainer: NetworkTrainer, settings: _Settings, folder: Path, console: Console) -> None:
        self.trainer = trainer
        self.settings = settings
        self.folder = folder
        self.console = console

    def run(self, epochs: int | None, time_limit: float | None) -> int:
        """Train, save, and say how it ended."""
        trainer = self.trainer
        epochs = RECIPES[self.settings.model].epochs if epochs is None else epochs
        self._introduce(epochs)
        deadline = None if time_limit is None else time.monotonic() + time_limit
        with _interruption() as interrupted, self._progress(epochs) as (progress, task):

            def stop() -> bool:
                return interrupted() or (deadline is not None and time.monotonic() >= deadline)

            def after_epoch(epoch: Epoch) -> None:
                self._save()
                progress.console.print(_line(epoch, epochs), highlight=False)

            complete = trainer.train(
                epochs, stop=stop, after_batch=lambda: progress.advance(task), after_epoch=after_epoch
            )
            if not complete:
                self._save()
        return self._conclude(complete=complete, interrupted=interrupted(), epochs=epochs)

    def _introduce(self, epochs: int) -> None:
        data = self.trainer.data
        sizes = ", ".join(f"{len(getattr(data.data, split).inputs):,} to {verb}" for split, verb in _SPLITS)
        self._say(f"{self.settings.model} on {data.data.name}: {sizes}; seed {self.settings.seed}")
        if len(self.trainer.history) >= epochs:
            self._say(f"all {len(self.trainer.history)} epochs are done; --epochs N with a larger N goes on")
            return
        if self.trainer.history or data.position:
            self._say(f"resumed in epoch {data.epoch + 1} of {epochs}, after {data.position} of its batches")
        width = 2 * len(str(epochs)) + 1
        self._say(
            f"{'':{max(width, 5)}}  {'train':<18}validation\n{'epoch':<{width}}  {'loss      error   ' * 2}".rstrip()
        )

    def _conclude(self, *, complete: bool, interrupted: bool, epochs: int) -> int:
        data = self.trainer.data
        files = str(self.folder / CHECKPOINT)
        if self.trainer.history:
            self._plot()
            files += f" and {self.folder / PLOT}"
        if complete:
            result = evaluate(self.trainer.network, data, "test")
            self._say(f"test   loss {result.loss:.4f}   error {100 * result.error:6.2f} %")
            self._say(f"saved {files}")
            return TRAINED
        where = f"in epoch {data.epoch + 1} of {epochs}, after {data.position} of {data.batches_per_epoch} batches"
        reason = "interrupted" if interrupted else "the time is up"
        self._say(f"{reason} {where}: saved {files}; --resume goes on from there")
        return INTERRUPTED if interrupted else TRAINED

    def _save(self) -> None:
        self.trainer.save(self.folder / CHECKPOINT)

    def _plot(self) -> None:
        title = f"{self.settings.model} on {self.trainer.data.data.name}, seed {self.settings.seed}"
        picture = loss_plot(self.trainer.history, title).encode()
        write_atomically(self.folder / PLOT, lambda file: file.write(picture))

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def _progress(self, epochs: int) -> Iterator[tuple[Progress, TaskID]]:
        data = self.trainer.data
        columns = (TextColumn("batch"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            done = data.epoch * data.batches_per_epoch + data.position
            yield progress, progress.add_task("", total=epochs * data.batches_per_epoch, completed=done)


_SPLITS = (("train", "train"), ("validation", "validate"), ("test", "test"))


def _line(epoch: Epoch, epochs: int) -> str:
    place = f"{epoch.epoch:>{len(str(epochs))}}/{epochs}"
    training = f"{epoch.train_loss:<8.4f}{100 * epoch.train_error:6.2f} %"
    validation = f"{epoch.validation_loss:<8.4f}{100 * epoch.validation_error:6.2f} %"
    return f"{place:<5}  {training}  {validation}"


@contextmanager
def _interruption() -> Iterator[Any]:
    """Yields a function that tells whether Ctrl-C was pressed; pressing it again interrupts at once."""
    pressed = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            signal.default_int_handler(number, frame)
        pressed = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
