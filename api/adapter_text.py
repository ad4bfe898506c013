"""The text of an adapter module, from guesses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from .guessing import Guess
from .specs import LossSpec, all_specs

_LAYER = """

class Layer(LayerAdapter):
{training}    def __init__(self, spec):
        super().__init__(spec)
        self.own = MAKE[spec.name()](spec)
{phase}
    def forward(self, x):
{forward}
    def backward(self, dy):
{backward}"""

_SET_PHASE = """
    def set_phase(self, phase):
        self.training = phase is Phase.TRAIN
{lines}"""

_PARAMETERS = """
    def parameters(self):
        return {name: self._laid_out(name, get(self)) for name, get in PARAMETERS.get(self.spec.name(), {}).items()}

    def gradients(self):
        return {name: self._laid_out(name, get(self)) for name, get in GRADIENTS.get(self.spec.name(), {}).items()}

    def assign(self, parameters):
        for name, value in parameters.items():
            own = PARAMETERS[self.spec.name()][name](self)
            own[...] = np.reshape(value.T if name in TRANSPOSED else value, own.shape)

    def _laid_out(self, name, own):  # as the spec has it; a bias may be kept as a row
        return np.array(own.T if name in TRANSPOSED else own).reshape(self.spec.parameters()[name].shape)
"""

_LOSS = """

class Loss(LossAdapter):
    def __init__(self, spec):
        super().__init__(spec)
        self.own = MAKE[spec.name()](spec)

    def forward(self, prediction, target):
{forward}
    def backward(self, target):
{backward}"""


def adapter_text(guesses: Sequence[Guess], named: str) -> str:
    """The module.

    Args:
        guesses: at least one, of different components.
        named: what the framework is called.
    """
    losses = [each for each in guesses if _is_loss(each)]
    layers = [each for each in guesses if not _is_loss(each)]
    kept = [each for each in layers if each.parameters]
    bases = [name for name, used in (("LayerAdapter", layers), ("LossAdapter", losses)) if used]
    phased = any(each.phase or "self.training" in each.forward + each.backward for each in layers)
    modules: dict[str, list[str]] = {}
    for each in guesses:
        if each.found.module:  # none: the name is known where the text is executed
            modules.setdefault(each.found.module, []).append(each.found.name)
    lines = [
        f'"""Adapter of {named}, begun by `backproof init`: guesses by names. Mend it, then `backproof check` it."""',
        "",
        *(["import numpy as np"] if kept or any("np." in each.make for each in guesses) else []),
        f"from backproof.adapters.base import {', '.join(bases)}",
        *(["from backproof.specs import Phase"] if phased else []),
        *(f"from {module} import {', '.join(sorted(set(names)))}" for module, names in sorted(modules.items())),
        "",
        "# How each component is made. `backproof explain FullyConnected` lists what spec has.",
        "MAKE = {",
        *(line for each in guesses for line in _entry(each)),
        "}",
    ]
    if kept:
        lines += ["# Where the object keeps its parameters, by their names in the spec, and their gradients."]
        lines += _table(
            "PARAMETERS", ((each, {k: f"self.own.{v}" for k, v in each.parameters.items()}) for each in kept)
        )
        lines += _table("GRADIENTS", ((each, each.gradients) for each in kept))
        turned = '"weights"' if any(each.transposed for each in kept) else ""
        lines += [f"TRANSPOSED = [{turned}]  # what is kept as (outputs, inputs)"]
    text = "\n".join(lines) + "\n"
    if layers:
        text += _LAYER.format(
            training="    training = True\n\n" if phased else "",
            phase=_set_phase(layers) if phased else "",
            forward=_forward(layers),
            backward=_backward(layers),
        ) + (_PARAMETERS if kept else "")
    if losses:
        text += _LOSS.format(forward=_loss_forward(losses), backward=_body(losses, _backward_call, "return "))
    return text + _build(bool(layers), [each.component for each in losses])


def _is_loss(each: Guess) -> bool:
    return issubclass(all_specs()[each.component], LossSpec)


def _entry(each: Guess) -> list[str]:
    marks = [f"    # missing: {what}" for what in each.missing]
    return [*marks, f'    "{each.component}": lambda spec: {each.make},']


def _table(name: str, rows: Iterable[tuple[Guess, dict[str, str]]]) -> list[str]:
    lines = [f"{name} = {{"]
    for each, places in rows:
        entries = ", ".join(f'"{key}": lambda self: {place}' for key, place in places.items())
        lines.append(f'    "{each.component}": {{{entries}}},')
    return [*lines, "}"]


def _set_phase(layers: Sequence[Guess]) -> str:
    told = [each for each in layers if each.phase]
    lines = (f'        if self.spec.name() == "{each.component}":\n            {each.phase}\n' for each in told)
    return _SET_PHASE.format(lines="".join(lines))


def _forward(layers: Sequence[Guess]) -> str:
    calls = "".join(each.backward for each in layers)
    before = "        self.x = x\n" if "self.x" in calls else ""
    if "self.y" not in calls:
        return before + _body(layers, lambda each: each.forward, "return ")
    return before + _body(layers, lambda each: each.forward, "self.y = ") + "        return self.y\n"


def _backward(layers: Sequence[Guess]) -> str:
    if not any(each.tuple_returned for each in layers):
        return _body(layers, _backward_call, "return ")
    tupled = ", ".join(f'"{each.component}"' for each in layers if each.tuple_returned)
    text = _body(layers, _backward_call, "result = ")
    return (
        f"{text}        if self.spec.name() in {{{tupled}}}:  # returns the parameters' gradients as well\n"
        "            result, *self.returned = result\n        return result\n"
    )


def _loss_forward(losses: Sequence[Guess]) -> str:
    saved = (
        "        self.prediction = prediction\n" if any("self.prediction" in each.backward for each in losses) else ""
    )
    return saved + _body(losses, lambda each: each.forward, "return ")


def _backward_call(each: Guess) -> str:
    return each.backward or "None"


def _body(guesses: Sequence[Guess], call: Callable[[Guess], str], verb: str) -> str:
    """The call that most components share, after those of the others."""
    calls = {each.component: call(each) for each in guesses}
    usual = Counter(calls.values()).most_common(1)[0][0]
    lines: list[str] = []
    word = "if"
    for component, text in calls.items():
        if text != usual:
            lines += [f'        {word} self.spec.name() == "{component}":', f"            {verb}{text}"]
            word = "if" if verb == "return " else "elif"
    if lines and verb != "return ":
        return "\n".join([*lines, "        else:", f"            {verb}{usual}"]) + "\n"
    return "\n".join([*lines, f"        {verb}{usual}"]) + "\n"


def _build(layers: bool, losses: list[str]) -> str:
    if layers and losses:
        known = ", ".join(f'"{name}"' for name in losses)
        kind = f"(Loss if spec.name() in {{{known}}} else Layer)(spec)"
    else:
        kind = "Layer(spec)" if layers else "Loss(spec)"
    return f"\n\ndef build(spec):\n    return {kind} if spec.name() in MAKE else None\n"
