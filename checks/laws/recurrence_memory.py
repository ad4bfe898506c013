"""Recurrence: what a layer remembers from one sequence to the next, and when."""

from __future__ import annotations

import numpy as np

from ...specs import Kind
from ..asking import assign, attach_optimizer, backward, forward, memorize, parameters
from ..context import Context
from ..law import Law, Level, check
from ..measurement import agrees, same
from ..proof import Expression
from .contract import BACKWARD, FORWARD
from .gradient_update import RATE
from .recurrence_parts import incoming, layer_with, recurrent, sequence, with_rounding


@check("recurrence.halves", Kind.LAYER, when=recurrent, level=Level.CORE, needs=FORWARD)
def memory_joins_sequences(context: Context) -> Law:
    """With memorize on, a sequence in one piece gives the same outputs as the same sequence in several."""
    rng = context.rng()
    x = sequence(context, rng, 3)
    whole = with_rounding(context, (yield from layer_with(context).ask(forward(x))), x)
    half = context.case.input_shape[0]
    for name, ends in (("two pieces", [half]), ("single steps", list(range(1, len(x))))):
        layer = layer_with(context, memory=True)
        pieces = yield from layer.ask_all([forward(piece) for piece in np.split(x, ends)])
        yield agrees(
            f"forward, with memorize on, of the sequence in {name}",
            np.concatenate(pieces),
            whole,
            hint="at the end of forward keep the state of the last step (hidden and cell state); with memorize on, the "
            "next sequence starts from it",
            as_found=Expression(f"np.concatenate([{', '.join(f'${i}' for i in range(len(pieces)))}])", tuple(pieces)),
            as_expected=Expression("$0", (whole.value,)),
        )


@check("recurrence.forgets", Kind.LAYER, when=recurrent, level=Level.CORE, needs=FORWARD)
def without_memory_every_sequence_is_the_first(context: Context) -> Law:
    """With memorize off, which is the default, every sequence starts from zeros."""
    rng = context.rng()
    x, earlier = sequence(context, rng), sequence(context, rng, 1)
    reference = yield from layer_with(context).ask(forward(x))
    for memory, name in ((None, "in a new layer"), (False, "with memorize off")):
        layer = layer_with(context, memory=memory)
        _, found = yield from layer.ask(forward(earlier), forward(x))
        yield same(
            f"the second forward {name}",
            found,
            reference,
            meaning="the layer remembers an earlier sequence",
            hint="memorize is False at first; while it is, begin every forward with a state of zeros",
        )


@check("recurrence.off-again", Kind.LAYER, when=recurrent, needs=FORWARD)
def memory_can_be_switched_off(context: Context) -> Law:
    """When memorize is switched off again, the next sequence starts from zeros."""
    rng = context.rng()
    x, earlier = sequence(context, rng), sequence(context, rng, 1)
    reference = yield from layer_with(context).ask(forward(x))
    layer = layer_with(context, memory=True)
    *_, found = yield from layer.ask(forward(earlier), forward(earlier), memorize(False), forward(x))
    yield same(
        "forward after memorize was switched off",
        found,
        reference,
        meaning="the layer goes on remembering",
        hint="look at memorize at the beginning of every forward",
    )


@check("recurrence.state-kept", Kind.LAYER, when=recurrent, needs=(*BACKWARD, "recurrence.halves"))
def backward_leaves_the_state_alone(context: Context) -> Law:
    """Backward and the optimizer's step leave the carried state alone."""
    rng = context.rng()
    one, two = sequence(context, rng, 1), sequence(context, rng)
    dy = incoming(context, rng, one)
    for rate in (None, RATE):
        used, reference = (layer_with(context, memory=True) for _ in range(2))
        if rate is not None:
            used.begin_with([attach_optimizer(rate, 0.0)])
        _, _, after = yield from used.ask(forward(one), backward(dy), parameters())
        yield from reference.ask(forward(one), assign(after))
        found = yield from used.ask(forward(two))
        expected = yield from reference.ask(forward(two))
        yield same(
            f"the forward after a backward {'without' if rate is None else 'with'} an optimizer",
            found,
            expected,
            meaning="backward changes the carried state",
            hint="the state that the next sequence starts from is that of the last step of forward; backward needs "
            "variables of its own",
        )


@check("recurrence.state-own", Kind.LAYER, when=recurrent, needs=FORWARD)
def layers_have_states_of_their_own(context: Context) -> Law:
    """The carried state belongs to one layer."""
    rng = context.rng()
    x, other = sequence(context, rng), sequence(context, rng, 1)
    reference = yield from layer_with(context, memory=True).ask(forward(x))
    first, second = (layer_with(context, memory=True) for _ in range(2))
    yield from first.ask(forward(other))
    found = yield from second.ask(forward(x))
    yield same(
        "the first forward of a layer, after another layer's,",
        found,
        reference,
        meaning="two layers share a state",
        hint="make the state in __init__, on self",
    )


@check("recurrence.state-copied", Kind.LAYER, when=recurrent, level=Level.STRICT, needs=("recurrence.halves",))
def state_is_no_view(context: Context) -> Law:
    """Overwriting an array that forward was given or has returned does not change the carried state."""
    rng = context.rng()
    one, two = sequence(context, rng, 1), sequence(context, rng)
    _, reference = yield from layer_with(context, memory=True).ask(forward(one), forward(two))
    for what, name in (("result", "forward's result"), ("argument", "forward's input")):
        layer = layer_with(context, memory=True)
        yield from layer.ask(forward(one))
        layer.poison(what)
        found = yield from layer.ask(forward(two))
        yield same(
            f"the next forward after the caller has overwritten {name}",
            found,
            reference,
            meaning="the state shares its memory with an array of the caller",
            hint="keep a copy of the last hidden state",
        )
