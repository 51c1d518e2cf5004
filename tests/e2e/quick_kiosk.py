"""One terminal as a process of its own, for tests that kill it: a whole application, from touch to the empty screen.

Run as `python quick_kiosk.py WORK CENTRAL_PORT`. Prints the case code once the receipt is out.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from core_citizen import CoreCitizen

from kiosk.demo.stack import Stack


def main() -> None:
    stack = Stack.attached(Path(sys.argv[1]))
    with CoreCitizen(stack) as citizen:
        citizen.until("the line's state", lambda: not citizen.session.line_up)
        restore = partial(stack.control, "/v1/network/restore", {})
        code = citizen.apply(with_card_alone=True, quick=True, before_submit=restore)
        print(code, flush=True)
        citizen.leave()


if __name__ == "__main__":
    main()
