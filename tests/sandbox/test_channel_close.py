"""Two threads may end the same session, after Ctrl-C: nothing is closed twice."""

from __future__ import annotations

import os

import pytest

from backproof.sandbox.channel import Output


def test_an_output_that_is_closed_while_it_is_being_closed_is_closed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    output, closed, close = Output(reading, 100), list[int](), os.close

    def interleaved(descriptor: int) -> None:
        closed.append(descriptor)
        assert len(closed) < 3
        output.close()  # as another thread would, at the worst moment
        close(descriptor)

    monkeypatch.setattr(os, "close", interleaved)
    output.close()
    output.close()
    assert closed == [reading]
    monkeypatch.undo()
    os.close(writing)
