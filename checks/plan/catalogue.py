"""Catalogue: every check there is."""

from __future__ import annotations

from .. import laws  # noqa: F401 - importing the laws registers them
from ..law import Check, registered


def all_checks() -> dict[str, Check]:
    """Every check by id, in the order in which they run within a case."""
    return registered()


def find_check(check_id: str) -> Check:
    """The check called `check_id`.

    Raises:
        LookupError: there is none.
    """
    checks = all_checks()
    if check_id not in checks:
        raise LookupError(f"there is no check {check_id!r}; `backproof list` shows them")
    return checks[check_id]
