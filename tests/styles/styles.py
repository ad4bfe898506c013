"""Correct submissions for the FAU exercises in deliberately different styles.

A style is a folder beside this file that holds the files that differ; the others are those of examples/fau_exercise.
"""

from __future__ import annotations

import shutil
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_EXAMPLE = _HERE.parents[1] / "examples" / "fau_exercise" / "src_to_implement"


def styles() -> tuple[str, ...]:
    """The names of all styles, sorted."""
    return tuple(sorted(folder.name for folder in _HERE.iterdir() if (folder / "style.json").is_file()))


def write_style(style: str, folder: Path) -> Path:
    """Write the complete submission below `folder`; returns the folder that has its name.

    Files in the style's folder replace those of the example.
    """
    submission = folder / style
    shutil.copytree(_EXAMPLE, submission, ignore=shutil.ignore_patterns("__pycache__"))
    ignored = shutil.ignore_patterns("__pycache__", "style.json")
    shutil.copytree(_HERE / style, submission, ignore=ignored, dirs_exist_ok=True)
    return submission
