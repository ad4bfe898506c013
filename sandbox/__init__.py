"""The sandbox between the verdict and the submission.

Table of contents: `Worker` starts the process that holds a submission, `Session` is one fresh fork of it,
`RemoteSubject` is a subject in there, `DirectSession` holds subjects in this process instead. Names are imported
when they are first used: the worker, which needs few of them, has to start fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .direct import DirectSession
    from .errors import (
        LoadFailed,
        ProtocolError,
        SubjectDied,
        SubjectError,
        SubjectRaised,
        SubjectTimeout,
        WallError,
        WorkerDied,
        WorkerError,
    )
    from .launch import Launched
    from .limits import Limits
    from .process import Session, Worker
    from .subject import Asked, Asking, Call, Mutation, Operation, RemoteSubject, SessionLike
    from .values import Opaque

__all__ = [
    "Asked",
    "Asking",
    "Call",
    "DirectSession",
    "Launched",
    "Limits",
    "LoadFailed",
    "Mutation",
    "Opaque",
    "Operation",
    "ProtocolError",
    "RemoteSubject",
    "Session",
    "SessionLike",
    "SubjectDied",
    "SubjectError",
    "SubjectRaised",
    "SubjectTimeout",
    "WallError",
    "Worker",
    "WorkerDied",
    "WorkerError",
]

_ERRORS = (
    "LoadFailed ProtocolError SubjectDied SubjectError SubjectRaised SubjectTimeout WallError WorkerDied WorkerError"
)
_HOME = {
    **dict.fromkeys(_ERRORS.split(), "errors"),
    **dict.fromkeys(("Session", "Worker"), "process"),
    **dict.fromkeys(("Asked", "Asking", "Call", "Mutation", "Operation", "RemoteSubject", "SessionLike"), "subject"),
    "DirectSession": "direct",
    "Opaque": "values",
    "Launched": "launch",
    "Limits": "limits",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
