"""The laws, by family. Importing this package registers those of all its modules, in the order of the modules' names.

Within a case, checks run in the order in which they are registered.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

for _name in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_name}")
