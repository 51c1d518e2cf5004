"""A receipt printer in memory.

Knows: the contract. Does not know: bytes, ports, time.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices.receipt_printer.api import (
    Block,
    Cut,
    Disconnected,
    NoPaper,
    NotPrinted,
    Printed,
    PrintResult,
    Ready,
    ReceiptPrinterStatus,
    can_print,
    check_blocks,
)


class FakeReceiptPrinter:
    """Prints into `printed`. Set `current` to any status; plan a failure inside the next receipt with `fail_next`."""

    def __init__(self, width_dots: int = 576, *, presenter: bool = False) -> None:
        self._width_dots = width_dots
        self._presenter = presenter
        self.in_mouth = False
        self.retracted = 0
        self.current: ReceiptPrinterStatus = Ready()
        self.printed: list[tuple[Block, ...]] = []
        self.torn: list[tuple[Block, ...]] = []
        self.closed = False
        self._planned: tuple[int, ReceiptPrinterStatus] | None = None

    @property
    def width_dots(self) -> int:
        """Dots across the printable width."""
        return self._width_dots

    def fail_next(self, status: ReceiptPrinterStatus | None = None, *, after_blocks: int = 1) -> None:
        """Break the next receipt off after so many blocks; the printer stays in that status (default: no paper)."""
        self._planned = (after_blocks, status or NoPaper())

    def status(self) -> ReceiptPrinterStatus:
        """Return what the test has set."""
        return Disconnected() if self.closed else self.current

    def print(self, blocks: Sequence[Block]) -> PrintResult:
        """Print at once, or as far as planned."""
        check_blocks(blocks, self._width_dots)
        if not can_print(before := self.status()):
            return NotPrinted(before, started=False)
        if self._planned is None:
            self.printed.append(tuple(blocks))
            self.in_mouth = self._presenter and any(isinstance(block, Cut) for block in blocks)
            return Printed()
        (after_blocks, self.current), self._planned = self._planned, None
        self.torn.append(tuple(blocks[:after_blocks]))
        return NotPrinted(self.current, started=True)

    def retract(self) -> bool:
        """Take back what hangs in the mouth."""
        held, self.in_mouth = self.in_mouth, False
        self.retracted += held
        return held

    def cut_receipts(self) -> int:
        """How many whole receipts the knife has let go."""
        return sum(any(isinstance(block, Cut) for block in receipt) for receipt in self.printed)

    def close(self) -> None:
        """Let go."""
        self.closed = True
