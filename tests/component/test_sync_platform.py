"""The agent and its HTTP against a real server that misbehaves in every way that lines and platforms do."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import logging
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from offline_queue import Attachment, Limits, Outbox, Put, QueueError, Recipient, RowState, Sealing
from offline_queue import envelope as env
from offline_queue.answers import LinkReason
from offline_queue.breaker import Waits
from offline_queue.sync import Pace, SyncAgent
from offline_queue.transport import HttpTransport
from tests.component.stub_platform import (
    DEVICE,
    PLATFORM,
    StubPlatform,
    accept_and_lose_the_answer,
    cut_mid_upload,
    serving,
)
from tests.drills.outbox import tricks
from tests.drills.outbox.tricks import LONG_BODY, TUS, Trick, answering, cutting, dripping, mute, pouring, saying, shifted

SEAL = X25519PrivateKey.from_private_bytes(b"p" * 32)
BIG = Attachment("scan", "application/pdf", os.urandom(3 * 1024 * 1024))
QUICK = Pace(idle_s=0.2, probe_s=0.02, waits=Waits(base_s=0.02, cap_s=0.1, least_s=0.01))


@pytest.fixture
def platform() -> Iterator[StubPlatform]:
    with serving() as server:
        yield server


@pytest.fixture
def outbox(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Outbox]:
    caplog.set_level(logging.CRITICAL, logger="offline_queue")
    outbox = open_outbox(tmp_path / "outbox")
    yield outbox
    outbox.close()


def open_outbox(directory: Path) -> Outbox:
    recipients = (Recipient("platform", SEAL.public_key().public_bytes_raw()),)
    sealing = Sealing("0001", recipients, DEVICE.sign, lambda seq: f"KF0001{seq:06d}")
    return Outbox.open(directory, sealing=sealing, limits=Limits(16 * 1024 * 1024, 64 * 1024))


def put(outbox: Outbox, *attachments: Attachment) -> Put:
    return outbox.put(b"form", attachments, service="permit", submission_id=uuid.uuid4())


@contextlib.contextmanager
def agent_for(outbox: Outbox, url: str, pace: Pace = QUICK, **transport: Any) -> Iterator[SyncAgent]:
    settings: dict[str, Any] = {"ca_file": None, "connect_s": 5.0, "silence_s": 10.0, "answer_s": 10.0}
    agent = SyncAgent(
        outbox,
        HttpTransport(url, **(settings | transport)),
        sign=DEVICE.sign,
        platform_public_key=PLATFORM.public_key().public_bytes_raw(),
        pace=pace,
        rng=lambda: 0.5,
    )
    try:
        yield agent
    finally:
        agent.close()


def step_until_received(agent: SyncAgent, outbox: Outbox, deadline_s: float = 60) -> None:
    end = time.monotonic() + deadline_s
    while outbox.agent_state().waiting:
        assert time.monotonic() < end, outbox.agent_state()
        agent._rest(agent.step())


def test_a_submission_with_attachments_arrives_whole(platform: StubPlatform, outbox: Outbox) -> None:
    """Form and attachments should open at the platform to what was put, and the outbox be empty."""
    kept = put(outbox, BIG, Attachment("signature", "image/png", b"ink"))
    with agent_for(outbox, platform.url) as agent:
        assert agent.step() == 0
    assert platform.accepts == [kept.id]
    row = outbox.row(kept.code)
    assert row is not None
    assert row.state is RowState.RECEIVED
    assert row.receipt == platform.accepted[kept.id][1]
    assert platform.requests == 1 + 4 + 1 + 1  # begin, four pieces; the small one goes along; the form


TRICKS: dict[str, tuple[Trick, LinkReason]] = {
    "500": (answering(500), LinkReason.SERVER_ERROR),
    "503": (answering(503, b"<html>", "text/html", Retry_After="0"), LinkReason.SERVER_ERROR),
    "429": (answering(429, Retry_After="0"), LinkReason.THROTTLED),
    "401": (answering(401, b'{"code":"signature_invalid"}'), LinkReason.NOT_ADMITTED),
    "portal page": (answering(200, b"<html>log in</html>", "text/html"), LinkReason.CAPTIVE_PORTAL),
    "portal redirect": (answering(302, Location="http://192.0.2.1/login"), LinkReason.CAPTIVE_PORTAL),
    "stray 404": (answering(404, b"not here", "text/plain"), LinkReason.GARBAGE),
    "fastapi 404": (answering(404, b'{"detail":"Not Found"}'), LinkReason.GARBAGE),
    "a route that is not there": (answering(404, b'{"code":"not_found"}'), LinkReason.GARBAGE),
    "our certificate is missing": (answering(401, b'{"code":"certificate_missing"}'), LinkReason.OWN_CERTIFICATE),
    "200 and noise": (answering(200, b"\xff\xfe{{{"), LinkReason.GARBAGE),
    "200 and another's receipt": (answering(200, b'{"v":1}'), LinkReason.GARBAGE),
    "no http": (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), LinkReason.GARBAGE),
    "short answer": (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{"), LinkReason.NO_ANSWER),
    "headers without end": (dripping(b"X-Filler: x\r\n", b"HTTP/1.1 200 OK\r\n"), LinkReason.GARBAGE),
    "a header without end": (dripping(b"x", b"HTTP/1.1 200 OK\r\nX: "), LinkReason.GARBAGE),
    "patience without end": (dripping(b"HTTP/1.1 100 Continue\r\n\r\n"), LinkReason.NO_ANSWER),
    "slow headers": (dripping(b"x", b"HTTP/1.1 200 OK\r\nX: ", 0.05), LinkReason.NO_ANSWER),
    "slow body": (dripping(b"x", LONG_BODY, 0.05), LinkReason.NO_ANSWER),
    "cut before the answer": (cutting, LinkReason.NO_ANSWER),
    "mute": (mute, LinkReason.NO_ANSWER),
}


@pytest.mark.parametrize("name", TRICKS)
def test_each_trick_is_named_and_outlived(platform: StubPlatform, outbox: Outbox, name: str) -> None:
    """Each misbehaviour should be called by its name, lose nothing, park nothing and be outlived."""
    trick, reason = TRICKS[name]
    put(outbox)
    platform.tricks = [trick]
    bounds = {"mute": {"silence_s": 0.4}, "patience without end": {"answer_s": 1.0}}
    bounds |= {"slow headers": {"answer_s": 1.0}, "slow body": {"answer_s": 1.0}}
    with agent_for(outbox, platform.url, **bounds.get(name, {})) as agent:
        assert agent.step() > 0
        assert outbox.agent_state().reason.startswith(reason.value)
        assert outbox.counts().waiting == 1
        step_until_received(agent, outbox)
    assert len(platform.accepts) == 1


def test_an_answer_without_end_is_not_read_to_its_end(platform: StubPlatform, outbox: Outbox) -> None:
    """Ten gigabytes of answer should be dropped after a few kilobytes."""
    put(outbox)
    written: list[int] = []
    gave_up = threading.Event()

    def told(count: int) -> None:
        written.append(count)
        gave_up.set()

    platform.tricks = [pouring(10**10, told)]
    with agent_for(outbox, platform.url) as agent:
        assert agent.step() > 0
    assert outbox.agent_state().reason == "link.garbage: answer too long"
    assert gave_up.wait(10)
    assert sum(written) < 10**8


def test_retry_after_as_a_date_is_read(platform: StubPlatform, outbox: Outbox) -> None:
    """The other spelling of Retry-After should count too, and nonsense should not."""
    put(outbox)
    date = (dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=100)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    platform.tricks = [answering(503, Retry_After=date), answering(503, Retry_After="soon")]
    with agent_for(outbox, platform.url) as agent:
        assert 90 < agent.step() <= 100
        agent._not_before = 0
        assert agent.step() < 1


def test_an_answer_that_was_lost_makes_no_second_case(platform: StubPlatform, outbox: Outbox) -> None:
    """Accepted, then cut: the same envelope should go again and get the first receipt."""
    kept = put(outbox, BIG)
    platform.tricks = [*[lambda _handler: False] * 5, accept_and_lose_the_answer, accept_and_lose_the_answer]
    with agent_for(outbox, platform.url) as agent:
        step_until_received(agent, outbox)
    assert platform.accepts == [kept.id]
    assert platform.requests == 5 + 3


def test_an_upload_cut_in_the_middle_goes_on_from_there(platform: StubPlatform, outbox: Outbox) -> None:
    """A part that broke off twice should arrive whole, and what had come not be sent again."""
    kept = put(outbox, BIG)
    platform.tricks = [lambda _handler: False, cut_mid_upload, lambda _handler: False, cut_mid_upload]
    with agent_for(outbox, platform.url) as agent:
        assert agent.step() > 0
        assert outbox.agent_state().reason.startswith(LinkReason.NO_ANSWER.value)
        step_until_received(agent, outbox)
    whole = env.sealed_part_bytes(len(BIG.data))
    assert len(platform.parts[kept.id, "scan"]) == whole
    assert platform.taken == whole - 200_000  # the rest was taken by the two that were cut
    assert platform.accepts == [kept.id]


def test_another_agent_goes_on_where_one_was_cut(platform: StubPlatform, outbox: Outbox) -> None:
    """A restart should ask how far it came instead of beginning anew."""
    put(outbox, BIG)
    platform.tricks = [lambda _handler: False, lambda _handler: False, cut_mid_upload]
    with agent_for(outbox, platform.url) as agent:
        agent.step()
    with agent_for(outbox, platform.url) as agent:
        step_until_received(agent, outbox)
    assert platform.taken == env.sealed_part_bytes(len(BIG.data)) - 100_000


OFFSETS: dict[str, list[Trick]] = {
    "backwards": [shifted(0)] * 30,
    "beyond the end": [shifted(10**9)],
    "says all is there": [lambda _handler: False, shifted(3 * 1024 * 1024 + 48)],
    "409 for ever": [lambda _handler: False, *[answering(409, b"{}", **TUS)] * 30],
    "423 for ever": [lambda _handler: False, *[answering(423, b"{}", **TUS)] * 30],
    "forgets for ever": [lambda _handler: False, *[answering(404, b"{}", **TUS)] * 30],
    "no offset": [answering(201, b"", **TUS)],
    "no tus": [answering(201, b"")],
    "not what was sent": [lambda _handler: False, *[answering(460, b'{"code":"digest_mismatch"}', **TUS)] * 30],
}


@pytest.mark.parametrize("name", OFFSETS)
def test_a_platform_that_lies_about_offsets_is_seen_through(platform: StubPlatform, outbox: Outbox, name: str) -> None:
    """Lies about how far a part came should end quickly, be called garbage, lose nothing, and be outlived."""
    kept = put(outbox, BIG)
    platform.tricks = list(OFFSETS[name])
    with agent_for(outbox, platform.url) as agent:
        if name != "says all is there":
            assert agent.step() > 0
            assert outbox.agent_state().reason.startswith(LinkReason.GARBAGE.value)
        platform.tricks = platform.tricks if name == "says all is there" else []
        assert platform.requests <= 12
        step_until_received(agent, outbox)
    assert platform.accepts == [kept.id]
    assert len(platform.parts[kept.id, "scan"]) == env.sealed_part_bytes(len(BIG.data))


def test_a_part_that_rotted_on_our_disk_is_parked_and_the_next_goes_on(
    platform: StubPlatform, outbox: Outbox, tmp_path: Path
) -> None:
    """When the platform misses the digest and the file is to blame, the row should be set aside, once."""
    bad, good = put(outbox, BIG), put(outbox)
    [path] = (tmp_path / "outbox" / "parts").iterdir()
    with path.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"rot")
    with agent_for(outbox, platform.url) as agent:
        step_until_received(agent, outbox)
    row = outbox.row(bad.code)
    assert row is not None
    assert (row.state, row.last_reason) == (RowState.PARKED, "queue.part_damaged: scan")
    assert platform.accepts == [good.id]


def test_a_refusal_parks_in_the_platform_s_words(platform: StubPlatform, outbox: Outbox) -> None:
    """422 with a code should park this one and let the next go; control characters should not reach the store."""
    bad, good = put(outbox), put(outbox)
    platform.tricks = [answering(422, b'{"code":"form_invalid","detail":"name\\n\\u001b[31m"}')]
    with agent_for(outbox, platform.url) as agent:
        step_until_received(agent, outbox)
    row = outbox.row(bad.code)
    assert row is not None
    assert (row.state, row.last_reason) == (RowState.PARKED, "form_invalid: name  [31m")
    assert platform.accepts == [good.id]


def test_a_dead_port_is_probed_until_it_lives(outbox: Outbox) -> None:
    """With nobody listening the agent should wait and probe, and send as soon as somebody listens."""
    kept = put(outbox)
    with StubPlatform() as gone:
        port = gone.server_port
    pace = Pace(idle_s=0.2, probe_s=0.02, waits=Waits(base_s=200, cap_s=300))
    with agent_for(outbox, f"http://127.0.0.1:{port}", pace) as agent:
        assert agent.step() == 0.02
        assert agent.step() == 0.02
        assert outbox.agent_state().reason.startswith(LinkReason.NO_ANSWER.value)
        with serving(port) as platform:
            assert agent.step() == 0
            assert platform.accepts == [kept.id]


# --- TLS ----


def certificate(
    days: tuple[int, int], issuer: tuple[x509.Certificate, EllipticCurvePrivateKey] | None
) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "leaf" if issuer else "city")])
    now = dt.datetime.now(tz=dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[0].subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    )
    return builder.sign(issuer[1] if issuer else key, SHA256()), key


@pytest.mark.parametrize(
    ("days", "known", "told_days_ago", "reason"),
    [
        ((-1, 1), True, 1, None),
        ((-9, -1), True, 1, LinkReason.CERTIFICATE_EXPIRED),
        ((-9, -1), True, 500, LinkReason.CLOCK),
        ((1, 9), True, 1, LinkReason.CLOCK),
        ((-1, 1), False, 1, LinkReason.TLS),
    ],
)
def test_only_the_pinned_authority_is_believed(
    platform: StubPlatform,
    outbox: Outbox,
    tmp_path: Path,
    days: tuple[int, int],
    known: bool,
    told_days_ago: int,
    reason: LinkReason | None,
) -> None:
    """A good certificate should do; an expired or foreign one and a wrong clock be named, whatever the system trusts."""
    authority = certificate((-10, 10), None)
    leaf, key = certificate(days, authority)
    chain = tmp_path / "leaf.pem"
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(leaf.public_bytes(Encoding.PEM) + pkcs8)
    pinned = tmp_path / "ca.pem"
    pinned.write_bytes((authority if known else certificate((-10, 10), None))[0].public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    platform.socket = context.wrap_socket(platform.socket, server_side=True)
    platform.handle_error = lambda *_args: None  # type: ignore[method-assign]  # refused handshakes are what we want
    put(outbox)
    url = platform.url.replace("http:", "https:")
    told = dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=told_days_ago)
    with agent_for(outbox, url, ca_file=pinned, told_time=lambda: told) as agent:
        agent.step()
    state = outbox.agent_state()
    assert state.reason.partition(":")[0] == (reason.value if reason else "")
    assert state.waiting == (1 if reason else 0)


def test_a_cut_under_tls_is_a_cut(platform: StubPlatform, outbox: Outbox, tmp_path: Path) -> None:
    """A line that breaks off in the middle of an upload should not be taken for a platform that TLS refuses."""
    authority = certificate((-10, 10), None)
    leaf, key = certificate((-1, 1), authority)
    chain, pinned = tmp_path / "leaf.pem", tmp_path / "ca.pem"
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(leaf.public_bytes(Encoding.PEM) + pkcs8)
    pinned.write_bytes(authority[0].public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    platform.socket = context.wrap_socket(platform.socket, server_side=True)
    platform.handle_error = lambda *_args: None  # type: ignore[method-assign]  # what it wanted to say to a dead line
    kept = put(outbox, BIG)
    platform.tricks = [lambda _handler: False, cut_mid_upload, lambda _handler: False, cut_mid_upload]
    reasons = []
    with agent_for(outbox, platform.url.replace("http:", "https:"), ca_file=pinned) as agent:
        for _ in range(2):
            agent._not_before = 0.0
            agent.step()
            reasons.append(outbox.agent_state().reason.partition(":")[0])
        step_until_received(agent, outbox)
    assert reasons == [LinkReason.NO_ANSWER.value] * 2
    assert platform.accepts == [kept.id]


def test_no_authority_no_line(tmp_path: Path) -> None:
    """HTTPS without the pinned authority should be refused before anything is sent."""
    for url, ca_file, code in (
        ("https://city.example", None, "sync.no_ca"),
        ("https://city.example", tmp_path / "none.pem", "sync.no_ca"),
        ("ftp://city.example", None, "sync.bad_url"),
    ):
        with pytest.raises(QueueError) as caught:
            HttpTransport(url, ca_file=ca_file)
        assert caught.value.code == code


# --- kills ----

AGENT = """
import sys, threading
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from offline_queue import Outbox
from offline_queue.breaker import Waits
from offline_queue.sync import Pace, SyncAgent
from offline_queue.transport import HttpTransport
directory, url, platform_key = sys.argv[1:]
outbox = Outbox.open(Path(directory))
agent = SyncAgent(outbox, HttpTransport(url, ca_file=None), sign=Ed25519PrivateKey.from_private_bytes(b"d" * 32).sign,
                  platform_public_key=bytes.fromhex(platform_key), pace=Pace(waits=Waits(base_s=0.01, cap_s=0.05)))
print("up", flush=True)
agent.run(threading.Event())
"""


def start_agent(directory: Path, url: str) -> subprocess.Popen[bytes]:
    key = PLATFORM.public_key().public_bytes_raw().hex()
    command = [sys.executable, "-c", AGENT, str(directory), url, key]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def test_an_agent_killed_at_any_point_neither_loses_nor_doubles(
    platform: StubPlatform, outbox: Outbox, tmp_path: Path
) -> None:
    """kill -9 of the agent after the n-th request, again and again, should end in one case per put and an empty outbox."""
    kept = [put(outbox, Attachment("scan", "application/pdf", os.urandom(200_000))) for _ in range(12)]
    running: list[subprocess.Popen[bytes]] = []
    kills = 0

    def kill(_handler: tricks.Handler) -> bool:
        running[-1].send_signal(signal.SIGKILL)
        return False  # the request itself goes on: accepted by the platform, the answer lost

    while outbox.agent_state().waiting and kills < 15:
        platform.tricks = [lambda _handler: False] * (kills % 4) + [kill]
        process = start_agent(tmp_path / "outbox", platform.url)
        running.append(process)
        end = time.monotonic() + 60
        while process.poll() is None and outbox.agent_state().waiting:
            assert time.monotonic() < end
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        process.kill()
        process.communicate()
        kills += 1
    with agent_for(outbox, platform.url) as agent:
        platform.tricks = []
        step_until_received(agent, outbox)
    assert kills >= 4
    assert sorted(platform.accepts) == sorted(one.id for one in kept)
    assert outbox.counts().received == 12
    assert outbox.faults() == ()
    assert list((tmp_path / "outbox" / "parts").iterdir()) == []


def test_a_second_agent_process_is_refused(platform: StubPlatform, outbox: Outbox, tmp_path: Path) -> None:
    """While one process sends, another should not even start, and a killed one should leave nothing in the way."""
    process = start_agent(tmp_path / "outbox", platform.url)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        with pytest.raises(QueueError) as caught, agent_for(outbox, platform.url):
            pass
        assert caught.value.code == "sync.already_running"
    finally:
        process.kill()
        process.communicate()
    put(outbox)
    with agent_for(outbox, platform.url) as agent:
        step_until_received(agent, outbox)
