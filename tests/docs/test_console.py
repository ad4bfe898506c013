"""What the pages print below a command is what the command prints."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from ..packaging.documents import pages, read, split
from .console import Shell, commands_of, matches

WITH_CONSOLE = [
    page
    for page in pages()
    if (page == PurePosixPath("README.md") or page.parts[0] == "docs")
    and any(block.language == "console" for block in split(read(page))[0])
]


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CONSOLE, ids=str)
def test_commands_print_what_the_page_shows(page: PurePosixPath, tmp_path: Path) -> None:
    shell = Shell.in_folder(tmp_path)
    for block in split(read(page))[0]:
        shell.follow(block)
        if block.language != "console":
            continue
        for command in commands_of(block):
            status, printed = shell.run(command.text)
            if command.expected:
                assert matches(command.expected, printed), f"{page}:{command.line}: {command.text} prints\n{printed}"
            else:
                assert status == 0, f"{page}:{command.line}: {command.text} has status {status}:\n{printed}"


def test_pages_with_console_blocks_are_found() -> None:
    assert {PurePosixPath("README.md"), PurePosixPath("docs/tutorial.md")} <= set(WITH_CONSOLE)


@pytest.mark.parametrize(
    ("expected", "printed", "right"),
    [
        ("a b", "a\n  b \n", True),
        ("a\n…\nc", "a\nc\n", True),
        ("a\n…\nc", "a\nb\nb\nc\n", True),
        ("a … c", "a b c\n", True),
        ("a\n…", "a\n", True),
        ("is -1.5e-3, at [2, 1]", "is 7,\nat [10, 0]", True),
        ("a\nb", "a\n", False),
        ("a", "a\nb\n", False),
        ("a\n…\nc", "a\nb\n", False),
        ("a.c", "abc\n", False),
        ("is 1", "is one", False),
    ],
)
def test_words_of_output_are_compared(expected: str, printed: str, right: bool) -> None:
    assert matches(tuple(expected.split("\n")), printed) is right


def test_an_edit_needs_its_lines(tmp_path: Path) -> None:
    shell = Shell.in_folder(tmp_path)
    (shell.folder / "f.py").write_text("a\nb\nc\n", encoding="utf-8")
    (right,) = split("```diff file=f.py\n a\n-b\n+d\n```\n")[0]
    shell.follow(right)
    assert (shell.folder / "f.py").read_text(encoding="utf-8") == "a\nd\nc\n"
    with pytest.raises(ValueError, match=r"line 2: f\.py has these lines 0 times"):
        shell.follow(right)


def test_a_changed_copy_of_backproof_is_used(tmp_path: Path) -> None:
    shell = Shell.in_folder(tmp_path)
    (block,) = split("```python no-run at=api/__main__.py\nprint('changed')\n```\n")[0]
    shell.follow(block)
    assert shell.run("backproof list") == (0, "changed\n")


def test_a_shell_remembers_where_it_is(tmp_path: Path) -> None:
    shell = Shell.in_folder(tmp_path)
    assert shell.run("cp -r examples/fau_exercise ~/mine && cd ~/mine") == (0, "")
    assert shell.folder == shell.home / "mine"
    assert shell.run("false") == (1, "")
