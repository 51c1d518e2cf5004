"""Sealed parts go when the case stands on its opened ones; nothing that a terminal may still ask is forgotten by it."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from central.cli import main
from central.evidence import evidence
from central.outbox import UNCLAIMED_S
from central.parts import ObjectStore, PartName
from central.refusals import Refused

if TYPE_CHECKING:
    from conftest import Device, Platform, Sealed

    from central.app import Desks

DATABASES = ("sqlite", "postgresql")
OFFSET = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
OLD_S = UNCLAIMED_S + 10


@pytest.fixture
def desks(platform: Platform) -> Desks:
    assert platform.desks is not None
    return platform.desks


def folder(device: Device, sealed: Sealed) -> Path:
    return device.platform.settings.parts_dir / device.number / sealed.id


def ask(device: Device, method: str, sealed: Sealed, part: str, **headers: str) -> tuple[int, str | None]:
    authorization = device.authorization(sealed.id, part, hashlib.sha256(sealed.parts[part]).hexdigest())
    answer = device.call(
        method, f"/v1/outbox/{sealed.id}/parts/{part}", headers={**OFFSET, "Authorization": authorization, **headers}
    )
    return answer.status_code, answer.headers.get("Upload-Offset")


def test_sealed_parts_go_with_the_acceptance_and_are_known_to_have_come(device: Device) -> None:
    """A terminal that was cut off before the receipt should find each part whole, send none again, and get its receipt."""
    _, sealed = device.handed_in({"address": b"pages" * 100_000, "work": b"page"})
    first = device.deliver(sealed)
    assert first.status_code == 201
    assert not folder(device, sealed).exists()
    for part, data in sealed.parts.items():
        size = str(len(data))
        answer = device.create(sealed.id, part, data)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, size)
        assert ask(device, "HEAD", sealed, part) == (200, size)
        assert ask(device, "PATCH", sealed, part, **{"Upload-Offset": size}) == (204, size)
        assert ask(device, "PATCH", sealed, part, **{"Upload-Offset": "0"}) == (409, size)
    other = device.create(sealed.id, "work", b"another", body=b"another")
    assert (other.status_code, other.json()["code"]) == (422, "part_differs")
    assert device.create(sealed.id, "unknown", b"another").status_code == 201  # what it never had is another matter
    assert not folder(device, sealed).exists()
    assert device.put_envelope(sealed).content == first.content


def test_what_a_dying_platform_left_is_swept(device: Device, desks: Desks) -> None:
    """Between the commit and the removal a process may end: the next sweep should remove what is settled, at once."""
    _, sealed = device.handed_in()
    assert device.deliver(sealed).status_code == 201
    _, waiting = device.handed_in()
    device.put_part(waiting.id, "address", waiting.parts["address"])
    leave(desks, device, sealed)
    desks.outbox.sweep()
    assert not folder(device, sealed).exists()
    assert folder(device, waiting).exists()
    assert device.put_envelope(waiting).status_code == 201


def leave(desks: Desks, device: Device, sealed: Sealed) -> None:
    """Lay the sealed part down as if it had never been removed."""
    data = sealed.parts["address"]
    upload = desks.outbox.parts.begin(
        PartName(device.number, sealed.id, "address"), hashlib.sha256(data).hexdigest(), len(data)
    )
    desks.outbox.parts.path(upload).write_bytes(data)
    desks.outbox.parts.finish(upload)


def test_nothing_is_removed_while_its_attachment_is_not_as_it_was(
    device: Device, desks: Desks, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the opened attachment is damaged the sealed part is the only one left, and should stay and be told of."""
    submission, sealed = device.handed_in({"address": os.urandom(100)})
    assert device.deliver(sealed).status_code == 201
    leave(desks, device, sealed)
    sha256 = submission.materials[0].parts[0].sha256
    stored = desks.settings.store_dir / sha256[:2] / sha256
    whole = stored.read_bytes()
    stored.write_bytes(b"scribble")
    desks.outbox.sweep()
    assert folder(device, sealed).exists()
    assert "object_damaged" in caplog.text
    stored.write_bytes(whole)
    desks.outbox.sweep()
    assert not folder(device, sealed).exists()


def test_an_opened_attachment_that_no_case_has_goes_after_a_while(device: Device, desks: Desks) -> None:
    """What was opened and then refused should not lie about in plain for ever; what a case refers to should stay."""
    submission, sealed = device.handed_in({"address": os.urandom(100)})
    assert device.deliver(sealed).status_code == 201
    kept = submission.materials[0].parts[0].sha256
    objects = desks.outbox.objects
    orphan, again, recent = (objects.put(os.urandom(100)) for _ in range(3))
    long_ago = time.time() - OLD_S
    for sha256 in (kept, orphan, again):
        os.utime(desks.settings.store_dir / sha256[:2] / sha256, (long_ago, long_ago))
    objects.put(objects.get(again))  # somebody hands the same in anew
    desks.outbox.sweep()
    held = {sha256 for sha256 in (kept, orphan, again, recent) if holds(objects, sha256)}
    assert held == {kept, again, recent}


def holds(objects: ObjectStore, sha256: str) -> bool:
    try:
        objects.get(sha256)
    except Refused:
        return False
    return True


def test_a_case_is_shown_to_be_what_was_signed(
    device: Device, desks: Desks, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the sealed parts, signature, form and every attachment should still be proved, and a change be seen."""
    submission, sealed = device.handed_in({"address": os.urandom(2_500_000), "work": os.urandom(10)})
    assert device.deliver(sealed).status_code == 201
    state = str(desks.settings.state_dir)
    if not desks.settings.database_url:  # the command goes by what the state directory says
        assert main(["evidence", "--state", state, submission.code, "--json"]) == 0
        [shown] = json.loads(capsys.readouterr().out)
        assert shown["holds"]
        assert main(["evidence", "--state", state, "KF0000000000"]) == 1
    [one] = evidence(desks.settings, submission.code)
    assert (one.signed, one.opens, one.attachments) == (True, True, {"address": "same", "work": "same"})
    sha256 = submission.materials[1].parts[0].sha256
    (desks.settings.store_dir / sha256[:2] / sha256).write_bytes(b"scribble")
    [one] = evidence(desks.settings, submission.code)
    assert (one.holds, one.attachments) == (False, {"address": "same", "work": "damaged"})
