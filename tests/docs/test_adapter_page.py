"""The adapter that the how-to shows is the one that `backproof init` writes."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from backproof.scaffold.adapter_text import adapter_text
from backproof.scaffold.guessing import guess
from backproof.scaffold.inspecting import read_framework

from ..packaging.documents import read, split


def test_the_module_of_the_page_is_what_is_written(tmp_path: Path) -> None:
    blocks = split(read(PurePosixPath("docs/how-to/adapter.md")))[0]
    files = {each.words[-1]: each.text for each in blocks if each.language == "python" and each.words}
    (tmp_path / "tensorlets.py").write_text(files["file=tensorlets.py"])
    guesses = [found for each in read_framework(tmp_path).classes if (found := guess(each)) is not None]
    fitting = [each.alternatives[0] if each.alternatives else each for each in guesses]  # weights are (outputs, inputs)
    assert adapter_text(fitting, "tensorlets").text == files["file=backproof_adapter.py"]
