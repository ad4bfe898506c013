"""The network's own check of its gradients: called once, watched, and told lies if asked for."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

import numpy as np

from ...specs import Array, Unsupported
from ..calls import call

Parameters = Callable[[], Mapping[str, Array]]
# More words than this are a table of all entries; its beginning will do.
WORDS = 5_000


def check_gradients(
    network: Any, dense: Sequence[Any], parameters: Parameters, batch: tuple[Array, Array], lie: tuple[int, float]
) -> Mapping[str, Any]:
    """Call the check; see `specs.PerceptronSubject`.

    Args:
        network: the submission's network.
        dense: its fully connected layers.
        parameters: reads its parameters by name.
        batch: inputs and targets.
        lie: index of a layer, and the factor by which its gradients are too large.
    """
    if not callable(getattr(network, "check_gradients", None)):
        raise Unsupported("NeuralNetwork has no check_gradients")
    start, tried, passes = parameters(), set[str](), 0

    def note() -> None:
        nonlocal passes
        passes += 1
        tried.update(name for name, value in parameters().items() if not np.array_equal(value, start[name]))

    printed, raised, returned = StringIO(), "", None
    index, factor = lie
    with _watched(dense[0], note), _scaled(dense[index], factor):
        try:
            with redirect_stdout(printed), redirect_stderr(printed), _logged(printed):
                returned = call(network.check_gradients, *batch)
        except (ImportError, Unsupported) as error:  # SciPy, for example, which the course's own check needs
            raise Unsupported(f"check_gradients cannot run here: {error}") from error
        except Exception as error:
            raised = f"{type(error).__name__}: {error}"[:200]
        finally:
            print(printed.getvalue(), end="")
    # Memory addresses of what is printed are no outcome.
    text = re.sub(r"0x[0-9A-Fa-f]+", "", f"{printed.getvalue()} {returned!r}")
    return {"passes": passes, "raised": raised, "said": text.split()[:WORDS], "tried": sorted(tried)}


@contextmanager
def _logged(to: StringIO) -> Iterator[None]:
    """Write what is logged, of any level."""
    root, handler = logging.getLogger(), logging.StreamHandler(to)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.NOTSET)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


@contextmanager
def _watched(first: Any, note: Callable[[], None]) -> Iterator[None]:
    """Note every forward pass of the first layer."""
    original = first.fprop

    def fprop(*arguments: Any, **named: Any) -> Any:
        note()
        return original(*arguments, **named)

    with _replaced(first, "fprop", fprop):
        yield


@contextmanager
def _scaled(layer: Any, factor: float) -> Iterator[None]:
    """Let a layer's own gradients be a multiple of what they should be, however they are kept, and nothing else.

    The backward pass is linear in what comes in, so that goes in as a multiple, and what comes out is divided again:
    by a power of two, which rounds nothing.
    """
    original = layer.bprop

    def bprop(output_grad: Any, *arguments: Any, **named: Any) -> Any:
        result = original(factor * np.asarray(output_grad), *arguments, **named)
        return None if result is None else np.asarray(result) / factor

    with _replaced(layer, "bprop", bprop):
        yield


@contextmanager
def _replaced(owner: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    try:
        setattr(owner, name, function)
    except AttributeError as error:
        raise Unsupported(f"{type(owner).__name__}.{name} of one object cannot be replaced: {error}") from error
    try:
        yield
    finally:
        delattr(owner, name)
