"""Backproof: proves that a hand-written backward pass is right, or shows where and why it is not.

`check(subject)` runs the conformance checks and returns a `Result`, truthy when the subject is conformant.
`check_gradient(forward, backward, x)` checks any function; its `GradientResult` is truthy when the gradient is right.
The command line is `backproof`, the pytest option `--backproof`. Names are imported when they are first
used: the worker that holds a submission imports this package as well, and must not see the checks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapters import SubjectNotFound
    from .checking import check
    from .checks.gradient_check import GradientResult, check_gradient
    from .checks.results import Finding, Result, Verdict
    from .request import UsageError
    from .sandbox import LoadFailed

__all__ = [
    "Finding",
    "GradientResult",
    "LoadFailed",
    "Result",
    "SubjectNotFound",
    "UsageError",
    "Verdict",
    "check",
    "check_gradient",
]

_HOME = {
    "Finding": ".checks.results",
    "GradientResult": ".checks.gradient_check",
    "LoadFailed": ".sandbox",
    "Result": ".checks.results",
    "SubjectNotFound": ".adapters",
    "UsageError": ".request",
    "Verdict": ".checks.results",
    "check": ".checking",
    "check_gradient": ".checks.gradient_check",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
