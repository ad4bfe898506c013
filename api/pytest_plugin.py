"""The pytest plugin: `pytest --backproof SUBJECT` makes one item of every planned check.

Without the option this module only declares it; nothing of Backproof is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("backproof", "conformance checks of deep-learning layers")
    group.addoption(
        "--backproof",
        metavar="SUBJECT",
        help="check SUBJECT (a folder, an adapter module; 'builtin': the built-in framework)",
    )
    group.addoption("--backproof-results", metavar="FILE", help="write the results as JSON lines")
    group.addoption("--backproof-html", metavar="FILE", help="write the report as one HTML page")
    group.addoption(
        "--backproof-seed", type=int, default=0, metavar="N", help="from which all data is drawn (default: 0)"
    )
    group.addoption(
        "--backproof-effort",
        choices=("quick", "standard", "thorough"),
        default="standard",
        help="how many cases are looked at (default: standard)",
    )
    group.addoption(
        "--backproof-level",
        choices=("core", "full", "strict"),
        default="full",
        help="how much is asked (default: full)",
    )
    group.addoption(
        "--backproof-dtype",
        choices=("float64", "float32"),
        default="float64",
        help="the type of all data (default: float64)",
    )
    group.addoption(
        "--backproof-compat",
        choices=("numpy",),
        default="",
        help="numpy: give the subject the names that NumPy has removed",
    )
    group.addoption(
        "--backproof-course", default="", metavar="NAME[@EDITION]", help="the course that SUBJECT belongs to"
    )
    group.addoption("--backproof-waivers", metavar="FILE", help="failures that are tolerated, as TOML")


def pytest_configure(config: pytest.Config) -> None:
    """Register the collector if there is a subject."""
    if config.getoption("--backproof") is not None:
        from .pytest_items import ConformancePlugin  # noqa: PLC0415 - costs nothing when unused

        config.pluginmanager.register(ConformancePlugin(config), "backproof-conformance")
