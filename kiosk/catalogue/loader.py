"""The catalogue: loading it whole, refusing gaps, finding items in it.

Knows: the data files, on disk or in the document that central serves, and search. Does not know: answers, devices, or
the line; what records must say about each other stands in `checks`.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from kiosk.catalogue.checks import check, texts
from kiosk.catalogue.errors import CatalogueError
from kiosk.catalogue.models import Bundle, CertificateType, Department, LifeEvent, Register, ServiceItem, Text, Theme

try:  # libyaml reads the data in a tenth of a second, the pure parser in one
    from yaml import CSafeLoader as _SafeLoader
except ImportError:
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

DATA = Path(__file__).parent / "data"
_LONGEST_SEARCH = 64
_R = TypeVar("_R", Department, Theme, LifeEvent, Register, CertificateType, ServiceItem)


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    title: Text
    notice: Text


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be done, checked. `notice` says that the data is a sample."""

    version: str
    title: Text
    notice: Text
    departments: tuple[Department, ...]
    themes: tuple[Theme, ...]
    life_events: tuple[LifeEvent, ...]
    registers: tuple[Register, ...]
    certificate_types: tuple[CertificateType, ...]
    bundle: Bundle
    items: tuple[ServiceItem, ...]

    @classmethod
    def load(cls, path: Path | None = None) -> Catalogue:
        """Read the data folder (the one that ships, by default); CatalogueError names file and key of what is wrong."""
        return cls._build(_read_folder(path or DATA))

    @classmethod
    def from_document(cls, document: Any) -> Catalogue:
        """Read what central serves: parsed JSON with `files`, the same files by relative path, already parsed.

        Held to the same checks as a folder; CatalogueError names file and key of what is wrong.
        """
        files = document.get("files") if isinstance(document, Mapping) else None
        if not isinstance(files, Mapping):
            raise CatalogueError("catalogue.shape", "document", "files")
        return cls._build({str(name): content for name, content in files.items()})

    @classmethod
    def _build(cls, files: Mapping[str, Any]) -> Catalogue:
        parts = {part: _entries(files, f"{part}.yaml") for part in _PARTS}
        items = [entry for name in sorted(files) if name.startswith("items/") for entry in _entries(files, name)]
        if not items:
            raise CatalogueError("catalogue.missing", "items", "")
        header = _record(_Header, "catalogue.yaml", files.get("catalogue.yaml"), "")
        bundle = _record(Bundle, "bundle.yaml", files.get("bundle.yaml"), "")
        found: dict[str, str] = {}
        catalogue = cls(
            version=header.version,
            title=header.title,
            notice=header.notice,
            departments=_records(Department, parts["departments"], found),
            themes=_records(Theme, parts["themes"], found),
            life_events=_records(LifeEvent, parts["life_events"], found),
            registers=_records(Register, parts["registers"], found),
            certificate_types=_records(CertificateType, parts["certificate_types"], found),
            bundle=bundle,
            items=_records(ServiceItem, [(name, _spelt_out(entry, bundle, files)) for name, entry in items], found),
        )
        check(catalogue, found)
        return catalogue

    def texts(self) -> Iterator[Text]:
        """Return every text that somebody may come to read."""
        for part in (self.title, self.notice, self.bundle, *(getattr(self, part) for part in (*_PARTS, "items"))):
            yield from (text for _, text in texts(part, ""))

    def item(self, item_id: str) -> ServiceItem:
        """Return the item with this id; KeyError if there is none."""
        return _by_id(self.items, item_id)

    def department(self, department_id: str) -> Department:
        """Return the department with this id; KeyError if there is none."""
        return _by_id(self.departments, department_id)

    def certificate_type(self, type_id: str) -> CertificateType:
        """Return the certificate type with this id; KeyError if there is none."""
        return _by_id(self.certificate_types, type_id)

    def register(self, register_id: str) -> Register:
        """Return the register with this id; KeyError if there is none."""
        return _by_id(self.registers, register_id)

    def of_theme(self, theme_id: str) -> tuple[ServiceItem, ...]:
        """Return the items on one shelf."""
        return tuple(item for item in self.items if item.theme == theme_id)

    def of_life_event(self, event_id: str) -> tuple[ServiceItem, ...]:
        """Return the items that belong to one moment of life."""
        return tuple(item for item in self.items if event_id in item.life_events)

    def search(self, text: str, language: str) -> tuple[ServiceItem, ...]:
        """Find items by name (either language, the given one first), pinyin initials or code, best first.

        An empty text, or one longer than anything could be called, finds nothing.
        """
        if len(text) > _LONGEST_SEARCH:
            return ()
        wanted = _tidy(text)
        if not wanted:
            return ()
        ranked = [(rank, place, item) for place, item in enumerate(self.items) if (rank := _rank(item, wanted, language))]
        return tuple(item for _, _, item in sorted(ranked, key=lambda found: found[:2]))


_REACH = "reach.yaml"
_PARTS = ("departments", "themes", "life_events", "registers", "certificate_types")


def _tidy(text: str) -> str:
    """Return `text` as it is compared: widths, case and blanks do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_known = functools.lru_cache(maxsize=4096)(_tidy)
"""The same for a catalogue's own texts, kept: what a person typed is not."""


def _rank(item: ServiceItem, wanted: str, language: str) -> int:
    """Return how well the item answers a tidy text: 1 best, 0 not at all."""
    name = _known(item.name.in_language(language))
    names = (name, _known(item.name.zh), _known(item.name.en))
    compact = wanted.replace(" ", "")
    tests = (
        name.startswith(wanted),
        item.initials.startswith(compact) or compact == item.id,
        any(wanted in any_name for any_name in names),
        len(compact) >= 2 and compact in item.initials,
        len(compact) >= 4 and (item.catalog_code.startswith(compact) or item.task_code.casefold().startswith(compact)),
        len(compact) >= 2 and wanted in _known(item.summary.in_language(language)),
        all(any(word in any_name for any_name in names) for word in wanted.split()),
    )
    return next((rank for rank, holds in enumerate(tests, start=1) if holds), 0)


def _by_id(records: tuple[_R, ...], record_id: str) -> _R:
    for record in records:
        if record.id == record_id:
            return record
    raise KeyError(record_id)


# --- reading ---------------------------------------------------------------------------------------------------------


class _Loader(_SafeLoader):
    """YAML that refuses a key twice; the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "duplicate key", node.start_mark)
        return mapping


def _read_folder(folder: Path) -> dict[str, Any]:
    """Return every YAML file of the folder, parsed, by its relative path."""
    return {str(path.relative_to(folder)): _read(path, folder) for path in sorted(folder.rglob("*.yaml"))}


def _read(path: Path, folder: Path) -> Any:
    name = str(path.relative_to(folder))
    try:
        # The loader is a SafeLoader: it makes plain values only.
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except OSError as error:
        raise CatalogueError("catalogue.missing", name, "", error.__class__.__name__) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogueError("catalogue.syntax", name, "", str(error).splitlines()[0]) from error


def _entries(files: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    """Return the entries of a file that holds a list, each with the file's name."""
    if name not in files:
        raise CatalogueError("catalogue.missing", name, "")
    if not isinstance(files[name], list):
        raise CatalogueError("catalogue.shape", name, "")
    return [(name, entry) for entry in files[name]]


def _spelt_out(entry: Any, bundle: Bundle, files: Mapping[str, Any]) -> Any:
    """Spell out what fields say in short: `options_from: bundle`, and `reached: true` for ways to be reached."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("fields"), list):
        return entry
    options = [{"value": f"member_{member.seq:02}", "label": member.name.model_dump()} for member in bundle.members]
    fields: list[Any] = []
    for field in entry["fields"]:
        if not isinstance(field, Mapping):
            fields.append(field)
        elif field.get("options_from") == "bundle":
            fields.append({**{key: value for key, value in field.items() if key != "options_from"}, "options": options})
        elif field.get("reached") is True:
            fields += _reached({key: value for key, value in field.items() if key != "reached"}, files)
        else:
            fields.append(field)
    return {**entry, "fields": fields}


def _reached(field: dict[str, Any], files: Mapping[str, Any]) -> list[Any]:
    """Return the field as one way among others to be reached, on the same page: asked when the first of them is chosen."""
    if "visible_when" in field:
        raise CatalogueError("catalogue.condition", _REACH, str(field.get("key")))
    page = field.get("page", 1)
    entries = [{**each, "page": page} for _, each in _entries(files, _REACH) if isinstance(each, Mapping)]
    try:
        first, *others = entries
        condition = {"field": first["key"], "any_of": [first["options"][0]["value"]]}
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise CatalogueError("catalogue.shape", _REACH, "") from error
    return [first, {**field, "visible_when": condition}, *others]


_M = TypeVar("_M", bound=BaseModel)


def _record(model: type[_M], file: str, entry: Any, key: str) -> _M:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in (key, *first["loc"]) if part != "")
        raise CatalogueError("catalogue.shape", file, where, first["type"]) from error


def _records(model: type[_R], entries: list[tuple[str, Any]], files: dict[str, str]) -> tuple[_R, ...]:
    records = []
    for place, (file, entry) in enumerate(entries):
        name = entry.get("id") if isinstance(entry, Mapping) else None
        record = _record(model, file, entry, name if isinstance(name, str) else str(place))
        files[f"{model.__name__}.{record.id}"] = file
        records.append(record)
    return tuple(records)
