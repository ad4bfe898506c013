"""Network user: the numbers that a test tells.

No text says in which form. So any number that is returned or printed may be the mean loss, or the accuracy, in any of
their usual forms; what is in none of them is not judged, unless it is what a known mistake leads to, twice, on other
data each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...sandbox import Asking
from ...specs import Kind, Unsupported
from ..context import Context
from ..law import Law, check
from ..measurement import Measurement, failed, number, passed
from .network_user import Use, use

TESTS = 2
# Losses are often summed up in float32.
RELATIVE = 1e-6
# Numbers that are told with fewer digits are compared with what is right, not with what is wrong.
SHARP, BLURRED = 1e-3, 2e-2

Forms = Mapping[str, float]


def _batch_losses(done: Use) -> tuple[list[float], list[int]]:
    """The mean cross-entropy of the softmax in each batch, and the number of its samples."""
    scores = done.scores()
    powers = scores - scores.max(axis=1, keepdims=True)
    logs = powers - np.log(np.exp(powers).sum(axis=1, keepdims=True))
    each = -logs[np.arange(len(scores)), done.labels]
    return [float(each[rows].mean()) for rows in done.batches()], [len(each[rows]) for rows in done.batches()]


def _loss_forms(done: Use) -> tuple[Forms, Forms]:
    losses, sizes = _batch_losses(done)
    by_samples = float(np.average(losses, weights=sizes))
    right = {"the mean over samples": by_samples, "the mean over batches": float(np.mean(losses))}
    wrong = {
        "the sum of the batches' mean losses divided by the number of samples": sum(losses) / sum(sizes),
        "the sum of the batches' mean losses": sum(losses),
        "the loss of the last batch alone": losses[-1],
        "the mean over samples as if the last batch were full": by_samples * sum(sizes) / (done.size * len(sizes)),
    }
    return right, wrong


def _accuracy_forms(done: Use) -> tuple[Forms, Forms]:
    hits = done.scores().argmax(axis=1) == done.labels
    rights = [int(hits[rows].sum()) for rows in done.batches()]
    sizes = [len(hits[rows]) for rows in done.batches()]
    count, share = sum(rights), sum(rights) / len(hits)
    right: dict[str, float] = {}
    wrong: dict[str, float] = {}
    for unit, scale in (("", 1.0), (" in percent", 100.0)):
        right |= {f"the share{unit}": scale * share, f"the share of errors{unit}": scale * (1 - share)}
        wrong |= {
            f"their number divided by the number of batches{unit}": scale * count / len(sizes),
            f"the share as if the last batch were full{unit}": scale * count / (done.size * len(sizes)),
        }
    right |= {"their number": count, "the number of errors": len(hits) - count}
    return right, wrong


def _told(done: Use, value: float, words: Sequence[str] = (), blur: float = BLURRED) -> bool:
    """Whether a number is told that is this value, with a name that has one of the words in it, or none at all.

    A number without decimals is exact where it is a count, and rounded where it is not.
    """
    numbers = np.asarray(done.said["numbers"], dtype=float).reshape(-1, 2)
    return any(
        (half <= blur * abs(value) or (not words and found == value))
        and abs(found - value) <= half + RELATIVE * abs(value)
        and (not words or not label or any(word in label for word in words))
        for (found, half), label in zip(numbers, done.said["labels"], strict=True)
    )


def _judged(
    tests: Sequence[Use], forms: Sequence[tuple[Forms, Forms]], what: str, words: Sequence[str], hint: str
) -> Measurement:
    """One of the right forms is told in every test, or none of the wrong ones is.

    Raises:
        Unsupported: neither.
    """
    (right, wrong), last = forms[0], tests[0]
    if any(all(_told(done, of[0][name]) for done, of in zip(tests, forms, strict=True)) for name in right):
        return passed()
    for name, value in wrong.items():
        differs = value != 0 and all(abs(value - each) > SHARP * abs(value) for each in right.values())
        told = all(_told(done, of[1][name], words, SHARP) for done, of in zip(tests, forms, strict=True))
        if differs and told:
            expected = next(iter(right))
            text = f"the test tells {number(value)} as {what}, which is {name}, but should tell {expected}"
            return failed(
                f"{text}, {number(right[expected])}", expected=number(right[expected]), found=number(value), hint=hint
            )
    count = len(last.said["labels"])
    raise Unsupported(f"none of the {count} numbers that the test returns or prints is {what} in a known form")


def _tests(context: Context) -> Asking[list[Use]]:
    """Tests on other data each."""
    done = []
    for salt in range(TESTS):
        done.append((yield from use(context, "test", salt)))  # noqa: PERF401 - no comprehension can ask
    return done


@check("network.user-loss", Kind.EVALUATOR, needs=("network.user", "contract.user"))
def test_tells_the_mean_loss(context: Context) -> Law:
    """The loss that a test tells is the mean over the samples, or over the batches."""
    tests = yield from _tests(context)
    hint = "the loss of a batch is a mean already: divide the sum of the batches' losses by their number"
    yield _judged(tests, [_loss_forms(done) for done in tests], "the loss", ("loss",), hint)


@check("network.user-accuracy", Kind.EVALUATOR, needs=("network.user", "contract.user"))
def test_counts_right_predictions(context: Context) -> Law:
    """The accuracy that a test tells is the share of all samples that are predicted rightly, or their number."""
    tests = yield from _tests(context)
    hint = "add up right predictions and len(target) of every batch, and divide one sum by the other"
    words = ("acc", "correct", "right", "%", "percent", "hit")
    yield _judged(tests, [_accuracy_forms(done) for done in tests], "the accuracy", words, hint)
