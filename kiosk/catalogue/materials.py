"""Materials of an item, as they are asked for with the answers at hand.

Knows: which materials a form's answers call for, and which ways are open when a register is not connected. Does not
know: scans, their quality, or where files go.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from kiosk.catalogue.forms import Answers, holds
from kiosk.catalogue.models import Material, Provide, ServiceItem

REGISTER_NOT_CONNECTED = "form.material.register_not_connected"
"""Why something is asked for that the city already has; shown, and recorded with the case."""


@dataclass(frozen=True, slots=True)
class AskedMaterial:
    """A material as it is asked for. `ways` is never empty of what is open; `reason_id` says why sharing is not."""

    material: Material
    required: bool
    ways: tuple[Provide, ...]
    reason_id: str | None

    @property
    def way(self) -> Provide | None:
        """Return the best open way; None when the only way is a register that is not connected."""
        return self.ways[0] if self.ways else None


def asked_materials(item: ServiceItem, answers: Answers, connected: Collection[str]) -> tuple[AskedMaterial, ...]:
    """Return the materials that these answers call for; `connected` are the ids of registers that can be asked.

    A material with a condition is asked for only while the condition holds, and is then required.
    """
    asked = []
    for material in item.materials:
        if not holds(material.required_when, answers):
            continue
        shared = material.register_id is None or material.register_id in connected
        ways = tuple(way for way in material.provide if shared or way is not Provide.SHARE)
        required = material.required or material.required_when is not None
        asked.append(AskedMaterial(material, required, ways, None if shared else REGISTER_NOT_CONNECTED))
    return tuple(asked)
