"""Root takes everything that is on the machine, and still reads no queued form: only the platform's key is missing.

A real terminal takes a real application while the line is cut; then every file that it has is searched and tried. Each
attack is shown to work on what it would find: a search that finds nothing must be able to find something.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from core_citizen import CoreCitizen
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from central import keys as platform_keys
from central.settings import Settings
from kiosk.city.signing import subject_hash
from kiosk.demo.stack import Stack
from offline_queue import EnvelopeError
from offline_queue import envelope as env
from offline_queue.tag_keys import KeyringTagKey, TagCustody

pytestmark = pytest.mark.timeout(300)

NAME, NUMBER, PHONE, STREET = "测试甲", "990000199001010017", "13800000001", "测试路1号院2号楼301"
NOT_THE_MACHINE = {"central", "rig", "central.log", "rig.log"}
"""The platform; and the bench, which plays the person's own card, papers and telephone."""
PICTURES = (b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n", b"%PDF-1.")
TAGGED = f"civic-kiosk person v1\n111\n{NUMBER}".encode()
_SMALL = 4096
DRAIN_DEADLINE_S = 60.0


@dataclass
class Machine:
    """All that root finds, and beside it, for the tests alone, what only the platform has."""

    files: dict[str, bytes]
    blob: bytes
    tag: bytes
    parts: list[bytes]
    state: Path
    platform_private: bytes
    stack: Stack


def everything(folder: Path) -> dict[str, bytes]:
    """Read every file below, whatever it is: database, its log, sealed parts, audit, logs, keys, drafts."""
    found = {}
    for path in folder.rglob("*"):
        place = path.relative_to(folder)
        if place.parts[0] not in NOT_THE_MACHINE and path.is_file() and not path.is_symlink():
            found[str(place)] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    work = tmp_path_factory.mktemp("root") / "work"
    with pytest.MonkeyPatch.context() as patch, Stack(work) as stack:
        patch.setattr(tempfile, "tempdir", str(work / "tmp"))
        (work / "tmp").mkdir()
        stack.control("/v1/network/cut", {})
        with CoreCitizen(stack) as citizen:
            citizen.until("the line's state", lambda: not citizen.session.line_up)
            code = citizen.apply(with_card_alone=True, quick=True)
            citizen.leave()
        database = sqlite3.connect(work / "kiosk" / "outbox" / "outbox.db")
        blob, tag = database.execute("SELECT envelope, person_tag FROM outbox WHERE code = ?", (code,)).fetchone()
        database.close()
        files = everything(work)
        assert {"kiosk.toml", "kiosk/device.key", "kiosk/enrolment.json", "kiosk/audit.jsonl"} <= files.keys()
        yield Machine(
            files=files,
            blob=blob,
            tag=tag,
            parts=[data for name, data in files.items() if name.startswith("kiosk/outbox/parts/")],
            state=work / "kiosk",
            platform_private=platform_keys.load(Settings(state_dir=work / "central")).seal.private_bytes_raw(),
            stack=stack,
        )


# --- searching ----


def disguises(text: str) -> dict[str, bytes]:
    """Return the ways in which a text might lie in a file."""
    plain = text.encode()
    shown = {
        "utf-8": plain,
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "gb18030": text.encode("gb18030"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "sha256": hashlib.sha256(plain).digest(),
        "sha256 hex": hashlib.sha256(plain).hexdigest().encode(),
        "reversed": plain[::-1],
    }
    if not text.isascii():
        shown["json"] = text.encode("unicode_escape")
    for shift in range(3):  # what stands before it decides how base64 falls
        encoded = base64.b64encode(b"\0" * shift + plain)
        shown[f"base64+{shift}"] = encoded[4 if shift else 0 : len(encoded) - 4]
    return shown


def found_in(files: dict[str, bytes], text: str) -> list[tuple[str, str]]:
    return [(name, how) for how, wanted in disguises(text).items() for name, data in files.items() if wanted in data]


@pytest.mark.parametrize("text", [NAME, NUMBER, PHONE, STREET])
def test_no_file_holds_a_word_of_the_person(machine: Machine, text: str) -> None:
    """Not in UTF-8, UTF-16, GB 18030, hex, base64 or JSON's escapes, not hashed, in no database page, log or draft."""
    assert found_in(machine.files, text) == []
    for how, wanted in disguises(text).items():
        assert (("planted", how)) in found_in({"planted": b"before" + wanted + b"after"}, text)


def test_no_file_holds_the_hash_by_which_the_city_knows_the_person(machine: Machine) -> None:
    """A hash of name and number alone would be guessed as fast as a tag whose key is known."""
    digest = subject_hash(NAME, NUMBER)
    assert [name for name, data in machine.files.items() if digest.encode() in data or bytes.fromhex(digest) in data] == []


def test_no_file_is_a_picture_of_the_papers(machine: Machine) -> None:
    """Pages are captured, seen and sealed in memory: no JPEG, PNG or PDF lies anywhere, whole or within another file."""
    # A proof of two pages, a photo, a signature, and of each picture taken its untouched crop: sealed.
    assert len(machine.parts) == 6
    assert [name for name, data in machine.files.items() if any(mark in data for mark in PICTURES)] == []


# --- opening ----


def candidates(files: dict[str, bytes]) -> set[bytes]:
    """Return whatever could be a key of 32 bytes: small files byte by byte, hex, base64 and PEM wherever they stand."""
    found: set[bytes] = set()
    for data in files.values():
        if len(data) <= _SMALL:
            found.update(data[at : at + 32] for at in range(len(data) - 31))
        for run in re.findall(rb"[0-9a-fA-F]{64,}", data):
            found.update(bytes.fromhex(run[at : at + 64].decode()) for at in range(0, min(len(run), 4096) - 63, 2))
        for word in re.findall(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{43}(?![A-Za-z0-9+/_-])", data):
            found.add(base64.urlsafe_b64decode(word.translate(bytes.maketrans(b"+/", b"-_")) + b"="))
        for pem in re.findall(rb"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----", data, re.DOTALL):
            key = load_pem_private_key(pem, password=None)
            if isinstance(key, EllipticCurvePrivateKey):
                found.add(key.private_numbers().private_value.to_bytes(32))
            else:
                assert isinstance(key, Ed25519PrivateKey)
                found.add(key.private_bytes_raw())
    return found


def opens(envelope: env.Envelope, key: bytes) -> bool:
    """Say whether a key opens the envelope, for any of its recipients."""
    for recipient in envelope.header.recipients:
        try:
            env.unwrap(envelope, key, recipient.key_id)
        except EnvelopeError:
            continue
        return True
    return False


def test_no_key_on_the_machine_opens_the_form(machine: Machine) -> None:
    """Not the device's key and nothing that looks like a key in any file; the platform's does, and would have been found."""
    envelope = env.parse(machine.blob)
    keys = candidates(machine.files)
    assert len(keys) > 1000
    device = load_pem_private_key(machine.files["kiosk/device.key"], password=None)
    assert isinstance(device, Ed25519PrivateKey)
    assert device.private_bytes_raw() in keys
    assert [key.hex() for key in keys if opens(envelope, key)] == []
    private = machine.platform_private
    for planted in (private, private.hex().encode(), base64.b64encode(private)):
        assert any(opens(envelope, key) for key in candidates({"planted": b"key: " + planted + b"\n"}))
    form = env.open_form(envelope, machine.platform_private)
    assert all(text.encode() in form for text in (NAME, NUMBER, PHONE, STREET))


def test_no_key_on_the_machine_is_the_key_of_a_form_or_a_part(machine: Machine) -> None:
    """The key of a submission was fresh, in memory, and is gone: nothing that lies there is one."""
    envelope = env.parse(machine.blob)
    true = env.unwrap(envelope, machine.platform_private)
    keys = candidates(machine.files)
    uses = ("form", *(f"part\n{part.id}" for part in envelope.header.parts))
    secrets = [true.secret, *(true.derive(envelope.header.id, use) for use in uses)]
    assert not keys & set(secrets)
    assert not any(secret in data for secret in secrets for data in machine.files.values())


# --- guessing ----


def test_the_disk_does_not_let_the_number_be_guessed(machine: Machine) -> None:
    """With the right number in hand and every file, nobody can tell that the row is this person's."""
    keys = candidates(machine.files) | {b""} | {data for data in machine.files.values() if len(data) <= 64}
    assert [key.hex() for key in keys if hmac.digest(key, TAGGED, "sha256") == machine.tag] == []
    assert hashlib.sha256(TAGGED).digest() != machine.tag


def test_while_the_machine_runs_the_number_can_be_guessed(machine: Machine) -> None:
    """What docs/threats.md admits: without a TPM root can take the tag's key out of the kernel until the next boot."""
    key = KeyringTagKey.open(machine.state)
    assert key.custody is TagCustody.KEYRING
    assert key.tag(TAGGED) == machine.tag
    assert key.tag(TAGGED.replace(b"0017", b"0025")) != machine.tag


# --- afterwards ----


def test_when_the_city_has_it_the_row_forgets_form_and_person(machine: Machine) -> None:
    """With the receipt the envelope, the parts and the tag go: what stays names no person."""
    machine.stack.control("/v1/network/restore", {})
    deadline = time.monotonic() + DRAIN_DEADLINE_S
    while json.loads(machine.stack.kiosk("outbox", "stats", "--json"))["waiting"]:
        assert time.monotonic() < deadline, machine.stack.log_tail("sync")
    database = sqlite3.connect(machine.state / "outbox" / "outbox.db")
    rows = database.execute("SELECT state, envelope, person_tag FROM outbox").fetchall()
    database.close()
    assert rows == [(1, None, None)]
    assert list((machine.state / "outbox" / "parts").iterdir()) == []
    after = everything(machine.stack.work)
    assert [found for text in (NAME, NUMBER, PHONE, STREET) for found in found_in(after, text)] == []
