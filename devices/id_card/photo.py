"""How an identity card's photo becomes a picture, where somebody has the vendor's library.

Knows: what a decoder takes and gives, and how one is found. Does not know: the WLT format, of which no open decoder exists.

A decoder is a callable under the entry point group `civic_kiosk.photo_decoders`, named by the driver's option
`photo_decoder`. Without one everything works and `IdCard.photo` is None.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import entry_points

from devices.errors import DeviceError
from devices.id_card.api import Photo

ENTRY_POINTS = "civic_kiosk.photo_decoders"
_CHANNELS = 3
_LOG = logging.getLogger(__name__)

PhotoDecoder = Callable[[bytes], Photo]
"""Takes the 1024 bytes; raises ValueError for bytes that it cannot draw, OSError where its library fails."""


def find(name: str) -> PhotoDecoder | None:
    """Return the decoder of this name, None for an empty one: never loaded unasked.

    Raises: DeviceError "id_card.photo_decoder" when the configuration names one that is not installed or does not load.
    """
    if not name:
        return None
    for entry in entry_points(group=ENTRY_POINTS, name=name):
        try:
            decoder: PhotoDecoder = entry.load()
        except (ImportError, AttributeError, OSError) as error:
            raise DeviceError("id_card.photo_decoder", name) from error
        return decoder
    raise DeviceError("id_card.photo_decoder", name)


def drawn(decode: PhotoDecoder, wlt: bytes) -> Photo | None:
    """Draw a photo, or return None: a card is as good without its picture."""
    try:
        photo = decode(wlt)
    except (ValueError, OSError) as error:
        _LOG.info("photo not drawn: %s", type(error).__name__)
        return None
    return photo if len(photo.rgb) == photo.width * photo.height * _CHANNELS else None
