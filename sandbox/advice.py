"""Advice: one sentence for an error that another version of NumPy or SciPy would not have raised."""

from __future__ import annotations

import re

import numpy as np

from .old_numpy import NEWER, REMOVED

_NAME = re.compile(r"module 'numpy' has no attribute '(\w+)'|cannot import name '(\w+)' from 'numpy'")
_EXPLAINED = re.compile(r"`np\.(\w+)` was removed in the NumPy ([\d.]+) release\.(?: (.*?)\.?(?: [A-Z]|$))?", re.DOTALL)
_METHOD = re.compile(r"'numpy\.ndarray' object has no attribute '(\w+)'|`(\w+)` was removed from the ndarray class")
_MISC = re.compile(
    r"No module named 'scipy\.misc|module 'scipy' has no attribute 'misc'|cannot import name 'misc' from 'scipy'"
    r"|module 'scipy\.misc' has no attribute '(\w+)'|cannot import name '(\w+)' from 'scipy\.misc'"
)

_SENTENCES = {
    "inhomogeneous shape": (
        "since NumPy 1.24 rows of different lengths make no array; give all of them one length, keep them in a list, "
        "or write dtype=object"
    ),
    "only 0-dimensional arrays can be converted to Python scalars": (
        "since NumPy 2.4 no array with axes becomes a number, even if it has one entry; write x.item()"
    ),
}
# Methods of arrays: the version that removed them and what to write instead; nothing restores them.
_METHODS = {
    "itemset": ("2.0", "x[index] = value"),
    "newbyteorder": ("2.0", "x.view(x.dtype.newbyteorder())"),
    "ptp": ("2.0", "np.ptp(x)"),
    "tostring": ("2.3", "x.tobytes()"),
}
_NEWER_METHODS = {"device": "2.0", "mT": "2.0", "to_device": "2.0"}
_MOVED = {
    **dict.fromkeys(("comb", "factorial", "factorial2", "factorialk", "logsumexp"), "scipy.special"),
    **dict.fromkeys(("ascent", "face"), "scipy.datasets"),
}


def advice_on(text: str) -> str:
    """What an exception's text means, and what to write instead; empty if it is about something else."""
    sentences = (sentence for part, sentence in _SENTENCES.items() if part in text)
    return next(sentences, "") or _about_a_name(text)


def _about_a_name(text: str) -> str:
    if found := _MISC.search(text):
        return _about_misc(found[1] or found[2] or "")
    if found := _METHOD.search(text):
        return _about_method(found[1] or found[2])
    if found := _NAME.search(text):
        return _about_name(found[1] or found[2])
    if found := _EXPLAINED.search(text):
        name, version, said = found[1], found[2], (found[3] or "").replace("`", "")
        tail = f"; {said[0].lower()}{said[1:]}" if said else ""
        return _about_name(name) or f"np.{name} was removed in NumPy {version}{tail}"
    return ""


def _about_name(name: str) -> str:
    if name in REMOVED:
        removed = REMOVED[name]
        return (
            f"np.{name} was removed in NumPy {removed.version}; write {removed.instead}, or check with --compat numpy"
        )
    return _needs(f"np.{name}", NEWER[name]) if name in NEWER else ""


def _about_method(name: str) -> str:
    if name in _METHODS:
        version, instead = _METHODS[name]
        return f"x.{name} of arrays was removed in NumPy {version}; write {instead}"
    return _needs(f"x.{name} of arrays", _NEWER_METHODS[name]) if name in _NEWER_METHODS else ""


def _needs(what: str, version: str) -> str:
    return f"{what} needs NumPy {version} or later, and here is NumPy {np.__version__}; install a newer one"


def _about_misc(name: str) -> str:
    if name in _MOVED:
        return f"SciPy removed scipy.misc.{name}; write {_MOVED[name]}.{name}"
    return f"SciPy removed {f'scipy.misc.{name}' if name else 'scipy.misc'}; load images with another library"
