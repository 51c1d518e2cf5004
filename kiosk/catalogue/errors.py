"""What is wrong with catalogue data.

Knows: a code and the place, by file and key. Does not know: words for people.
"""

from __future__ import annotations


class CatalogueError(Exception):
    """Catalogue data that cannot be used. `code` is stable, `file` and `key` name the place."""

    def __init__(self, code: str, file: str, key: str, detail: str = "") -> None:
        super().__init__(f"{code}: {file}: {key}" + (f": {detail}" if detail else ""))
        self.code = code
        self.file = file
        self.key = key
        self.detail = detail
