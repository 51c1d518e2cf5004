"""The service items that the platform publishes, and what the platform itself reads of them.

Knows: the YAML files of a directory, their entity tag, names and codes of items. Does not know: forms, or what a terminal
can do.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from central.refusals import Refused
from kiosk.city.signing import canonical_json


@dataclass(frozen=True, slots=True)
class Item:
    """What the platform needs to know of a service item. Limit 0 is on the spot; `unit` as in the catalogue."""

    id: str
    name: str
    task_code: str
    limit: int
    unit: str
    agent_allowed: bool = False
    """Only what the city says outright may be done for somebody else."""
    later_days: Mapping[str, int] = field(default_factory=dict)
    """Within how many working days which material may be brought after the hand-in."""
    scans: Mapping[str, str] = field(default_factory=dict)
    """Key and name of each material that comes as pages: what a supplement can be asked for."""


@dataclass(frozen=True, slots=True)
class Published:
    """The document that terminals fetch."""

    etag: str
    body: bytes
    items: dict[str, Item]


class CatalogueDesk:
    """Serves the directory; reads it again when a file changed."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._published: Published | None = None

    def published(self) -> Published:
        """Return the present document; refuses 404 `no_catalogue`."""
        if self._directory is None or not self._directory.is_dir():
            raise Refused(404, "no_catalogue")
        paths = sorted(self._directory.rglob("*.yaml"))
        seen = tuple((str(path), (stat := path.stat()).st_mtime_ns, stat.st_size) for path in paths)
        with self._lock:
            if self._published is None or seen != self._seen:
                self._published = _publish(self._directory, paths)
                self._seen = seen
            return self._published

    def item(self, item_id: str) -> Item | None:
        """Return an item by id, or None (also when there is no catalogue)."""
        try:
            return self.published().items.get(item_id)
        except Refused:
            return None


def _publish(directory: Path, paths: list[Path]) -> Published:
    files = {str(path.relative_to(directory)): _plain(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in paths}
    digest = hashlib.sha256(canonical_json(files)).hexdigest()
    body = canonical_json({"version": digest[:16], "files": files})
    items = {item.id: item for document in files.values() for item in _items(document)}
    return Published(etag=f'"{digest[:32]}"', body=body, items=items)


def _plain(value: Any) -> Any:
    """Return YAML data as JSON knows it: dates and times as text, keys as text."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    return value


def _items(value: Any) -> Iterator[Item]:
    if isinstance(value, list):
        for each in value:
            yield from _items(each)
    elif isinstance(value, dict):
        if "id" in value and "task_code" in value:
            limit = value.get("promised_limit") or {}
            yield Item(
                id=str(value["id"]),
                name=_named(value),
                task_code=str(value["task_code"]),
                limit=int(limit.get("value", 0)),
                unit=str(limit.get("unit", "working_day")),
                agent_allowed=value.get("agent_allowed") is True,
                later_days={
                    str(material["key"]): int(material["later_days"])
                    for material in value.get("materials") or ()
                    if material.get("later_days")
                },
                scans={
                    str(material["key"]): _named(material)
                    for material in value.get("materials") or ()
                    if "scan" in (material.get("provide") or ())
                },
            )
        else:
            for each in value.values():
                yield from _items(each)


def _named(value: dict[str, Any]) -> str:
    name = value.get("name")
    return str(name["zh"] if isinstance(name, dict) else name)
