"""Paper under the camera: found, judged, straightened, kept as PDF.

Knows: pages. Does not know: the session, people, Qt. Importing this package does not import OpenCV: the screen's process
never does, and `find_page` is fetched when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kiosk.documents.finder import FoundPage, examine, find_page

__all__ = ["FoundPage", "examine", "find_page"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from kiosk.documents import finder

    return getattr(finder, name)
