"""Trainer: the counting of right predictions, by a function that it is given."""

from __future__ import annotations

import numpy as np

from ...specs import Kind
from ..asking import count_predictions
from ..context import Context
from ..law import Law, check
from ..measurement import failed, passed
from .trainer import PARTS, run

HINT = "sum_correct_preds(output, target) once in every batch, with the network's output and the targets of that batch"


@check("network.trainer-counts", Kind.TRAINER, needs=("contract.trainer",))
def right_predictions_are_counted(context: Context) -> Law:
    """Right predictions are counted once in every validation batch, and so in training if at all, with its targets."""
    done = yield from run(context, count_predictions)
    at = np.asarray(done.said["counted_pass"], dtype=int)
    for part in PARTS:
        passes = done.passes(part)
        counts = np.array([np.sum(at == index) for index in passes])
        wrong = np.flatnonzero(counts != 1)
        # Some show the accuracy of validation alone.
        if wrong.size and (part == "validation" or counts.any()):
            text = f"right predictions of a {part} batch are counted {counts[wrong[0]]} times"
            yield failed(text, expected="once", found=f"{counts[wrong[0]]} times", hint=HINT)
    batches = np.asarray(done.said["batch"], dtype=int)
    predictions, targets = done.said["counted_predictions"], done.said["counted_targets"]
    for index, predicted, wanted in zip(at, predictions, targets, strict=True):
        batch = int(batches[index])
        rows = slice(batch * done.size, (batch + 1) * done.size)
        labels = done.labels[rows]
        scores = done.inputs[rows] @ np.asarray(done.said["weights"])[index] + np.asarray(done.said["bias"])[index]
        for name, found, expected in (("targets", wanted, labels), ("predictions", predicted, scores.argmax(axis=1))):
            if not np.array_equal(found, expected):
                text = f"what counts right predictions is given other {name} than those of the batch"
                yield failed(text, expected=str(expected.tolist()), found=str(found.tolist()), hint=HINT)
    yield passed()
