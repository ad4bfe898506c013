"""Snippet: a failed check as a program that needs NumPy and the implementation only.

It repeats the calls of the check, with the same arrays, in the implementation's own API, and ends with the comparison
that the check has made. How a call reads in that API, the subject says: see `specs.subject.Phrases`.
"""

from __future__ import annotations

import numpy as np

from ..specs import Kind, Unsupported
from .bench import Bench
from .outcome import Examined
from .proof import ABSOLUTE, RELATIVE, STEP, Derivative, Equal, Expression, Shaped, Untouched
from .results import Verdict
from .snippet_parts import BLOCK_DIFFERENCES, HEAD, HELPERS, INPUT_DIFFERENCES, PARTS
from .snippet_script import Script
from .snippet_text import Unspeakable, filled, rounded_up

LONGEST = 20_000


def write_snippet(examined: Examined) -> str:
    """The program; the session of the examined check must still be open.

    Raises:
        Unspeakable: there is none; the text says why.
    """
    finding, bench = examined.finding, examined.bench
    if not bench.subjects:
        raise Unspeakable("the component cannot be constructed: the traceback shows where")
    try:
        script = Script(bench, [subject.phrases() for subject in bench.subjects])
    except Unsupported as reason:
        raise Unspeakable(f"the adapter does not say how its calls read as code ({reason})") from reason
    proof = None if examined.measurement is None else examined.measurement.proof
    if finding.verdict is Verdict.ERRORED:
        body = script.replay(()) + "\n"
    elif proof is None:
        raise Unspeakable("this law compares more than two arrays, or draws at random: run the check itself")
    elif isinstance(proof, Derivative):
        body = _derivative(script, bench, proof)
    elif isinstance(proof, Untouched):
        body = script.replay((), untouched=(proof.method, proof.argument))
    else:
        body = _comparison(script, proof)
    text = "\n".join([HEAD.format(id=finding.id, law=finding.law), _imports(script, body), *_parts(script, body), body])
    if len(text) > LONGEST:
        raise Unspeakable("the calls and their arrays are too long for a snippet")
    ended = bench.session.rehearse(text)
    if not ended or (finding.verdict is Verdict.FAILED and ended != AssertionError.__name__):
        raise Unspeakable("the calls alone do not repeat the failure: run the check itself")
    return text.rstrip() + "\n"


def _comparison(script: Script, proof: Equal | Shaped) -> str:
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


def _derivative(script: Script, bench: Bench, proof: Derivative) -> str:
    if not proof.shows:
        raise Unspeakable("the error is smaller than plain central differences can show: run the check itself")
    subject = bench.subjects[0]
    phrases = script.phrases[0]
    name = script.name_of(subject)
    lines = [script.setup(subject), ""]
    roles = ("prediction", "target") if subject.spec.kind is Kind.LOSS else ("x",)
    arguments = [script.variable(array, role) for array, role in zip(proof.arguments, roles, strict=False)]

    def forward(first: str) -> str:
        return _call(phrases, "forward", name, [first, *(f"{other}.copy()" for other in arguments[1:])])

    if proof.cotangent is None:
        dy, contracted, watched = script.variable(proof.target, "target"), "{}", "the loss"
    else:
        dy = script.variable(proof.cotangent, "dy")
        contracted, watched = f"np.sum({dy} * {{}})", f"sum({dy} * forward({arguments[0]}))"
    lines.append(forward(f"{arguments[0]}.copy()"))
    backward = _call(phrases, "backward", name, [f"{dy}.copy()"])
    values = {"step": repr(STEP), "watched": watched}
    if proof.block:
        block, gradient = (_phrase(phrases, f"block {which}{proof.block}") for which in ("", "gradient "))
        first = phrases.get(f"before gradient {proof.block}", "")
        lines += [filled(first, {"self": name, "0": dy})] if first else []
        lines += [backward, f"found = np.array({filled(gradient, {'self': name})})", ""]
        place = filled(block, {"self": name})
        sides = forward(f"{arguments[0]}.copy()")
        change = contracted.format("(sides[0] - sides[1])")
        template = BLOCK_DIFFERENCES
        values |= {"block": place, "forward": sides, "contracted": change}
    else:
        lines += [f"found = {backward}", ""]
        template = INPUT_DIFFERENCES
        change = contracted.format("change")
        values |= {"x": arguments[0], "right": forward("right"), "left": forward("left"), "contracted": change}
    scale = rounded_up(ABSOLUTE * float(np.abs(proof.expected).max(initial=0.0)) or ABSOLUTE)
    lines += [template.format(**values), f"np.testing.assert_allclose(found, expected, rtol={RELATIVE}, atol={scale})"]
    return script.definitions() + "\n".join(lines)


def _call(phrases: dict[str, str], method: str, name: str, arguments: list[str]) -> str:
    return filled(_phrase(phrases, method), {"self": name, **{str(i): text for i, text in enumerate(arguments)}})


def _phrase(phrases: dict[str, str], key: str) -> str:
    if not phrases.get(key):
        raise Unspeakable(f"the adapter does not say how {key} reads as code")
    return phrases[key]


def _imports(script: Script, body: str) -> str:
    said = script.phrases
    modules = ["sys"] if any("path" in phrases for phrases in said) else []
    modules += ["random"] if "random.seed(" in body.replace("np.random.seed(", "") else []
    modules += ["types"] if _uses(script, "Helpers") else []
    modules += ["copy"] if "Watched(" in body else []
    lines = [f"import {module}" for module in sorted(modules)]
    lines += ["", "import numpy as np", ""] if lines else ["import numpy as np", ""]
    folders = dict.fromkeys(phrases["path"] for phrases in said if "path" in phrases)
    lines += [f"sys.path.insert(0, {folder!r})" for folder in folders]
    if _uses(script, "Helpers"):
        lines += ["", HELPERS]
    lines += dict.fromkeys(line for phrases in said for line in phrases.get("imports", "").splitlines())
    return "\n".join(lines) + "\n"


def _parts(script: Script, body: str) -> list[str]:
    parts = [f"\n{text}" for name, text in PARTS.items() if _uses(script, name) and f"{name}(" in body]
    return [*parts, ""] if parts else []


def _uses(script: Script, name: str) -> bool:
    return any(name in phrases.get("uses", "").split() for phrases in script.phrases)
