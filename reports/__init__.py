"""Reports: a results file, rendered for a terminal, a browser or a continuous integration system.

Importing this package is cheap; what a format needs is imported when the format is first rendered.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from ..checks.results import Result

_RENDERERS = {
    "text": (".terminal", "render_text"),
    "html": (".html", "render_html"),
    "junit": (".junit", "render_junit"),
}

FORMATS = tuple(_RENDERERS)


def render(result: Result, form: str) -> str:
    """The result in one of `FORMATS`.

    Raises:
        ValueError: there is no such format; the text lists those that there are.
    """
    if form not in _RENDERERS:
        raise ValueError(f"format={form!r}, but should be one of: {', '.join(FORMATS)}")
    module, function = _RENDERERS[form]
    return cast(str, getattr(import_module(module, __package__), function)(result))


__all__ = ["FORMATS", "render"]
