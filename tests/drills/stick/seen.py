"""Runs inside the machine as the terminal's user: says as JSON which sticks and papers the program finds there."""

from __future__ import annotations

import json

from kiosk.documents.stick import Unreadable, papers, read
from kiosk.fleet import removable


def main() -> None:
    found: list[list[list[object]]] = []
    for stick in removable.sticks():
        try:
            files = papers(*stick)[0]
            found.append([[each.path.name, len(read(each.path))] for each in files])
        except Unreadable:
            found.append([["unreadable", 0]])
    writable = [str(point) for point in removable.usb_mounts()]
    print(json.dumps({"sticks": found, "writable": writable, "unread": removable.unread()}))


main()
