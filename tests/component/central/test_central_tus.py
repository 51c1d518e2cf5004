"""Parts by tus 1.0: what arrived is kept, whoever comes later takes over, and nothing is believed but the digest."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central import keys, kiosk_ca
from central.outbox import UNCLAIMED_S
from central.parts import MAX_UNFINISHED, Claim, PartName, PartStore
from central.refusals import Refused
from central.server import make_server
from central.settings import MAX_PART_BYTES, Settings
from kiosk.city.client import PlatformRejected
from kiosk.fleet import tls

if TYPE_CHECKING:
    from conftest import Device, Platform

DATABASES = ("sqlite", "postgresql")
OFFSET = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
DATA = os.urandom(2_000_000)


def patch(device: Device, submission: str, part: str, whole: bytes, start: int, end: int) -> requests.Response:
    sha256 = hashlib.sha256(whole).hexdigest()
    headers = {**OFFSET, "Upload-Offset": str(start), "Authorization": device.authorization(submission, part, sha256)}
    return device.call("PATCH", f"/v1/outbox/{submission}/parts/{part}", data=whole[start:end], headers=headers)


def head(device: Device, submission: str, part: str, whole: bytes) -> requests.Response:
    sha256 = hashlib.sha256(whole).hexdigest()
    headers = {"Tus-Resumable": "1.0.0", "Authorization": device.authorization(submission, part, sha256)}
    return device.call("HEAD", f"/v1/outbox/{submission}/parts/{part}", headers=headers)


def line(platform: Platform, device: Device) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(platform.ca))
    context.load_cert_chain(device.certificate)
    plain = socket.create_connection(("localhost", urlsplit(platform.url).port or 0), 10)
    return context.wrap_socket(plain, server_hostname="localhost")


def request_head(device: Device, submission: str, whole: bytes, start: int) -> bytes:
    sha256 = hashlib.sha256(whole).hexdigest()
    return (
        f"PATCH /v1/outbox/{submission}/parts/address HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(whole) - start}\r\n"
        f"Upload-Offset: {start}\r\n"
        f"Authorization: {device.authorization(submission, 'address', sha256)}\r\n\r\n"
    ).encode()


def wait_for_offset(device: Device, submission: str, whole: bytes, at_least: int) -> int:
    until = time.monotonic() + 60
    while True:
        offset = int(head(device, submission, "address", whole).headers["Upload-Offset"])
        if offset >= at_least or time.monotonic() > until:
            return offset


def test_what_it_can_is_said(platform: Platform) -> None:
    """OPTIONS should name version, extensions and the largest part; another version should be refused."""
    answer = platform.call("OPTIONS", f"/v1/outbox/{'a' * 32}/parts")
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload"
    assert answer.headers["Tus-Max-Size"] == str(MAX_PART_BYTES)
    other = platform.call("POST", f"/v1/outbox/{'a' * 32}/parts", headers={"Tus-Resumable": "0.2.2"})
    assert (other.status_code, other.headers["Tus-Version"]) == (412, "1.0.0")


def test_a_part_in_pieces_becomes_whole(device: Device) -> None:
    """Creation, pieces and the offsets between them should follow the protocol, and the envelope then be accepted."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    begun = device.create(sealed.id, "address", data)
    assert (begun.status_code, begun.headers["Location"]) == (201, f"/v1/outbox/{sealed.id}/parts/address")
    assert begun.headers["Tus-Resumable"] == "1.0.0"
    offsets = []
    for start in range(0, len(data), 700_000):
        offsets.append(head(device, sealed.id, "address", data).headers["Upload-Offset"])
        assert patch(device, sealed.id, "address", data, start, start + 700_000).status_code == 204
    assert offsets == ["0", "700000", "1400000"]
    done = head(device, sealed.id, "address", data)
    assert done.headers["Upload-Offset"] == done.headers["Upload-Length"] == str(len(data))
    assert device.put_envelope(sealed).status_code == 201


def test_a_lost_answer_to_the_creation_harms_nothing(device: Device) -> None:
    """The same creation again should say how far it came, whole or not, and take what is missing."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    device.create(sealed.id, "address", data)
    patch(device, sealed.id, "address", data, 0, 500_000)
    again = device.create(sealed.id, "address", data)
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, "500000")
    along = device.create(sealed.id, "address", data, body=data)
    assert (along.status_code, along.headers["Upload-Offset"]) == (201, str(len(data)))
    once_more = device.create(sealed.id, "address", data, body=data)
    assert (once_more.status_code, once_more.headers["Upload-Offset"]) == (201, str(len(data)))
    assert device.put_envelope(sealed).status_code == 201


def test_a_wrong_offset_is_refused_with_the_right_one(device: Device) -> None:
    """409 should tell where to go on, and change nothing."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    device.create(sealed.id, "address", data)
    patch(device, sealed.id, "address", data, 0, 300_000)
    for start in (0, 300_001, len(data)):
        answer = patch(device, sealed.id, "address", data, start, start + 10)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "300000")
    assert patch(device, sealed.id, "address", data, 300_000, len(data)).status_code == 204


def test_what_came_of_a_cut_request_is_kept(platform: Platform, device: Device) -> None:
    """A line that breaks in the middle should leave what it carried, and the rest go on from there."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    device.create(sealed.id, "address", data)
    with line(platform, device) as cut:
        cut.sendall(request_head(device, sealed.id, data, 0) + data[:1_000_000])
        cut.shutdown(socket.SHUT_WR)  # not closed: what is still to be sent would be thrown away here
        offset = wait_for_offset(device, sealed.id, data, 1_000_000)
    assert offset == 1_000_000
    assert device.put_envelope(sealed).json()["code"] == "parts_missing"
    assert patch(device, sealed.id, "address", data, offset, len(data)).status_code == 204
    assert device.put_envelope(sealed).status_code == 201


def test_whoever_comes_later_takes_over_from_a_dead_line(platform: Platform, device: Device) -> None:
    """A request that hangs with its line should not keep its successor out."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    device.create(sealed.id, "address", data)
    with line(platform, device) as hanging:
        hanging.sendall(request_head(device, sealed.id, data, 0) + data[:400_000])
        offset = wait_for_offset(device, sealed.id, data, 1)
        assert 0 < offset <= 400_000
        assert patch(device, sealed.id, "address", data, offset, len(data)).status_code == 204
    assert device.put_envelope(sealed).status_code == 201


def test_one_part_from_many_lines_at_once_is_one_part(device: Device) -> None:
    """Eight senders of the same part should end in one whole part, whoever was pushed aside."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: device.create(sealed.id, "address", data, body=data).status_code, range(8)))
    assert set(answers) <= {201, 423}
    assert device.put_part(sealed.id, "address", data).headers["Upload-Offset"] == str(len(data))
    assert device.put_envelope(sealed).status_code == 201


def test_bytes_that_are_not_what_was_promised_are_forgotten(device: Device) -> None:
    """A whole upload with another digest should be refused with tus' own status and begin anew."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    wrong = device.create(sealed.id, "address", data, body=b"\0" + data[1:])
    assert (wrong.status_code, wrong.json()["code"]) == (460, "digest_mismatch")
    assert head(device, sealed.id, "address", data).status_code == 404
    assert device.put_part(sealed.id, "address", data).status_code == 201


def test_more_than_was_announced_is_refused(device: Device) -> None:
    """Bytes beyond the announced end should be refused and not kept; too large a part should not even begin."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    device.create(sealed.id, "address", data)
    headers = {**OFFSET, "Upload-Offset": "0"}
    headers["Authorization"] = device.authorization(sealed.id, "address", hashlib.sha256(data).hexdigest())
    more = device.call("PATCH", f"/v1/outbox/{sealed.id}/parts/address", data=data + b"!" * 70_000, headers=headers)
    assert (more.status_code, more.json()["code"]) == (413, "too_large")
    assert int(head(device, sealed.id, "address", data).headers["Upload-Offset"]) <= len(data)
    huge = device.create(sealed.id, "huge", data, **{"Upload-Length": str(MAX_PART_BYTES + 1)})
    assert (huge.status_code, huge.json()["code"]) == (413, "too_large")


def test_a_whole_part_is_never_replaced(device: Device) -> None:
    """Other bytes under the name of a part that is here should be refused; an unfinished one may change its mind."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    device.create(sealed.id, "address", b"another" * 1000)
    assert device.put_part(sealed.id, "address", data).status_code == 201
    other = device.put_part(sealed.id, "address", data + b"!")
    assert (other.status_code, other.json()["code"]) == (422, "part_differs")


def test_only_whoever_holds_the_device_key_may_send(device: Device, another: Device) -> None:
    """Nothing should be created, asked or appended without the terminal's own signature and its own certificate."""
    _, sealed = device.handed_in({"address": DATA})
    data = sealed.parts["address"]
    device.create(sealed.id, "address", data)
    own = device.authorization(sealed.id, "address", hashlib.sha256(data).hexdigest())
    path = f"/v1/outbox/{sealed.id}/parts/address"
    assert device.call("HEAD", path, headers={"Tus-Resumable": "1.0.0"}).status_code == 401
    assert another.call("HEAD", path, headers={"Tus-Resumable": "1.0.0", "Authorization": own}).status_code == 403
    device.key = Ed25519PrivateKey.generate()
    assert patch(device, sealed.id, "address", data, 0, 10).json()["code"] == "signature_invalid"
    assert device.create(sealed.id, "address", data).json()["code"] == "signature_invalid"


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "-1"},
        {"Upload-Length": "many"},
        {"Upload-Metadata": "part"},
        {"Upload-Metadata": "part !!!"},
        {"Upload-Metadata": ""},
        {"Authorization": "Bearer x"},
    ],
)
def test_nonsense_is_refused_with_a_code(device: Device, headers: dict[str, str]) -> None:
    """Malformed headers should be the sender's fault, never ours."""
    _, sealed = device.handed_in()
    answer = device.create(sealed.id, "address", b"x", **headers)
    assert answer.status_code in (400, 401, 422)
    assert answer.json()["code"]


# --- the files ----


def name(number: int, kiosk: str = "0001") -> PartName:
    return PartName(kiosk, f"{number:032x}", "scan")


def test_unfinished_parts_outlive_the_platform(tmp_path: Path) -> None:
    """A platform that starts anew should know what had come of each part."""
    store = PartStore(tmp_path)
    sha256 = hashlib.sha256(b"abcdef").hexdigest()
    upload = store.begin(name(1), sha256, 6)
    store.path(upload).write_bytes(b"abc")
    store.keep(upload)
    (tmp_path / ".incoming" / "rubbish").write_bytes(b"")
    again = PartStore(tmp_path)
    found = again.upload(name(1))
    assert found is not None
    assert (found.offset, found.size, found.sha256) == (3, 6, sha256)
    again.path(found).write_bytes(b"abcdef")
    again.finish(found)
    assert again.find(name(1)) == (tmp_path / "0001" / f"{1:032x}" / f"scan.{sha256}", sha256)
    assert list((tmp_path / ".incoming").iterdir()) == []


@pytest.mark.parametrize("again", ["create", "head"])
def test_what_came_whole_before_the_end_is_a_part_afterwards(device: Device, again: str) -> None:
    """A platform that ended between the last byte and the part's name should make it a part when it is asked again."""
    submission, sealed = device.handed_in({"scan": b"whole"})
    data = sealed.parts["scan"]
    assert device.create(sealed.id, "scan", data).status_code == 201
    [draft] = device.platform.settings.parts_dir.glob(f".incoming/{device.number}.{sealed.id}.*")
    draft.write_bytes(data)
    answer = device.create(sealed.id, "scan", data) if again == "create" else head(device, sealed.id, "scan", data)
    assert answer.headers["Upload-Offset"] == str(len(data))
    assert device.put_envelope(sealed).status_code == 201
    assert submission.code


def test_what_never_became_a_case_is_swept(tmp_path: Path) -> None:
    """Parts whose envelope never came should go after a while, settled ones at once, recent and doubtful ones stay."""
    store = PartStore(tmp_path)
    sha256 = hashlib.sha256(b"abc").hexdigest()
    for number in (1, 2, 3, 5):
        upload = store.begin(name(number), sha256, 3)
        store.path(upload).write_bytes(b"abc")
        store.finish(upload)
    begun = store.begin(name(4), sha256, 3)
    old = time.time() - 1000
    for path in (store.path(begun), tmp_path / "0001" / f"{1:032x}", tmp_path / "0001" / f"{2:032x}"):
        os.utime(path, (old, old))
    claims = {f"{1:032x}": Claim.DOUBTFUL, f"{5:032x}": Claim.SETTLED}
    assert store.sweep(old + 1, lambda _kiosk, submission: claims.get(submission, Claim.NONE)) == 3
    assert [store.upload(name(number)) is not None for number in range(1, 6)] == [True, False, True, False, False]


def test_a_platform_sweeps_when_it_starts(tmp_path: Path) -> None:
    """Of two uploads whose envelope never came only the one of months ago should be gone."""
    settings = Settings(tmp_path / "state")
    keys.init(settings, staff_password="only-for-this-test")
    store = PartStore(settings.parts_dir)
    long_ago, today = (store.begin(name(number), "0" * 64, 10) for number in (1, 2))
    os.utime(store.path(long_ago), (time.time() - UNCLAIMED_S - 10,) * 2)
    _server, close = make_server(settings)
    close()
    assert not store.path(long_ago).exists()
    assert store.path(today).exists()


def test_one_terminal_cannot_fill_the_platform_with_beginnings(tmp_path: Path) -> None:
    """Of too many unfinished uploads the oldest should go; another terminal's should stay."""
    store = PartStore(tmp_path)
    store.begin(name(999, "0002"), "0" * 64, 10)
    for number in range(MAX_UNFINISHED + 3):
        store.begin(name(number), "0" * 64, 10)
    assert [store.upload(name(number)) is not None for number in (0, 2, 3)] == [False, False, True]
    assert store.upload(name(999, "0002")) is not None
    assert len(list((tmp_path / ".incoming").iterdir())) == MAX_UNFINISHED + 1


@pytest.mark.parametrize("bad", ["..", ".hidden", "a/b", "x" * 65, ""])
def test_names_cannot_leave_their_folder(bad: str) -> None:
    """Whatever is no plain name should be refused before it becomes a path."""
    with pytest.raises(Refused, match="bad_id"):
        PartName("0001", "a" * 32, bad)


def test_the_authority_certifies_the_terminal_that_asked(platform: Platform, device: Device) -> None:
    """A signed request should bring a certificate for the signer's own number, whatever name it asked for."""
    folder = platform.settings.state_dir / f"terminal-{device.number}"
    folder.mkdir()
    now = platform.clock.now()
    assert tls.due(folder, now)
    tls.renew(folder, device.client)
    assert not tls.due(folder, now)
    assert tls.due(folder, now + (kiosk_ca.LIFETIME * 0.6))
    certificate = x509.load_pem_x509_certificate(tls.path(folder).read_bytes())
    assert certificate.subject.rfc4514_string() == f"CN={device.number}"
    certificate.verify_directly_issued_by(platform.keys.kiosk_ca.certificate)
    assert tls.path(folder).stat().st_mode & 0o077 == 0


def test_a_refused_certificate_is_renewed_whatever_our_clock_says(platform: Platform, device: Device) -> None:
    """A terminal whose clock is slow takes an expired certificate for a good one; the city's refusal should count more."""
    folder = platform.settings.state_dir / f"slow-{device.number}"
    folder.mkdir()
    tls.renew(folder, device.client)
    first = tls.path(folder).read_bytes()
    tls.upkeep(folder, device.client, platform.clock.now())
    assert tls.path(folder).read_bytes() == first
    tls.upkeep(folder, device.client, platform.clock.now(), refused=True)
    assert tls.path(folder).read_bytes() != first


def test_nonsense_is_not_certified(device: Device) -> None:
    """A request that is none, or for a weak key, should be refused with a code."""
    with pytest.raises(PlatformRejected, match="bad_tls_request"):
        device.client.tls_certificate("-----BEGIN CERTIFICATE REQUEST-----\nxx\n-----END CERTIFICATE REQUEST-----\n")

