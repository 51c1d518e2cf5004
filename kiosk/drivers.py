"""Finds a device's driver, ours or a stranger's, by its entry point.

Knows: how the entry points are called. Does not know: any driver, or the rest of the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any

from kiosk.config import ConfigError

ENTRY_POINTS = "civic_kiosk.devices"

Factory = Callable[[Mapping[str, Any]], Any]


def driver_factory(kind: str, driver: str) -> Factory:
    """Return the `create` of a driver, never loaded unasked. Raises `ConfigError` naming one that is not installed."""
    name = f"{kind}.{driver}"
    found = entry_points(group=ENTRY_POINTS, name=name)
    for entry in found:
        factory: Factory = entry.load()
        return factory
    raise ConfigError("config.no_such_driver", name)
