"""The catalogue as the city publishes it: fetched when the line is up, kept for when it is not.

Knows: the cached copy beside the one that ships, that a faulty catalogue never replaces a good one, and that nothing
changes under a person's hands. Does not know: what the items are for.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from kiosk.catalogue.errors import CatalogueError
from kiosk.catalogue.loader import Catalogue
from kiosk.city.client import CityClient, PlatformRejected, PlatformUnreachable
from kiosk.events import Fact
from kiosk.journeys.context import Context
from kiosk.session.states import Session, State

_LOG = logging.getLogger("kiosk.catalogue")
ASK_S = 3600.0
"""Between two questions while the line is up; an answer without news is a few bytes (ETag)."""


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


class CatalogueKeeper:
    """Fetches when the line comes up and once an hour, and swaps the catalogue while nobody stands before the terminal."""

    def __init__(self, context: Context, store: CatalogueStore) -> None:
        self._context = context
        self._store = store
        self._next: Catalogue | None = None
        self._ask_at: float | None = None

    def on_line(self, *, up: bool) -> None:
        """Ask when the line came up; stop asking when it went down."""
        self._ask_at = self._context.clock.monotonic() if up else None

    def tick(self) -> None:
        """Ask the city when it is time to."""
        now = self._context.clock.monotonic()
        if self._ask_at is None or now < self._ask_at:
            return
        self._ask_at = now + ASK_S
        self._context.city_work.run(lambda: self._store.fetch(self._context.city), self._fetched, self._failed)

    def _fetched(self, catalogue: Catalogue | None) -> None:
        if catalogue is not None:
            _LOG.info("catalogue %s came", catalogue.version)
            self._next = catalogue
            self.on_session(self._context.session())

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, PlatformUnreachable | PlatformRejected):
            raise error
        _LOG.info("no catalogue from the city: %s", error)

    def on_session(self, session: Session) -> None:
        """Swap while the attract screen stands."""
        if self._next is not None and session.state in {State.ATTRACT, State.DESK}:
            self._context.catalogue, self._next = self._next, None
            self._context.bus.publish(Fact.CATALOGUE)
