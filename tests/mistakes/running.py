"""Runs the checks on subjects in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backproof.checks.law import Level
from backproof.checks.results import Finding
from backproof.checks.run.scoring import findings_of
from backproof.specs import Spec


def findings(
    build: Callable[[Spec], Any], spec_name: str, *, level: str, seed: int = 0, **options: Any
) -> list[Finding]:
    """All findings for one spec, with the conventions that the subject itself shows."""
    return findings_of(build, spec_name, level=Level.of(level), seed=seed, **options)
