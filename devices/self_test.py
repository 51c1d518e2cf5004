"""What a driver may offer beyond its kind's contract, so that `kiosk doctor` can try more than its status.

Knows: one method. Does not know: any kind.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class SelfTesting(Protocol):
    """A driver that can try its device without moving paper, keeping a picture, or needing a hand."""

    def self_test(self) -> str:
        """Try the device and say in one line what was found: no person's data, no secret.

        Raises: DeviceError.
        """
        ...
