"""Text that fits a terminal: its width, its colours, its encoding, and nothing that could steer it."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .wording import LONGEST_TEXT, capped, encodable, printable

NARROW = 60  # columns below which labels stand before their text instead of beside it

_STYLES = {"good": "green", "bad": "red", "warn": "yellow", "idle": "bright_black", "": ""}
_LABEL_WIDTH = 11


class Writer:
    """Makes renderables for one console.

    Args:
        console: where they will be printed; decides on width and encoding, and on colours as `NO_COLOR` says.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = console.width
        self.narrow = console.width < NARROW

    def print(self, block: RenderableType) -> None:
        """Print a block; lines that must stay whole, such as commands, are left to the terminal to wrap."""
        # In a group, because the console joins plain texts into one that has lost its `no_wrap`.
        self.console.print(Group(block), highlight=False, markup=False, emoji=False, crop=False)

    def plain(self, text: str) -> str:
        """The text without control characters, in what the console can encode."""
        return encodable(printable(text), self.console.encoding)

    def text(self, text: str, *, tone: str = "", bold: bool = False, dim: bool = False) -> Text:
        """Text in a tone: good, bad, warn, idle."""
        style = " ".join(word for word in (_STYLES[tone], "bold" * bold, "dim" * dim) if word)
        return Text(self.plain(text), style=style, overflow="fold")

    def rule(self, title: str) -> Group:
        """A heading with a line below it."""
        return Group(self.text(title, bold=True), self.text("─" * self.width if self._has_lines else "-" * self.width))

    def field(self, label: str, text: str, *, lines: int = 0, tone: str = "") -> RenderableType:
        """A label and its text beside it (below 60 columns: before it), on at most `lines` lines if that is given."""
        content = self.text(capped(text, LONGEST_TEXT), tone=tone)
        if self.narrow:
            content = self.text(f"{label}: ", dim=True).append_text(content)
            return Padding(self._fitted(content, self.width - 2, lines), (0, 0, 0, 2), expand=False)
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=_LABEL_WIDTH, no_wrap=True)
        grid.add_column()
        grid.add_row(self.text(label, dim=True), self._fitted(content, self.width - _LABEL_WIDTH - 3, lines))
        return Padding(grid, (0, 0, 0, 2), expand=False)

    def command(self, label: str, command: str) -> Text:
        """A label and a command on one line; the terminal wraps it if it is long, so that it can be copied whole."""
        start = f"  {label}: " if self.narrow else f"  {label:<{_LABEL_WIDTH}} "
        return Text.assemble((self.plain(start), "dim"), self.plain(command), no_wrap=True, overflow="ignore")

    def command_line(self, title: str, command: str) -> RenderableType:
        """A title and its command on one line, on two if they do not fit."""
        one = f"{title}  {command}"
        if len(self.plain(one)) <= self.width - 2:
            return self.text(one)
        return Group(self.text(title.rstrip()), Text(self.plain(f"  {command}"), no_wrap=True, overflow="ignore"))

    def _fitted(self, text: Text, width: int, lines: int) -> Text:
        """The text, shortened with an ellipsis if it takes more than `lines` lines."""
        wrapped = text.wrap(self.console, width)
        if not lines or len(wrapped) <= lines:
            return text
        kept = wrapped[:lines]
        kept[-1].truncate(width - 1)
        return Text("\n").join(kept).append(self.plain("…"))

    @property
    def _has_lines(self) -> bool:
        return self.plain("─") == "─"
