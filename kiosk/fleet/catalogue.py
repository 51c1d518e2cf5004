"""The catalogue as the city publishes it: fetched when the line is up, kept for when it is not.

Knows: the cached copy beside the one that ships, and that a faulty catalogue never replaces a good one. Does not know:
who uses it, or when a session allows the change.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from kiosk.catalogue.errors import CatalogueError
from kiosk.catalogue.loader import Catalogue
from kiosk.city.client import CityClient

_LOG = logging.getLogger("kiosk.catalogue")


class CatalogueStore:
    """The newest good catalogue of this terminal."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "catalogue.json"
        self._etag = ""

    def load(self) -> Catalogue:
        """Return the cached catalogue if it is whole and good, else the one that ships."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            catalogue = Catalogue.from_document(json.loads(kept["document"]))
        except FileNotFoundError:
            return Catalogue.load()
        except (OSError, ValueError, KeyError, TypeError, CatalogueError) as error:
            _LOG.warning("cached catalogue set aside: %s", type(error).__name__)
            return Catalogue.load()
        self._etag = str(kept["etag"])
        return catalogue

    def fetch(self, city: CityClient) -> Catalogue | None:
        """Ask the city; return a newer good catalogue, already kept, or None. Raises the platform's two exceptions.

        A catalogue that does not pass the loader's checks is refused: the terminal goes on with what it has.
        """
        download = city.catalogue(self._etag)
        if download is None:
            return None
        try:
            catalogue = Catalogue.from_document(json.loads(download.body))
        except (ValueError, CatalogueError) as error:
            _LOG.error("the city's catalogue is faulty and was refused: %s", error)
            return None
        self._keep(download.etag, download.body.decode())
        return catalogue

    def _keep(self, etag: str, document: str) -> None:
        draft = self._path.with_suffix(".new")
        try:
            with draft.open("w", encoding="utf-8") as out:
                json.dump({"etag": etag, "document": document}, out)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self._path)
        except OSError as error:
            _LOG.warning("the catalogue could not be kept: %s", error.strerror)
        self._etag = etag
