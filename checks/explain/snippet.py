"""Snippet: a failed check as a program that needs NumPy and the implementation only.

It repeats the calls of the check, with the same arrays, in the implementation's own API, and ends with the comparison
that the check has made. How a call reads in that API, the subject says: see `specs.subject.CodeTemplates`.
"""

from __future__ import annotations

import numpy as np

from ...specs import Unsupported
from ..proof import Derivative, Equal, Expression, Holds, Shaped, Untouched
from ..results import Verdict
from ..run.outcome import Examined
from .snippet_derivative import derivative
from .snippet_parts import HEAD, HELPERS, PARTS
from .snippet_script import Script
from .snippet_text import Unspeakable, rounded_up

LONGEST = 20_000


def write_snippet(examined: Examined) -> str:
    """The program; the session of the examined check must still be open.

    Raises:
        Unspeakable: there is none; the text says why.
    """
    finding, context = examined.finding, examined.context
    if not context.subjects:
        raise Unspeakable("the component cannot be constructed: the traceback shows where")
    try:
        code_templates = [subject.code_templates() for subject in context.subjects]
    except Unsupported as reason:
        raise Unspeakable(f"the adapter does not say how its calls read as code ({reason})") from reason
    for passes in (1, 2):  # what a pass leaves behind may be what is wrong with the next one
        script = Script(context, code_templates)
        body = _body(script, examined, passes)
        parts = [HEAD.format(id=finding.id, law=finding.law), _imports(script, body), *_parts(script, body), body]
        text = "\n".join(parts).rstrip() + "\n"
        if len(text) > LONGEST:
            raise Unspeakable("the calls and their arrays are too long for a snippet")
        ended = context.session.run_snippet(text)
        if ended and (finding.verdict is not Verdict.FAILED or ended == AssertionError.__name__):
            return text
    raise Unspeakable("the calls alone do not repeat the failure: run the check itself")


def _body(script: Script, examined: Examined, passes: int) -> str:
    """The calls and the comparison."""
    proof = None if examined.measurement is None else examined.measurement.proof
    if examined.finding.verdict is Verdict.ERRORED:
        return script.replay(()) + "\n"
    if examined.measurement is None:
        raise Unspeakable("the law stumbles over the answer of one call, which the message names")
    if proof is None:
        raise Unspeakable("what this law looks at is more than one comparison of arrays: run the check itself")
    if isinstance(proof, Derivative):
        return derivative(script, examined.context, proof, passes)
    if isinstance(proof, Untouched):
        return script.replay((), untouched=(proof.call, proof.argument))
    return _comparison(script, proof)


def _comparison(script: Script, proof: Equal | Shaped | Holds) -> str:
    if isinstance(proof, Holds):
        lines = script.replay(proof.statement.terms)
        return f"{lines}\nassert {script.text_of(proof.statement)}, {proof.text!r}\n"
    if isinstance(proof, Shaped):
        lines = script.replay((proof.found,))
        name = script.text_of(proof.found)
        return f"""{lines}
assert isinstance({name}, np.ndarray) and {name}.dtype.kind == "f", f"{{{name}!r}} should be an array of floats"
assert {name}.shape == {proof.shape}, f"shape {{{name}.shape}}, but should be {proof.shape}"
assert np.isfinite({name}).all(), f"{{{name}}} should be finite"
"""
    found = proof.found.terms if isinstance(proof.found, Expression) else (proof.found,)
    expected = proof.expected.terms if isinstance(proof.expected, Expression) else ()
    own = proof.expected if script.is_result(proof.expected) else None
    lines = script.replay((*found, *expected, *(() if own is None else (own,))))
    left, right = script.text_of(proof.found), script.text_of(proof.expected, literally=own is None)
    if proof.bound is None:
        return f"{lines}\nassert {left} == {right}, {left}\n"
    return (
        f"{lines}\nexpected = {right}\n\nnp.testing.assert_allclose({left}, expected, rtol=0, atol={_bound(proof)})\n"
    )


def _bound(proof: Equal) -> str:
    """One bound for all entries, if it tells the two sides apart."""
    largest = float(np.max(proof.bound, initial=0.0)) if proof.bound is not None else 0.0
    text = rounded_up(largest)
    difference = np.abs(np.asarray(proof.value, dtype=float) - np.asarray(proof.wanted, dtype=float))
    if not (difference <= float(text)).all():
        return text
    raise Unspeakable("the difference is small beside the bounds of other entries: run the check itself")


def _imports(script: Script, body: str) -> str:
    said = script.code_templates
    modules = ["sys"] if any("path" in code_templates for code_templates in said) else []
    modules += ["random"] if "random.seed(" in body.replace("np.random.seed(", "") else []
    modules += ["types"] if _uses(script, "Helpers") else []
    modules += ["copy"] if "Watched(" in body else []
    lines = [f"import {module}" for module in sorted(modules)]
    lines += ["", "import numpy as np", ""] if lines else ["import numpy as np", ""]
    if script.prelude:
        lines += [*script.prelude.splitlines(), ""]
    folders = dict.fromkeys(code_templates["path"] for code_templates in said if "path" in code_templates)
    lines += [f"sys.path.insert(0, {folder!r})" for folder in folders]
    if _uses(script, "Helpers"):
        lines += ["", HELPERS]
    lines += dict.fromkeys(line for code_templates in said for line in code_templates.get("imports", "").splitlines())
    return "\n".join(lines) + "\n"


def _parts(script: Script, body: str) -> list[str]:
    parts = [f"\n{text}" for name, text in PARTS.items() if _uses(script, name) and f"{name}(" in body]
    return [*parts, ""] if parts else []


def _uses(script: Script, name: str) -> bool:
    return any(name in code_templates.get("uses", "").split() for code_templates in script.code_templates)
