"""One self-contained HTML page for a result: no external files, no scripts needed, safe for hostile strings."""

from __future__ import annotations

import base64
import hashlib
from functools import cache, partial
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from ..checks.results import Result
from .html_view import page_view
from .wording import (
    LONGEST_TEXT,
    MARKS,
    MEANINGS,
    TONES,
    UNDECIDED,
    UNPROTECTED,
    capped,
    duration_text,
    next_step,
    number_text,
    plural,
    printable,
    verdict_word,
)


def render_html(result: Result) -> str:
    """The page, complete; findings stay below about 3 MB for 2,000 of them."""
    style, script = _read("report.css").strip(), _read("report.js").strip()
    template = _environment().get_template("report.html.j2")
    return template.render(
        page=page_view(result),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "duration": duration_text,
        "short": partial(capped, limit=LONGEST_TEXT),
        "brief": partial(capped, limit=LONGEST_TEXT // 2),
        "number": number_text,
        "plural": plural,
        "word": verdict_word,
        "next_step": next_step,
    }
    environment.globals |= {
        "marks": MARKS,
        "tones": TONES,
        "meanings": MEANINGS,
        "undecided_text": UNDECIDED,
        "unprotected_text": UNPROTECTED,
    }
    return environment


def _clean(value: object) -> object:
    """Applied to everything that the template prints: control characters are written out."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """By this the content security policy admits the page's own style and script, and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
