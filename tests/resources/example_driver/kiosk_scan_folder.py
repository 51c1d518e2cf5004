"""Driver: a copier that scans to a shared folder, as a page scanner.

Knows: one folder, pictures in it. Does not know: the copier's own protocol: a person starts the scan at its panel.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.errors import DeviceError
from devices.page_scanner import (
    Cancelled,
    Disconnected,
    Faulted,
    FeederEmpty,
    NotScanned,
    Page,
    PageScannerStatus,
    Ready,
    Scanned,
    ScanResult,
    ScanSettings,
)

_SUFFIXES = {".png", ".jpg", ".jpeg"}


class FolderOptions(BaseModel):
    """What the configuration may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(description="where the copier puts its pages")


def create(options: Mapping[str, Any]) -> FolderScanner:
    """Check the options and the folder. Raises: DeviceError `page_scanner.options`, `page_scanner.unreachable`."""
    try:
        parsed = FolderOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("page_scanner.options", keys) from error
    if not parsed.folder.is_dir():
        raise DeviceError("page_scanner.unreachable", "no such folder")
    return FolderScanner(parsed.folder)


class FolderScanner:
    """A `PageScanner`. What was taken is deleted: a shared folder is no place for papers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def status(self) -> PageScannerStatus:
        """Look into the folder."""
        return Ready(feeder_loaded=bool(self._waiting())) if self._folder.is_dir() else Disconnected()

    def scan(self, settings: ScanSettings, on_page: Callable[[Page], None], cancelled: threading.Event) -> ScanResult:
        """Hand over what lies there, by name."""
        if not self._folder.is_dir():
            return NotScanned(Disconnected(), 0)
        pages = 0
        for path in self._waiting()[: settings.most_pages]:
            if cancelled.is_set():
                return NotScanned(Cancelled(), pages)
            try:
                with Image.open(path) as picture:
                    page = _page(picture, settings)
            except (UnidentifiedImageError, OSError):
                return NotScanned(Faulted("page_scanner.bad_page"), pages)
            path.unlink()
            pages += 1
            on_page(page)
        return Scanned(pages) if pages else NotScanned(FeederEmpty(), 0)

    def self_test(self) -> str:
        """Say how many pages wait."""
        return f"{len(self._waiting())} pages wait"

    def close(self) -> None:
        """Nothing is held open."""

    def _waiting(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix.lower() in _SUFFIXES)
        except OSError:
            return []


def _page(picture: Image.Image, settings: ScanSettings) -> Page:
    even = picture.convert("RGB" if settings.colour else "L")
    return Page(even.width, even.height, 3 if settings.colour else 1, settings.dpi, even.tobytes())
