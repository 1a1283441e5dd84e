"""One broken platform per precondition. Each has to fail, with that precondition and no other."""

import importlib
import pkgutil

from .base import FOUND

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["FOUND"]
