"""Contract: what a component says of itself; a subject that says nothing is not judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking, RemoteSubject
from ...specs import Case, Kind, Phase, Trait, Unsupported
from ..asking import declared, forward, reformat
from ..context import Context
from ..law import Law, Level, check
from ..measurement import describe, failed, passed
from .contract import BACKWARD
from .selection import parameter_names, penalty_of

Array = NDArray[np.float64]


def _first(case: Case) -> bool:
    return case.name == case.spec.plainest().name


def _regularized(case: Case) -> bool:
    return penalty_of(case) is not None


def _normalised_images(case: Case) -> bool:
    return Trait.BATCH_STATISTICS in case.spec.traits and len(case.input_shape) == 4 and case.phase is Phase.TRAIN


def _said(subject: RemoteSubject) -> Asking[Mapping[str, Any]]:
    """What the subject says of itself by name; nothing if its adapter does not offer that."""
    try:
        said: Any = yield from subject.ask(declared())
    except Unsupported:
        return {}
    return said if isinstance(said, dict) else {}


def _as_declared(context: Context, name: str, expected: bool, hint: str) -> Law:
    found = (yield from _said(context.new())).get(name)
    if found is None or bool(found) == expected:
        yield passed()
        return
    text = f"{context.case.spec.name()}: {name} is {bool(found)}, but should be {expected}"
    yield failed(text, expected=str(expected), found=str(bool(found)), hint=hint)


@check("contract.trainable", Kind.LAYER, when=_first, needs=("contract.constructs",))
def trainable_if_it_has_parameters(context: Context) -> Law:
    """A layer says that it is trainable if it has parameters, and only then."""
    has_parameters = bool(parameter_names(context.case))
    hint = f"set self.trainable = {has_parameters} in the constructor, after super().__init__()"
    yield from _as_declared(context, "trainable", has_parameters, hint)


@check("contract.testing-phase", Kind.LAYER, when=_first, needs=("contract.constructs",))
def starts_outside_of_the_testing_phase(context: Context) -> Law:
    """A new layer says that it is not in the testing phase."""
    hint = "the base class must set testing_phase = False, and every layer must call super().__init__()"
    yield from _as_declared(context, "testing_phase", False, hint)


@check("contract.base", Kind.LAYER, Kind.OPTIMIZER, when=_first, level=Level.STRICT, needs=("contract.constructs",))
def inherits_from_the_base_class(context: Context) -> Law:
    """A layer inherits from the base class of layers, an optimizer from that of optimizers."""
    yield from _as_declared(
        context, "base", True, "derive the class from BaseLayer (a layer) or Optimizer (an optimizer)"
    )


@check(
    "contract.regularizer-member",
    Kind.OPTIMIZER,
    when=_regularized,
    level=Level.STRICT,
    needs=("contract.constructs",),
)
def keeps_its_regularizer(context: Context) -> Law:
    """An optimizer keeps the regularizer that it is given in a member of that name."""
    hint = "add_regularizer(regularizer) must set self.regularizer = regularizer"
    yield from _as_declared(context, "regularizer", True, hint)


@check("contract.reformat", Kind.LAYER, when=_normalised_images, needs=BACKWARD)
def images_and_vectors(context: Context) -> Law:
    """Reformat turns images into one row of channels for each pixel, and these rows into the same images again."""
    rng = context.rng()
    layer, x = context.layer(rng), context.data(rng)
    yield from layer.ask(forward(x))
    try:
        rows: Any = yield from layer.ask(reformat(x))
    except Unsupported:
        yield passed()
        return
    if rows is None:  # the component has no such method
        yield passed()
        return
    channels = x.shape[1]
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, channels)
    hint = "tensor.transpose(0, 2, 3, 1).reshape(-1, channels), and back: reshape(b, h, w, c).transpose(0, 3, 1, 2)"
    if not isinstance(rows, np.ndarray) or rows.shape != pixels.shape:
        expected = f"an array of shape {pixels.shape}"
        text = f"reformat(x) of images {x.shape} is {describe(rows)}, but should be {expected}"
        yield failed(text, expected=expected, found=describe(rows), hint=hint)
        return
    # Of what computes in float32 no more can be asked; but to move numbers is not to compute, so they may be exact too.
    rounded = context.precision().rounded
    if not np.array_equal(_sorted(rounded(rows)), _sorted(rounded(pixels))):
        expected = "the channels of one pixel in every row"
        yield failed("reformat(x) mixes the channels", expected=expected, found="other rows", hint=hint)
        return
    images = yield from layer.ask(reformat(rows))
    if isinstance(images, np.ndarray) and np.array_equal(rounded(images), rounded(x)):
        yield passed()
        return
    text = f"reformat(reformat(x)) is {describe(images)} that differs from x"
    yield failed(text, expected="x itself", found=describe(images), hint=hint)


def _sorted(rows: Array) -> Array:
    return rows[np.lexsort(rows.T)]
