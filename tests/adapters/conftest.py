"""What one test puts on the module search path does not reach the next."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from ..short_searches import short_searches

__all__ = ["short_searches"]


@pytest.fixture(autouse=True)
def restored_search_path() -> Iterator[None]:
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith(("own_", "backproof_adapter_")):
            del sys.modules[name]
