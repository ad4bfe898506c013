"""Results for the tests of this folder: every verdict, every kind of evidence, hostile strings, many findings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backproof.checks.results import Diagnosis, Finding, Footer, Header, Result, Verdict, count_verdicts

LAWS = {
    "contract.shapes": "forward and backward return arrays of the declared shapes",
    "contract.pure": "forward modifies neither its input nor the parameters",
    "value.forward": "forward equals the mathematical definition",
    "gradient.input": "backward is the transposed Jacobian of forward",
    "gradient.parameters": "every parameter's gradient is the transposed Jacobian of forward by that parameter",
    "gradient.linear": "backward is linear in the incoming gradient",
    "phase.test": "in the test phase forward is deterministic and leaves running statistics alone",
    "phase.mask": "the random mask has the declared distribution, is fresh, and is shared by forward and backward",
    "optimizer.update": "the trajectory equals the published update",
    "initializer.distribution": "the drawn weights have the declared distribution",
    "regularization.loss": "the network's loss is the data loss plus every layer's regularization loss, each once",
    "network.learns": "a small network learns real data",
}

TRACEBACK = """Traceback (most recent call last):
  File "/home/student/exercise3/src/Layers/Pooling.py", line 41, in forward
    windows = np.lib.stride_tricks.sliding_window_view(input_tensor, self.pooling_shape)
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.12/site-packages/numpy/lib/_stride_tricks_impl.py", line 332, in sliding_window_view
    raise ValueError(
ValueError: Since axis is None, must provide window_shape for all dimensions of `x`; got 2 and `x.ndim` is 4.
"""

VERSIONS = {
    "backproof": "0.1.0",
    "Python": "3.12.4",
    "NumPy": "2.1.0",
    "SciPy": "1.14.0",
    "platform": "Linux-6.8-x86_64",
}
CONVENTIONS = {"dropout argument": "keep", "L2 gradient": "alpha w", "Adam epsilon": "2.2e-16", "relu at 0": "0"}


def finding(layer: str, case: str, check: str, verdict: Verdict = Verdict.PASSED, **more: Any) -> Finding:
    quantity = more.get("quantity", "")
    numeric = verdict in {Verdict.PASSED, Verdict.FAILED}
    plain: dict[str, Any] = {
        "id": "/".join(filter(None, (layer, case, check, quantity))),
        "family": check.partition(".")[0],
        "law": LAWS.get(check, "the law of this check"),
        "where": f"{layer}(...), x (4, 6), train, float64",
        "measured": 3.1e-14 if numeric else None,
        "tolerance": 4.2e-12 if numeric else None,
        "evaluations": 51,
        "seconds": 0.012,
    }
    return Finding(layer=layer, case=case, check=check, verdict=verdict, **(plain | more))


def result_of(*findings: Finding, verdict: str = "", footer: dict[str, Any] | None = None, **header: Any) -> Result:
    failing = any(found.failing for found in findings)
    plain: dict[str, Any] = {
        "subject": "exercise3/src",
        "course": "fau-exercises",
        "seed": 7,
        "subject_hash": "3f1c9a0be2d4",
        "spec_hash": "77ab01c2d3e4",
        "versions": VERSIONS,
        "sandbox": "Landlock, seccomp, limits on memory and time",
        "conventions": CONVENTIONS,
        "offered": tuple(dict.fromkeys(found.layer for found in findings)),
        "started": "2000-01-01T12:00:00Z",
    }
    end: dict[str, Any] = {
        "verdict": verdict or ("nonconformant" if failing else "conformant"),
        "counts": count_verdicts(findings),
        "seconds": 4.21,
    }
    return Result(Header(planned=len(findings), **(plain | header)), tuple(findings), Footer(**(end | (footer or {}))))


def scaled_dropout() -> Finding:
    return finding(
        "Dropout",
        "keep-0.25",
        "gradient.input",
        Verdict.FAILED,
        message="backward(dy)[0, 3]=1.2, but should be 4.8 [Dropout(keep=0.25), x (12, 10), train, float64]",
        expected="dx[0, 3] = 4.8",
        found="dx[0, 3] = 1.2",
        where="Dropout(keep=0.25), x (12, 10), train, float64",
        hint="Divide by keep in backward as in forward: dx = dy * mask / keep.",
        measured=3.6,
        tolerance=2.1e-12,
        diagnosis=(
            Diagnosis(
                mistake="dropout.backward-unscaled",
                text="The backward pass applies the mask but forgets the factor 1/keep of inverted dropout.",
                exact=True,
            ),
        ),
        evidence={
            "worst": [
                {"index": [0, 3], "found": 1.2, "expected": 4.8},
                {"index": [7, 1], "found": -0.31, "expected": -1.24},
                {"index": [11, 9], "found": None, "expected": 0.5},
            ],
            "ratio": {"value": 0.25, "reads": "keep"},
            "pattern": "all 31 entries of the mask are wrong by the same factor",
            "replay": {"seed": 7, "case": "keep-0.25"},
        },
        output="mask shape (12, 10)\n",
    )


def rich_result() -> Result:
    """Every verdict and every kind of evidence, as a course's submission would give it."""
    dropout, raised = scaled_dropout(), "could not pool: ValueError"
    profile = [0.001, 0.002, 0.0, 0.71, 0.003, 0.69, 0.001, None]
    findings = [
        *(finding("FullyConnected", case, check) for case in ("small", "wide") for check in list(LAWS)[:6]),
        finding("ReLU", "mixed", "value.forward"),
        finding(
            "ReLU",
            "at-zero",
            "gradient.input",
            Verdict.UNDECIDED,
            message="12 of 24 entries lie on a kink, but should be at most 6 [ReLU(), x (4, 6), float64]",
            evidence={"masked share": 0.5},
        ),
        finding("Dropout", "keep-0.25", "contract.shapes"),
        finding("Dropout", "keep-0.25", "value.forward"),
        dropout,
        replace(dropout, id="Dropout/keep-0.8-image/gradient.input", case="keep-0.8-image", output=""),
        finding("Dropout", "keep-0.25", "phase.mask", Verdict.BLOCKED, blocked_by=dropout.id, message="waits"),
        finding("Dropout", "keep-0.8-image", "phase.mask", Verdict.BLOCKED, blocked_by=dropout.id, message="waits"),
        finding("Dropout", "test-phase", "phase.test"),
        finding(
            "BatchNormalization",
            "images",
            "gradient.parameters",
            Verdict.FAILED,
            quantity="weights",
            message="gradient of weights[3]=17.5, but should be 0.875 [BatchNormalization(channels=8)]",
            expected="dweights[3] = 0.875",
            found="dweights[3] = 17.5",
            where="BatchNormalization(channels=8), x (20, 8, 3, 3), train, float64",
            hint="Sum over the batch once, over axes (0, 2, 3).",
            measured=16.6,
            tolerance=3.3e-11,
            diagnosis=(
                Diagnosis(mistake="batchnorm.sum-twice", text="The sum over the batch is taken twice."),
                Diagnosis(mistake="common.accumulates", text="The gradient of the previous backward is added."),
            ),
            evidence={
                "profile": profile,
                "heatmap": [[(row * column % 7 - 3) / 3 for column in range(12)] for row in range(6)],
                "convention": "running variance, decay 0.8",
                "closest constants": {"batch": 20, "channels": 8},
            },
        ),
        finding(
            "Pooling",
            "overlap",
            "contract.shapes",
            Verdict.ERRORED,
            message=raised,
            evidence={"traceback": TRACEBACK},
            output="pooling (2, 2)\nstride (1, 1)\n",
        ),
        finding("Pooling", "overlap", "value.forward", Verdict.BLOCKED, blocked_by="Pooling/overlap/contract.shapes"),
        finding("Adam", "matrix", "optimizer.update", Verdict.TIMEOUT, message="no answer after 10 s"),
        finding("Xavier", "dense", "initializer.distribution", Verdict.DIED, message="the worker ended with signal 9"),
        finding("LSTM", "memory", "gradient.input", Verdict.UNSUPPORTED, message="the submission has no LSTM"),
        finding("TanH", "mixed", "gradient.input", Verdict.WAIVED, message="waived: the course hands it out"),
        finding("NeuralNetwork", "iris", "network.learns", Verdict.HARNESS_ERROR, message="KeyError: 'iris'"),
    ]
    return result_of(
        *findings,
        footer={"missing": ("RNN", "Flatten"), "complete": False, "reasons": ("6 checks failed.",)},
        notes=("Helpers.py was not found; the course's own was supplied.",),
        filters=("*",),
    )


def passing_result(layers: int = 15, *, undecided: int = 0) -> Result:
    names = ("Adam", "BatchNormalization", "Conv", "Dropout", "Flatten", "FullyConnected", "LSTM", "Pooling")
    findings = [
        finding(f"{names[index % len(names)]}{index // len(names) or ''}", case, check)
        for index in range(layers)
        for case in ("small", "large")
        for check in LAWS
    ]
    for index in range(undecided):
        findings[index] = replace(findings[index], verdict=Verdict.UNDECIDED, message="at a kink")
    return result_of(*findings)


def many_failures(number: int, *, evidence: dict[str, Any] | None = None) -> Result:
    """`number` findings that all fail, each for a reason of its own."""
    findings = [
        finding(
            f"Layer{index % 20}",
            f"case-{index // 20}",
            "gradient.input",
            Verdict.FAILED,
            quantity=f"weights-{index}",
            message=f"gradient[{index}]=1, but should be 2 [Layer{index % 20}(size=3), x (4, 6), train, float64]",
            expected="2",
            found="1",
            hint="Look at the sum over the batch.",
            evidence=evidence or {"ratio": {"value": 0.5, "reads": "1/2"}},
        )
        for index in range(number)
    ]
    return result_of(*findings)


HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> \x1b[31mred\x1b[0m "
    "\x00\x07 \u202eevil \ud800 ]]> {{ 7 * 6 }} & \"'"
)


FLAT = HOSTILE.replace("/", "|")  # for the parts of an id


def hostile_result() -> Result:
    """Every string that a subject or its author controls tries to break out."""
    bad = finding(
        "Dropout",
        FLAT,
        "gradient.input",
        Verdict.FAILED,
        id=f"Dropout/{FLAT}/gradient.input",
        message=HOSTILE,
        expected=HOSTILE,
        found=HOSTILE,
        where=HOSTILE,
        hint=HOSTILE,
        quantity=HOSTILE,
        diagnosis=(Diagnosis(mistake=HOSTILE, text=HOSTILE),),
        evidence={
            HOSTILE: HOSTILE,
            "traceback": f'  File "{HOSTILE}", line 3, in f\n    x\nValueError: {HOSTILE}',
            "worst": [{"index": HOSTILE, "found": HOSTILE, "expected": {HOSTILE: [HOSTILE]}}],
            "ratio": {"value": HOSTILE, "reads": HOSTILE},
            "pattern": HOSTILE,
            "heatmap": [[HOSTILE]],
            "profile": {HOSTILE: [1, 2]},
        },
        output=HOSTILE,
    )
    raised = finding(FLAT, "case", "value.forward", Verdict.ERRORED, evidence={"traceback": HOSTILE})
    return result_of(
        bad,
        raised,
        subject=HOSTILE,
        course=HOSTILE,
        conventions={HOSTILE: HOSTILE},
        versions={HOSTILE: HOSTILE},
        notes=(HOSTILE,),
        filters=(HOSTILE,),
        sandbox=HOSTILE,
        footer={"missing": (HOSTILE,), "reasons": (HOSTILE,)},
    )
