"""`python -m kiosk.audit`: prints the catalogue of events as the page `docs/audit.md`. Knows nothing but where it stands."""

from __future__ import annotations

from kiosk.audit.catalogue import markdown

print(markdown(), end="")
