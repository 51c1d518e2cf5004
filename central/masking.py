"""How much of a person a page of the staff desk shows. Does not know: who looks, or where it is shown."""

from __future__ import annotations


def masked_name(name: str) -> str:
    """Return the family name's first character and a star for each other one."""
    return name[:1] + "*" * max(1, len(name) - 1)


def masked_number(number: str) -> str:
    """Return the first and the last character of a document's number."""
    return number[:1] + "*" * max(1, len(number) - 2) + number[-1:]
