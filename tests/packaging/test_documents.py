"""What the pages show is true: code runs, data parses, commands and options exist, links lead somewhere.

A page's Python blocks run in order in one namespace and one empty folder. A block marked `python no-run` is only
compiled; one marked `python file=NAME` is written to NAME in that folder, where later blocks can import it.
"""

from __future__ import annotations

import ast
import doctest
import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from .documents import Block, anchors, commands, link_errors, pages, read, split
from .house import ROOT

SHELL = {"bash", "console", "sh", "shell"}
DATA: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "jsonl": lambda text: [json.loads(line) for line in text.splitlines()],
    "toml": tomllib.loads,
}
PAGES = pytest.mark.parametrize("page", pages(), ids=str)


class Runner:
    """Runs the Python blocks of one page."""

    def __init__(self, page: str, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.namespace: dict[str, Any] = {"__name__": "__page__"}

    def run(self, block: Block) -> None:
        """Run, write or compile one block; errors carry the page's own line numbers."""
        names = [word.removeprefix("file=") for word in block.words if word.startswith("file=")]
        if block.language == "pycon" or block.text.startswith(">>>"):
            self._run_session(block)
            return
        tree = ast.parse(block.text, filename=self.page)
        code = compile(ast.increment_lineno(tree, block.line - 1), self.page, "exec")
        for name in names:
            (self.folder / name).write_text(block.text, encoding="utf-8")
        if not names and "no-run" not in block.words:
            exec(code, self.namespace)

    def _run_session(self, block: Block) -> None:
        session = doctest.DocTestParser().get_doctest(block.text, self.namespace, self.page, self.page, block.line - 1)
        said: list[str] = []
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        failed = doctest.DocTestRunner(optionflags=flags).run(session, out=said.append, clear_globs=False).failed
        assert failed == 0, "".join(said)
        self.namespace.update(session.globs)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder that Python imports from."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def data_errors(page: PurePosixPath, text: str) -> Iterator[str]:
    for block in split(text)[0]:
        if parse := DATA.get(block.language):
            try:
                parse(block.text)
            except ValueError as error:
                yield f"{page}:{block.line}: not valid {block.language}: {error}"


def command_errors(page: PurePosixPath, text: str, help_of: Callable[[str], str | None]) -> Iterator[str]:
    for block in split(text)[0]:
        if block.language not in SHELL:
            continue
        for line, arguments in commands(block):
            verb = arguments[0] if arguments and not arguments[0].startswith("-") else ""
            known = help_of(verb)
            if known is None:
                yield f"{page}:{line}: there is no command backproof {verb}"
                continue
            words = known.replace(",", " ").replace("[", " ").replace("]", " ").replace("=", " ").split()
            for argument in arguments:
                option = argument.partition("=")[0]
                if option.startswith("--") and option not in words:
                    yield f"{page}:{line}: backproof {verb} has no option {option}"
                if argument.startswith(("benchmarks/", "docs/", "examples/")) and not (ROOT / argument).exists():
                    yield f"{page}:{line}: {argument} is not in the repository"


def help_text(capsys: pytest.CaptureFixture[str]) -> Callable[[str], str | None]:
    """Return a function that gives what `backproof VERB --help` prints, or None if it is refused."""

    def help_of(verb: str) -> str | None:
        from backproof.cli import main

        try:
            status = main([verb, "--help"] if verb else ["--help"])
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        said = capsys.readouterr().out
        return said if status == 0 else None

    return help_of


# The pages themselves.


@PAGES
def test_python_blocks_run(page: PurePosixPath, folder: Path) -> None:
    runner = Runner(str(page), folder)
    for block in split(read(page))[0]:
        if block.language in {"python", "pycon"}:
            runner.run(block)


@PAGES
def test_data_blocks_parse(page: PurePosixPath) -> None:
    assert list(data_errors(page, read(page))) == []


@PAGES
def test_commands_exist(page: PurePosixPath, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(command_errors(page, read(page), help_text(capsys))) == []


@PAGES
def test_links_lead_somewhere(page: PurePosixPath) -> None:
    assert list(link_errors(page, read(page))) == []


# Planted pages: what is wrong is named, what is right is not.

PAGE = PurePosixPath("docs/page.md")


def blocks(*texts: str) -> list[Block]:
    return [block for text in texts for block in split(text)[0]]


def run_blocks(folder: Path, *texts: str) -> Runner:
    runner = Runner("docs/page.md", folder)
    for block in blocks(*texts):
        runner.run(block)
    return runner


def test_blocks_of_a_page_share_names_and_files(folder: Path) -> None:
    module = "```python file=backproof_page_module.py\nWIDTH = 3\n```\n"
    first = "```python\nfrom backproof_page_module import WIDTH\nx = 2 * WIDTH\n```\n"
    session = "```pycon\n>>> x\n6\n>>> y = x\n```\n"
    runner = run_blocks(folder, module, first, session, "```python no-run\nstop()\n```\n")
    assert runner.namespace["y"] == 6


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("```python\n1 / 0\n```", ZeroDivisionError),
        ("```python no-run\nx = = 1\n```", SyntaxError),
        ("```python file=m.py\nx = = 1\n```", SyntaxError),
        ("```pycon\n>>> 1 + 1\n3\n```", AssertionError),
        ("```python\n>>> 1 + 1\n3\n```", AssertionError),
    ],
)
def test_a_wrong_block_fails(folder: Path, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        run_blocks(folder, text)


def test_an_error_carries_the_line_of_the_page(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run_blocks(folder, "prose\n\n```python\nx = 1\n1 / 0\n```")
    assert caught.traceback[-1].lineno == 4  # pytest counts from 0: the fifth line


def test_blocks_are_read_as_markdown_does() -> None:
    text = "- item\n\n  ```python no-run\n  if x:\n      y\n  ```\n\n~~~~\n```\n~~~~\n"
    first, second = blocks(text)
    assert (first.language, first.words, first.text, first.line) == ("python", ("no-run",), "if x:\n    y\n", 4)
    assert (second.language, second.text) == ("", "```\n")
    with pytest.raises(ValueError, match="line 1: the code block is never closed"):
        split("```python\nx = 1\n")


def test_wrong_data_is_named() -> None:
    good = '```json\n{"a": 1}\n```\n```jsonl\n{"a": 1}\n{"b": 2}\n```\n```toml\na = 1\n```\n'
    assert list(data_errors(PAGE, good)) == []
    bad = "```json\n{a: 1}\n```\n```jsonl\n{}\n{\n```\n```toml\na = \n```\n"
    assert [error.split(":")[1] for error in data_errors(PAGE, bad)] == ["2", "5", "9"]


HELP = {"": "usage: backproof [--help]", "check": "backproof check [--html FILE] [--seed=N]\n  -v, --verbose"}


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ backproof check src/ --html out.html --seed=3 --verbose\nbackproof nothing --said\n```",
        "```sh\npython -m backproof check \\\n    src/ --html out.html  # comment --none\nbackproof --help\n```",
        "```sh\n# backproof nothing\npip install backproof-extras backproof[torch]\n```",
        "```text\nbackproof nothing\n```",
    ],
)
def test_a_right_command_is_accepted(text: str) -> None:
    assert list(command_errors(PAGE, text, HELP.get)) == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("```console\n$ backproof chekc src/\n```", "docs/page.md:2: there is no command backproof chekc"),
        ("```sh\nmake && backproof check --hmtl x\n```", "docs/page.md:2: backproof check has no option --hmtl"),
        ("```sh\nbackproof check \\\n  --ht x\n```", "docs/page.md:3: backproof check has no option --ht"),
        ("```sh\n.venv/bin/backproof chekc\n```", "docs/page.md:2: there is no command backproof chekc"),
        ("```sh\nbackproof check examples/none/\n```", "docs/page.md:2: examples/none/ is not in the repository"),
    ],
)
def test_a_wrong_command_is_named(text: str, error: str) -> None:
    assert list(command_errors(PAGE, text, HELP.get)) == [error]


def test_headings_are_spelled_as_github_does() -> None:
    text = '# A `code` title!\n## Twice\n## Twice\n<a id="own"></a>\n```sh\n# no heading\n```\n'
    assert anchors(text) == {"a-code-title", "twice", "twice-1", "own"}


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n[up](../README.md), [here](#title), [web](https://example.org/none), `[code](none.md)`",
        '```md\n[block](none.md)\n```\n![image](../LICENSE "text")\n[ref]: ../pyproject.toml\n',
    ],
)
def test_a_right_link_is_accepted(text: str) -> None:
    assert list(link_errors(PAGE, text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "[a](none.md)",
        "[a](#none)",
        "[a](../README.md#none-such)",
        "![a](none.png)",
        "[a]: none.md",
        '<img src="none.png">',
        "[a](../../../../etc/passwd)",
        "[ok](../README.md) and [a](none.md)",
    ],
)
def test_a_wrong_link_is_named(text: str) -> None:
    (error,) = link_errors(PAGE, f"# Title\n{text}")
    assert error.startswith("docs/page.md:2: ")
