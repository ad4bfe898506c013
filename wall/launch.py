"""How a worker's process is started: command, environment, first answers."""

from __future__ import annotations

import math
import os
import site
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .errors import LoadFailed
from .values import Foreign, printable

THREADS = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"
"""The variables by which NumPy's libraries are told how many threads to compute with."""

_FACT_CHARACTERS = 100_000
# Without them some installations of Python do not find their own libraries.
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT")


def usual_lanes() -> int:
    """How many sessions are used side by side unless somebody says so: one per core, at most two."""
    return min(2, os.cpu_count() or 1)


def command(descriptor: int) -> list[str]:
    """The command line of a worker that speaks over `descriptor`; needs no file of the submission's folder."""
    user = "" if _in_user_site(__file__) or _in_user_site(str(np.__file__)) else "-s"
    package = __name__.rpartition(".")[0]
    return [sys.executable, "-P", *filter(None, [user]), "-m", f"{package}.worker", str(descriptor)]


def environment(temporary: str) -> dict[str, str]:
    """A worker's environment: nothing of the user's that could change a result or tell a secret."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    base = str(_base())
    if base in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        kept["PYTHONPATH"] = base  # Backproof itself is found through it
    return {
        **kept,
        **dict.fromkeys(THREADS, "1"),
        "HOME": os.path.expanduser("~") if _in_user_site(__file__) else temporary,
        "TMPDIR": temporary,
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "Agg",
    }


def check_facts(value: Any) -> Mapping[str, Any]:
    """What the adapter says of itself, if it consists of JSON types.

    Raises:
        LoadFailed: it does not, or it is too long.
    """
    if not isinstance(value, dict):
        raise LoadFailed(f"describe() of the adapter returned {_kind(value)}, but should return a dict")
    budget = [_FACT_CHARACTERS]
    checked: dict[str, Any] = _check_fact(value, "describe()", budget)
    return checked


def _check_fact(value: Any, where: str, budget: list[int]) -> Any:
    budget[0] -= 1 + (len(value) if isinstance(value, str) else 0)
    if budget[0] < 0:
        raise LoadFailed(f"describe() of the adapter is longer than {_FACT_CHARACTERS} characters; shorten it")
    if isinstance(value, str):
        return printable(value, len(value))
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, list):
        return [_check_fact(item, f"{where}[{index}]", budget) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {
            _check_fact(key, where, budget): _check_fact(item, f"{where}[{key!r}]", budget)
            for key, item in value.items()
        }
    raise LoadFailed(f"{printable(where)} of the adapter is {_kind(value)}, but should be a JSON type")


def _kind(value: Any) -> str:
    return printable(str(value) if isinstance(value, Foreign) else f"{type(value).__name__} {value}", 200)


def _base() -> Path:
    """The folder from which the package is imported, as far as it is installed as one folder."""
    return Path(__file__).resolve().parents[2]


def _in_user_site(path: str) -> bool:
    return bool(site.ENABLE_USER_SITE) and path.startswith(site.getusersitepackages() + os.sep)
