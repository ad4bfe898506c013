"""Configuration of this repository's tests; the conformance checks come from the installed pytest plugin."""

from __future__ import annotations

pytest_plugins = ["pytester"]
