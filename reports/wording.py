"""The words, marks and number formats that all reports share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from ..checks.results import Finding, Verdict

# From the gravest to the most harmless: a group of findings is marked by the first that occurs in it.
GRAVITY = (
    Verdict.FAILED,
    Verdict.ERRORED,
    Verdict.DIED,
    Verdict.TIMEOUT,
    Verdict.HARNESS_ERROR,
    Verdict.BLOCKED,
    Verdict.UNDECIDED,
    Verdict.WAIVED,
    Verdict.ACCEPTED,
    Verdict.PASSED,
    Verdict.UNSUPPORTED,
)

MARKS: Mapping[Verdict, str] = {
    Verdict.PASSED: "✓",
    Verdict.FAILED: "✗",
    Verdict.ERRORED: "!",
    Verdict.DIED: "!",
    Verdict.TIMEOUT: "!",
    Verdict.HARNESS_ERROR: "!",
    Verdict.BLOCKED: "–",
    Verdict.UNSUPPORTED: "–",
    Verdict.UNDECIDED: "?",
    Verdict.WAIVED: "~",
    Verdict.ACCEPTED: "≈",
}

MEANINGS: Mapping[str, str] = {
    "✓": "passed",
    "✗": "failed",
    "!": "raised, died or did not answer",
    "–": "blocked or not offered",
    "?": "undecided",
    "~": "waived",
    "≈": "wrong, but as the course demands",
}

# How a verdict is coloured; every report adds the mark, so that colour never stands alone.
TONES: Mapping[Verdict, str] = {
    Verdict.PASSED: "good",
    Verdict.FAILED: "bad",
    Verdict.ERRORED: "bad",
    Verdict.DIED: "bad",
    Verdict.TIMEOUT: "bad",
    Verdict.HARNESS_ERROR: "warn",
    Verdict.UNDECIDED: "warn",
    Verdict.BLOCKED: "idle",
    Verdict.UNSUPPORTED: "idle",
    Verdict.WAIVED: "idle",
    Verdict.ACCEPTED: "warn",
}

RUN_MARKS: Mapping[str, str] = {"conformant": "✓", "nonconformant": "✗", "ungradable": "?"}
RUN_TONES: Mapping[str, str] = {"conformant": "good", "nonconformant": "bad", "ungradable": "warn"}

LONGEST_TEXT = 600  # characters of one sentence in a report; the rest is in the results file

UNDECIDED = "the numerics cannot tell, for example at a kink; it does not count against the subject"
UNPROTECTED = "not protected (--direct): the subject ran in the same process, so this result cannot gate"
HARNESS_FAULT = "Backproof itself failed; that says nothing about the subject. Please report it."

_NEXT_STEPS: Mapping[Verdict, str] = {
    Verdict.FAILED: "Compare the code with the law at this configuration; the smallest input is the easiest to follow.",
    Verdict.ERRORED: "Fix the error at that line; the configuration above reproduces it.",
    Verdict.TIMEOUT: "Look for a loop that never ends or that runs over every entry; the shapes are small.",
    Verdict.DIED: "Look for endless recursion, an array of an absurd size, or a call that ends the process.",
}

_ASCII = str.maketrans(
    {"✓": "+", "✗": "x", "–": "-", "…": "...", "×": "x", "·": "-", "→": "->", "≤": "<=", "≥": ">=", "²": "^2", "≈": "="}
)


def next_step(finding: Finding) -> str:
    """What to do next: the finding's own hint, else what its verdict suggests."""
    return finding.hint or _NEXT_STEPS.get(finding.verdict, "")


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict by which a group of findings is marked.

    Raises:
        ValueError: the group is empty.
    """
    return min(verdicts, key=GRAVITY.index)


def verdict_word(verdict: Verdict | str) -> str:
    """A verdict for a person: `harness_error` reads "harness error"."""
    return str(verdict).replace("_", " ")


def plural(number: int, noun: str) -> str:
    """A number and its noun, such as "1 check" and "1,200 checks"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def counts_text(counts: Mapping[str, int]) -> str:
    """Findings per verdict in words, the gravest first: "2 failed, 3 blocked, 40 passed"."""
    return ", ".join(f"{counts[v]:,} {verdict_word(v)}" for v in GRAVITY if counts.get(v)) or "no checks"


def number_text(value: float | None, digits: int = 3) -> str:
    """A number in a few significant digits; a dash if there is none."""
    return "–" if value is None else f"{value:.{digits}g}"


def duration_text(seconds: float) -> str:
    """A duration for a person: "12 ms", "4.2 s", "2 min 05 s"."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def listed(items: Iterable[str], limit: int) -> str:
    """At most `limit` items and how many there are beyond: "a, b and 3 more"."""
    names = list(items)
    if len(names) <= limit:
        return ", ".join(names)
    return f"{', '.join(names[:limit])} and {len(names) - limit} more"


def capped(text: str, limit: int, *, keep: str = "head") -> str:
    """The text, or its head or tail of `limit` characters with a note on what was left out."""
    if len(text) <= limit:
        return text
    note = f"[{len(text) - limit:,} characters left out]"
    return f"{note}\n{text[-limit:]}" if keep == "tail" else f"{text[:limit].rstrip()} {note}"


def printable(text: str) -> str:
    r"""The text with every control, format and surrogate character written out, such as `\x1b`.

    A subject's strings must neither steer a terminal nor break a page; line ends and tabs stay.
    """
    if text.isprintable():
        return text
    unified = re.sub(r"\r\n?", "\n", text)
    return "".join(char if _is_harmless(char) else char.encode("unicode_escape").decode() for char in unified)


def _is_harmless(char: str) -> bool:
    return char.isprintable() or char in "\n\t" or unicodedata.category(char) == "Zs"


def encodable(text: str, encoding: str) -> str:
    """The text in characters that `encoding` has; known marks get an ASCII form, the others a question mark."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    return text
