"""The one failure that leaves a device package.

Knows: how a failure is named. Does not know: any device, any words for people (`kiosk.faults` maps the codes).
"""

from __future__ import annotations


class DeviceError(Exception):
    """A device failed in a way that no status describes; chained from the vendor's exception where there is one.

    `code` is stable and dotted, "<kind>.<what>" (for example "id_card.checksum"); `detail` is for the log only and
    never holds anything read from a card.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code
