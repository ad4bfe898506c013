"""How much a submission may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Budgets of one worker and its sessions.

    Attributes:
        memory: bytes of address space that a session may take beyond what the loaded submission has; None: no limit.
        check_seconds: how long the calls of one session may take together, until `Session.limit` gives a new budget.
        load_seconds: how long loading the submission may take.
        output_bytes: how much of what a session prints is kept.
        reply_bytes: the largest array that may come back.
    """

    memory: int | None = 4 * 2**30
    check_seconds: float = 10.0
    load_seconds: float = 60.0
    output_bytes: int = 64 * 2**10
    reply_bytes: int = 256 * 2**20
