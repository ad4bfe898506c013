"""Correct submissions for the FAU exercises in deliberately different styles.

A style is a folder beside this file. It holds the files that differ from those of examples/fau_exercise, and
style.json, which says what is different and what Backproof should find:

    style           a sentence
    not strict      what of the level strict it does not hold, which is no mistake
    conventions     those that differ from the example's
    mistake         a change of one layer's file that makes it wrong, and a check that fails then
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_EXAMPLE = _HERE.parents[1] / "examples" / "fau_exercise" / "src_to_implement"
_FACTS = "style.json"


@dataclass(frozen=True, kw_only=True)
class Style:
    """One style, as its style.json describes it."""

    name: str
    text: str
    not_strict: tuple[str, ...]
    conventions: dict[str, str]
    mistake: dict[str, str]

    def write(self, folder: Path) -> Path:
        """Write the complete submission into a new folder of the style's name below `folder`; returns that."""
        submission = folder / self.name
        ignored = shutil.ignore_patterns("__pycache__", _FACTS)
        shutil.copytree(_EXAMPLE, submission, ignore=ignored)
        shutil.copytree(_HERE / self.name, submission, ignore=ignored, dirs_exist_ok=True)
        return submission


def read_styles() -> dict[str, Style]:
    """All styles by name, sorted."""
    styles = {}
    for path in sorted(_HERE.glob(f"*/{_FACTS}")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        name = path.parent.name
        styles[name] = Style(
            name=name,
            text=facts["style"],
            not_strict=tuple(facts["not strict"]),
            conventions=facts["conventions"],
            mistake=facts["mistake"],
        )
    return styles
