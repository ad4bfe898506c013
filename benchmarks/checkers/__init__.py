"""Gradient checkers at their defaults, each behind the same call.

- `checker`: what a checker is.
- `backproof_checker`: ours.
- `scipy_checker`, `torch_checker`, `jax_checker`, `autograd_checker`: peers, if they are installed.
- `jacobians`, `loops`, `directional`: peers that are written anew here, because they are large, old, or lecture notes.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from .checker import Checker, Outcome

_HERE = {
    "backproof_checker": ("OURS",),
    "scipy_checker": ("SCIPY_ALL", "SCIPY_RANDOM"),
    "torch_checker": ("TORCH_SLOW", "TORCH_FAST"),
    "jax_checker": ("JAX",),
    "autograd_checker": ("AUTOGRAD",),
    "jacobians": ("TENSORFLOW",),
    "loops": ("LOOPS_STRICT", "LOOPS_LAX"),
    "directional": ("CHAINER",),
}
_NEEDS = {"torch_checker": "torch", "jax_checker": "jax", "autograd_checker": "autograd"}


def available() -> dict[str, Checker]:
    """All checkers whose libraries are installed, by name; ours comes first."""
    found: list[Checker] = []
    for module, names in _HERE.items():
        if module in _NEEDS and find_spec(_NEEDS[module]) is None:
            print(f"{_NEEDS[module]} is not installed: left out")
            continue
        loaded = import_module(f".{module}", __name__)
        found += [getattr(loaded, name) for name in names]
    return {checker.name: checker for checker in found}


__all__ = ["Checker", "Outcome", "available"]
