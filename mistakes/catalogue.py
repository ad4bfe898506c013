"""Importing this module registers every mistake: all modules beside it are imported, in the order of their names."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from .. import mistakes as room

for _name in sorted(module.name for module in iter_modules(room.__path__)):
    import_module(f"{room.__name__}.{_name}")
