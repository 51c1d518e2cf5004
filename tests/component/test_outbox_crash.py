"""Putting while the process is killed and while the disk fills: what was promised is there, and nothing is there twice."""

from __future__ import annotations

import json
import os
import random
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_queue import Outbox
from offline_queue import envelope as env

SEAL = X25519PrivateKey.from_private_bytes(b"p" * 32)

COMMON = """
import hashlib, os, sys, uuid
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from offline_queue import Attachment, Limits, Outbox, Recipient, Sealing, StoreFull
from offline_queue import envelope as env
public = X25519PrivateKey.from_private_bytes(b"p" * 32).public_key().public_bytes_raw()
sealing = Sealing("0001", (Recipient("platform", public),), Ed25519PrivateKey.from_private_bytes(b"d" * 32).sign,
                  lambda seq: f"KF0001{seq:06d}")
"""

PUTTER = (
    COMMON
    + """
outbox = Outbox.open(Path(sys.argv[1]), sealing=sealing, limits=Limits(2**20, 2**16))
print("up", flush=True)
while True:
    name = uuid.uuid4()
    pages = [Attachment(f"p{n}", "image/png", bytes(name.bytes) * 4000) for n in range(name.int % 3)]
    print("put", name.hex, flush=True)
    kept = outbox.put(name.hex.encode(), pages, service="permit", submission_id=name)
    print("kept", name.hex, kept.seq, kept.sha256, flush=True)
"""
)


def run_and_kill(directory: Path, after_s: float) -> tuple[dict[str, tuple[int, str]], str]:
    """Return what was promised, and the id whose put was under way."""
    process = subprocess.Popen([sys.executable, "-c", PUTTER, str(directory)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    end = time.monotonic() + after_s
    while (left := end - time.monotonic()) > 0:
        select.select([], [], [], left)
    process.kill()
    lines = process.communicate()[0].splitlines()
    promised: dict[str, tuple[int, str]] = {}
    begun = ""
    for line in lines:
        match line.split():
            case ["put", name]:
                begun = name
            case ["kept", name, seq, digest]:
                promised[name] = (int(seq), digest)
    return promised, begun


def test_killed_while_putting(tmp_path: Path) -> None:
    """Over 20 kills at random points every promised submission should be there once, whole and open to the platform."""
    rng = random.Random(20261123)
    directory = tmp_path / "outbox"
    promised: dict[str, tuple[int, str]] = {}
    begun: set[str] = set()
    for _ in range(20):
        kept, last = run_and_kill(directory, rng.uniform(0.0, 0.12))
        promised |= kept
        begun.add(last)
    outbox = Outbox.open(directory)
    rows = {row.id: (row.seq, row.sha256) for row in outbox.rows(limit=10**6)}
    assert len(promised) > 20
    assert promised.items() <= rows.items()
    assert rows.keys() - promised.keys() <= begun
    assert outbox.faults() == ()
    named = set()
    previous = env.GENESIS
    for seq, blob in outbox._reader.query("SELECT seq, envelope FROM outbox ORDER BY seq"):
        envelope = env.parse(blob)
        header = envelope.header
        assert (header.seq, header.prev_hash) == (seq, previous)
        previous = envelope.sha256
        assert env.open_form(envelope, SEAL.private_bytes_raw()) == header.id.encode()
        for part in header.parts:
            path = outbox.part_path(header, part)
            assert path is not None
            named.add(path.name)
            plain = b"".join(env.open_part(envelope, part.id, [path.read_bytes()], SEAL.private_bytes_raw()))
            assert plain == bytes.fromhex(header.id) * 4000
    assert {entry.name for entry in (directory / "parts").iterdir()} == named
    outbox.close()


FILLER = (
    COMMON
    + """
import json
from offline_queue.rows import RowState
directory = Path("/mnt/full/outbox")
form, page = os.urandom(2000), Attachment("page", "image/png", os.urandom(30_000))
def put(outbox):
    return outbox.put(form, [page], service="permit", submission_id=uuid.uuid4())
def fill():
    with open("/mnt/full/filler", "ab", buffering=0) as file:
        try:
            while file.write(bytes(4096)) == 4096:
                pass
        except OSError:
            pass
    assert os.statvfs("/mnt/full").f_bavail == 0
told = {}
outbox = Outbox.open(directory, sealing=sealing, limits=Limits(2**20, 2**21))
kept = []
try:
    while True:
        kept.append(put(outbox))
except StoreFull as error:
    told["watermark"] = [error.code, error.detail]
outbox.close()
outbox = Outbox.open(directory, sealing=sealing, limits=Limits(2**20, 2**21), free=lambda _directory: 2**40)
try:
    while True:
        kept.append(put(outbox))
except StoreFull as error:
    told["full"] = error.code
files = len(list((directory / "parts").iterdir()))
told["counts"] = [len(kept), outbox.counts().waiting, files, len(outbox.faults())]
told["ballast"] = [(directory / "ballast").exists()]
if sys.argv[1] == "restarted":
    outbox.close()
    fill()
    outbox = Outbox.open(directory)
else:
    fill()
told["reopened"] = outbox.counts().waiting
while (item := outbox.next_waiting()) is not None:
    outbox.release(item, env.parse(item.blob).header, b"{}")
told["drained"] = [outbox.counts().waiting, outbox.counts().received, len(list((directory / "parts").iterdir()))]
told["ballast"].append((directory / "ballast").exists())
print(json.dumps(told))
"""
)


@pytest.mark.parametrize("agent", ["running", "restarted"])
def test_a_disk_that_is_full_to_the_last_byte_still_drains(tmp_path: Path, agent: str) -> None:
    """New work should be refused first; at 0 bytes free every submission held should still drain, and none be missing."""
    script = tmp_path / "fill.py"
    script.write_text(FILLER)
    command = f"mkdir -p /mnt/full && mount -t tmpfs -o size=24m tmpfs /mnt/full && exec {sys.executable} {script} {agent}"
    apart = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    done = subprocess.run([*apart, "sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["watermark"] == ["queue.full", "watermark"]
    assert told["full"] == "queue.full"
    kept, waiting, files, faults = told["counts"]
    assert kept == waiting == files > 100
    assert faults == 0
    assert told["reopened"] == kept
    assert told["ballast"][0] is True
    if agent == "restarted":
        assert told["ballast"][1] is False  # without it not even the log can be made
    assert told["drained"] == [0, kept, 0]
