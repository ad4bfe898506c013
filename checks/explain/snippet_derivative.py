"""The part of a snippet that compares a gradient with plain central differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...sandbox import RemoteSubject
from ...specs import Kind, operations
from ..context import Context
from ..proof import ABSOLUTE, RELATIVE, STEP, Derivative
from .snippet_parts import BLOCK_DIFFERENCES, INPUT_DIFFERENCES
from .snippet_script import Script
from .snippet_text import Unspeakable, filled, rounded_up


def derivative(script: Script, context: Context, proof: Derivative, passes: int = 1) -> str:
    """The lines of the comparison.

    Args:
        script: of the calls.
        context: of the check.
        proof: what was compared.
        passes: how many forwards and backwards there are until the gradient is looked at.

    Raises:
        Unspeakable: there are none; the text says why.
    """
    if not proof.shows:
        raise Unspeakable("the error is smaller than plain central differences can show: run the check itself")
    subject = script.source_of(proof.found) if proof.continues else context.subjects[0]
    writer = _Writer(script, subject, proof, passes)
    differences, lines = writer.differences(), writer.setup()
    scale = rounded_up(ABSOLUTE * float(np.abs(proof.expected).max(initial=0.0)) or ABSOLUTE)
    lines += [differences, f"np.testing.assert_allclose(found, expected, rtol={RELATIVE}, atol={scale})"]
    return script.definitions() + "\n".join(lines)


@dataclass
class _Writer:
    script: Script
    subject: RemoteSubject
    proof: Derivative
    passes: int

    def __post_init__(self) -> None:
        proof, kind = self.proof, self.subject.spec.kind
        self.code_templates = self.script.code_templates_of(self.subject)
        self.name = self.script.name_of(self.subject)
        # The setup first, so that variables are defined in the order in which they are used.
        # After a network's backward all its parameters may be other ones.
        self.renewed = proof.continues or kind is Kind.NETWORK
        self.prepared, self.more = self.script.setup(self.subject), ""
        if proof.continues:
            self.prepared, self.more = self.script.continued(self.subject)
        roles = zip(proof.arguments, operations(kind)["forward"].arguments, strict=False)
        self.arguments = [self.script.variable(array, role) for array, role in roles]
        cotangent = proof.target if proof.cotangent is None else proof.cotangent
        role = "target" if proof.cotangent is None else "dy"
        self.dy = [] if cotangent is None else [self.script.variable(cotangent, role)]

    def setup(self) -> list[str]:
        """The subject, the forward and backward that are looked at, and what was found."""
        backward = self._call("backward", [f"{each}.copy()" for each in self.dy])
        found = backward
        lines = [self.prepared, ""]
        if self.renewed:
            indented = self.prepared.replace("\n", "\n    ")
            lines = [f"def fresh():\n    {indented}\n    return {self.name}\n\n\n{self.name} = fresh()"]
            lines += [self.more] if self.more else []
        lines += [self._forward(), backward] * (self.passes - 1)
        lines.append(self._forward())
        if self.proof.block:
            before = self.code_templates.get(f"before gradient {self.proof.block}", "")
            lines += [filled(before, {"self": self.name, "0": "".join(self.dy)})] if before else []
            lines.append(backward)
            found = f"np.array({filled(self._phrase(f'block gradient {self.proof.block}'), {'self': self.name})})"
        return [*lines, f"found = {found}", ""]

    def differences(self) -> str:
        """The loop over the entries."""
        proof = self.proof
        if proof.cotangent is None:
            contracted, watched = "{}", "the loss"
        else:
            contracted = f"np.sum({self.dy[0]} * {{}})"
            watched = f"sum({self.dy[0]} * forward({self.arguments[0]}))"
        values = {"step": repr(STEP), "watched": watched}
        renewed = f"{self.name} = fresh()" if self.renewed else ""
        if proof.block:
            block = filled(self._phrase(f"block {proof.block}"), {"self": self.name})
            values |= {"block": block, "forward": self._forward()}
            values["contracted"] = contracted.format("(sides[0] - sides[1])")
            return _renewed(BLOCK_DIFFERENCES, renewed).format(**values)
        sides = {"right": self._forward("right"), "left": self._forward("left")}
        if self.renewed:
            sides = {side: text.replace(f"{self.name}.", "fresh().", 1) for side, text in sides.items()}
        values |= {"x": self.arguments[0], **sides, "contracted": contracted.format("change")}
        return INPUT_DIFFERENCES.format(**values)

    def _forward(self, first: str = "") -> str:
        given = [f"{each}.copy()" for each in self.arguments]
        return self._call("forward", [first or given[0], *given[1:]] if given else [])

    def _call(self, method: str, arguments: list[str]) -> str:
        given = {str(index): text for index, text in enumerate(arguments)}
        return filled(self._phrase(method), {"self": self.name, **given})

    def _phrase(self, key: str) -> str:
        if not self.code_templates.get(key):
            raise Unspeakable(f"the adapter does not say how {key} reads as code")
        return self.code_templates[key]


def _renewed(template: str, line: str) -> str:
    """The template of the loop over a block, with a line in front of what reads the block and of what sets it."""
    if not line:
        return template
    for place in ("values = ", "        {block} = "):
        indent = " " * (len(place) - len(place.lstrip()))
        template = template.replace(place, f"{indent}{line}\n{place}", 1)
    return template
