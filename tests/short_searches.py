"""How long runs search that test something else: what a longer search finds is tested in tests/checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest

from backproof.checks.plan.effort import EFFORTS


@pytest.fixture(autouse=True, scope="module")
def short_searches() -> Iterator[None]:
    """Searches for the smallest case that fails give up early; of this process only."""
    short = {name: replace(effort, trials=4, run_trials=8) for name, effort in EFFORTS.items()}
    with patch.dict(EFFORTS, short):
        yield
