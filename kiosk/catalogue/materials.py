"""Materials of an item, as they are asked for with the answers at hand.

Knows: which materials a form's answers call for, which of them exclude each other, and which ways are open when a register
is not connected. Does not know: scans, their quality, or where files go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kiosk.catalogue.forms import Answers, holds
from kiosk.catalogue.models import FormField, Material, Option, Provide, ServiceItem
from kiosk.catalogue.rules import FieldType

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


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What the answer to one question decides: each choice is the options that call for the same materials.

    Materials of two choices are never asked for together; those of one choice all are. `rest` calls for none.
    """

    question: FormField
    choices: tuple[tuple[tuple[Option, ...], tuple[Material, ...]], ...]
    rest: tuple[Option, ...]


def by_answer(item: ServiceItem, materials: Iterable[Material]) -> tuple[Material | Alternatives, ...]:
    """Return the materials as they can be told before an answer is known, in their order.

    Those that hang on the same question stand together where the first of them stood; a question with several answers at
    once excludes nothing, so that there each material stands by itself.
    """
    told: dict[str, list[Material]] = {}
    for material in materials:
        condition = material.required_when
        shared = condition is not None and item.field(condition.field).type is FieldType.ENUM
        told.setdefault(condition.field if condition is not None and shared else f"*{material.key}", []).append(material)
    return tuple(_told(item, one) for one in told.values())


def _told(item: ServiceItem, materials: list[Material]) -> Material | Alternatives:
    condition = materials[0].required_when
    if condition is None:
        return materials[0]
    question = item.field(condition.field)
    choices: dict[tuple[Material, ...], list[Option]] = {}
    for option in question.options:
        called = tuple(m for m in materials if m.required_when is not None and option.value in m.required_when.any_of)
        choices.setdefault(called, []).append(option)
    rest = choices.pop((), [])
    return Alternatives(question, tuple((tuple(options), called) for called, options in choices.items()), tuple(rest))
