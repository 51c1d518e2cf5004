"""`kiosk outbox`, through the command itself: what it prints, what it changes, what it writes down, how it ends."""

from __future__ import annotations

import io
import json
import os
import pwd
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import cli
from kiosk.fleet import enrolment, outbox, removable
from kiosk.fleet.enrolment import Enrolment, PlatformKey
from kiosk.fleet.progress import Bar
from kiosk.identity.case_code import group, mint
from offline_queue import Attachment, Outbox, Put, Recipient, Sealing, salvage
from offline_queue.export_format import read_export
from offline_queue.keys import SoftwareDeviceKey

CONFIG = """
state_dir = "state"
[terminal]
number = "0001"
name = {zh = "市民之窗", en = "Window"}
site = {zh = "样例", en = "Sample"}
phone = "0371-12345"
[city]
url = "https://central.example.invalid/"
ca_file = "ca.pem"
"""
PLATFORM = Ed25519PrivateKey.from_private_bytes(b"P" * 32).public_key().public_bytes_raw()
SEAL = X25519PrivateKey.from_private_bytes(b"p" * 32).public_key().public_bytes_raw()
PAPER = Attachment("address_proof", "image/jpeg", b"\xff\xd8" + b"x" * 70_000)
SECRETS = ("测试甲", "990000199001010017", "13800000001")
WHO = outbox.who()


class Machine:
    """An enrolled terminal's state on a disk, and the command run against it."""

    def __init__(self, base: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.base = base
        self.state = base / "state"
        self._capsys = capsys
        (base / "kiosk.toml").write_text(CONFIG, encoding="utf-8")
        key = SoftwareDeviceKey.create(self.state / "device.key")
        enrolment.save(
            self.state,
            Enrolment(
                kiosk="0001",
                device_public_key=key.public.raw.hex(),
                next_seq=1,
                platform_seal_keys=(PlatformKey(key_id="seal-1", public_key=SEAL.hex()),),
                platform_sign_key=PlatformKey(key_id="sign-1", public_key=PLATFORM.hex()),
            ),
        )
        sealing = Sealing("0001", (Recipient("seal-1", SEAL),), key.sign, lambda seq: mint("0001", seq))
        self.outbox = Outbox.open(self.state / "outbox", sealing=sealing)

    def put(self, *attachments: Attachment) -> Put:
        form = json.dumps(SECRETS, ensure_ascii=False).encode()
        return self.outbox.put(
            form, attachments, service="residence_permit_apply", submission_id=uuid.uuid4(), person_tag=b"t" * 32
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        code = cli.main(["outbox", "--config", str(self.base / "kiosk.toml"), *arguments])
        said = self._capsys.readouterr()
        assert not any(secret in said.out + said.err for secret in SECRETS)
        return code, said.out, said.err

    def audited(self) -> list[dict[str, Any]]:
        lines = (self.state / "audit.jsonl").read_text("utf-8").splitlines()
        return [{k: v for k, v in json.loads(line).items() if k not in {"at", "seq", "prev"}} for line in lines]


@pytest.fixture
def machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Machine]:
    made = Machine(tmp_path, capsys)
    yield made
    made.outbox.close()


def park(machine: Machine, reason: str) -> None:
    item = machine.outbox.next_waiting()
    assert item is not None
    machine.outbox.park(item, reason)


# --- looking ----


def test_the_list_names_rows_and_no_words_of_the_platform(machine: Machine) -> None:
    """Waiting and parked, oldest first; of a refusal its code alone, since the platform's words are not ours."""
    first, second = machine.put(PAPER), machine.put()
    park(machine, "form_invalid: applicant 测试甲")
    code, text, _ = machine.run("list")
    assert code == cli.OK
    lines = text.splitlines()
    assert len(lines) == 3
    assert group(first.code) in lines[1]
    assert lines[1].split()[-1] == "form_invalid"
    assert "waiting" in lines[2]
    code, text, _ = machine.run("list", "--json", "--state", "parked")
    (row,) = json.loads(text)
    assert (row["code"], row["state"], row["reason"]) == (first.code, "parked", "form_invalid")
    assert set(row) == {"seq", "code", "service", "state", "submitted_at", "attempts", "reason"}
    assert [each["code"] for each in json.loads(machine.run("list", "--json")[1])] == [first.code, second.code]
    assert machine.audited() == [{"event": "outbox.shown", "disposition": "success", "by": WHO}] * 3


def test_one_row_is_found_by_its_number_and_by_its_code_as_people_write_it(machine: Machine) -> None:
    """All that the machine knows: never the tag that finds it, never the person."""
    put = machine.put(PAPER)
    by_number = json.loads(machine.run("show", str(put.seq), "--json")[1])
    by_code = json.loads(machine.run("show", group(put.code).lower(), "--json")[1])
    assert by_number == by_code
    assert (by_code["id"], by_code["sha256"], by_code["parts"]) == (put.id, put.sha256, 1)
    assert (b"t" * 32).hex() not in json.dumps(by_code)
    code, text, _ = machine.run("show", put.code)
    assert code == cli.OK
    assert put.sha256 in text


@pytest.mark.parametrize("wanted", ["7", "KF0001000070", "no code", "-", "９", "9" * 30])
def test_a_row_that_is_not_there_is_said(machine: Machine, wanted: str) -> None:
    """Unknown, mistyped, absurd: one line on the error stream, and the code of a failure."""
    machine.put()
    for action in (["show", "--", wanted], ["retry", "--", wanted]):
        code, text, error = machine.run(*action)
        assert (code, text) == (cli.FAILED, "")
        assert error.startswith("kiosk outbox: no row ")


def test_figures_are_for_people_and_for_programs(machine: Machine) -> None:
    """Counts, reasons and room; a program finds `waiting` at the top. Figures name nobody and are not written down."""
    machine.put(PAPER)
    machine.put()
    park(machine, "form_invalid: words")
    figures = json.loads(machine.run("stats", "--json")[1])
    assert (figures["waiting"], figures["parked"], figures["received"]) == (1, 1, 0)
    assert figures["reasons"] == [["form_invalid", 1]]
    code, text, _ = machine.run("stats")
    assert code == cli.OK
    assert "waiting 1, received 0, parked 1" in text
    assert "parked for form_invalid: 1" in text
    assert not (machine.state / "audit.jsonl").exists()


# --- moving ----


def test_a_row_is_parked_and_waits_again(machine: Machine) -> None:
    """Both moves are written down with who did them; a move that is none fails and is written down as that."""
    put = machine.put()
    assert machine.run("park", put.code, "--reason", "asked_by_department")[0] == cli.OK
    row = machine.outbox.row_at(put.seq)
    assert row is not None
    assert (row.state, row.last_reason) == ("parked", "staff.asked_by_department")
    code, text, error = machine.run("park", put.code, "--reason", "asked_by_department")
    assert (code, text) == (cli.FAILED, "")
    assert "does not wait: it is parked" in error
    assert machine.run("retry", str(put.seq), "--json")[0] == cli.OK
    code, text, _ = machine.run("retry", str(put.seq), "--json")
    assert (code, json.loads(text)["changed"]) == (cli.FAILED, False)
    events = [(entry["event"], entry["disposition"], entry["by"]) for entry in machine.audited()]
    assert events == [
        ("outbox.parked", "success", WHO),
        ("outbox.parked", "failure", WHO),
        ("outbox.retried", "success", WHO),
        ("outbox.retried", "failure", WHO),
    ]


@pytest.mark.parametrize("reason", ["", "Zhang wants it back", "测试甲", "x" * 41, "a:b"])
def test_a_reason_is_a_code(machine: Machine, reason: str) -> None:
    """What is typed here stands in the audit log, so no sentence about a person gets in."""
    put = machine.put()
    with pytest.raises(SystemExit) as left:
        machine.run("park", put.code, f"--reason={reason}")
    assert left.value.code == cli.MISUSED
    assert not (machine.state / "audit.jsonl").exists()


@pytest.mark.parametrize("arguments", [[], ["list", "--state", "lost"], ["export"], ["park", "1"], ["burn", "1"]])
def test_misuse_is_said(machine: Machine, arguments: list[str]) -> None:
    """No action, an unknown one, or one without what it needs."""
    with pytest.raises(SystemExit) as left:
        machine.run(*arguments)
    assert left.value.code == cli.MISUSED


def test_without_an_audit_log_nothing_is_shown(machine: Machine) -> None:
    """A look that cannot be written down is not given."""
    machine.put()
    (machine.state / "audit.jsonl").write_text("not a line of ours\n", encoding="ascii")
    code, text, error = machine.run("list")
    assert (code, text) == (cli.FAILED, "")
    assert "audit.garbled_line" in error


# --- carrying away ----


def test_an_export_is_sealed_as_it_lies(machine: Machine, tmp_path: Path) -> None:
    """What is carried away reads back whole, holds no plain word, and stays here too."""
    put = machine.put(PAPER)
    stick = tmp_path / "stick"
    stick.mkdir()
    code, text, _ = machine.run("export", "--to", str(stick), "--json")
    made = json.loads(text)
    assert (code, made["items"], made["left_out"]) == (cli.OK, 1, [])
    (read,) = read_export(Path(made["directory"]))
    assert (read.item.code, read.fault) == (put.code, "")
    assert machine.outbox.counts().waiting == 1
    written = b"".join(path.read_bytes() for path in stick.rglob("*") if path.is_file())
    assert not any(secret.encode() in written for secret in SECRETS)
    (entry,) = machine.audited()
    assert (entry["event"], entry["items"], entry["export"]) == ("outbox.exported", 1, Path(made["directory"]).name)


def test_what_cannot_be_carried_is_named_and_the_rest_goes(machine: Machine, tmp_path: Path) -> None:
    """A lost part leaves its row out; the export holds the others, and the command fails visibly."""
    machine.put(PAPER)
    machine.put()
    next((machine.state / "outbox" / "parts").iterdir()).unlink()
    code, text, error = machine.run("export", "--to", str(tmp_path))
    assert code == cli.FAILED
    assert text.startswith("1 submissions")
    assert "row 1: queue.part_damaged" in error
    assert machine.audited()[0]["disposition"] == "failure"


def test_an_export_to_nowhere_makes_nothing(machine: Machine, tmp_path: Path) -> None:
    """A stick that is not mounted must not become a folder of this disk; an empty outbox is no export."""
    missing = tmp_path / "not_mounted"
    code, _, error = machine.run("export", "--to", str(missing))
    assert (code, missing.exists()) == (cli.FAILED, False)
    assert "is not there" in error
    code, _, error = machine.run("export", "--to", str(tmp_path))
    assert code == cli.FAILED
    assert "export.nothing" in error


def test_a_stick_is_chosen_only_when_there_is_one(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None or two: the person names it. One: it is taken."""
    machine.put()
    stick = tmp_path / "stick"
    stick.mkdir()
    for mounted in ((), (stick, tmp_path)):
        monkeypatch.setattr(removable, "usb_mounts", lambda mounted=mounted: mounted)
        code, _, error = machine.run("export", "--usb")
        assert code == cli.MISUSED
        assert f"{len(mounted)} USB file systems" in error
    monkeypatch.setattr(removable, "usb_mounts", lambda: (stick,))
    assert machine.run("export", "--usb")[0] == cli.OK
    assert len(list(stick.iterdir())) == 1


def test_a_whole_outbox_verifies_and_a_damaged_one_fails(machine: Machine) -> None:
    """The count of rows and faults, each fault with its row; both written down."""
    machine.put(PAPER)
    machine.put()
    assert machine.run("verify") == (cli.OK, "2 rows, 0 faults\n", "")
    database = sqlite3.connect(machine.state / "outbox" / "outbox.db")
    database.execute("UPDATE outbox SET service = 'other' WHERE seq = 2")
    database.commit()
    database.close()
    code, text, error = machine.run("verify")
    assert (code, text) == (cli.FAILED, "2 rows, 1 faults\n")
    assert "row 2: queue.row_differs" in error
    (fault,) = json.loads(machine.run("verify", "--json")[1])["faults"]
    assert (fault["code"], fault["seq"]) == ("queue.row_differs", 2)
    assert [(e["disposition"], e["rows"], e["faults"]) for e in machine.audited()] == [
        ("success", 2, 0), ("failure", 2, 1), ("failure", 2, 1),
    ]  # fmt: skip


def test_a_terminal_that_is_not_enrolled_cannot_verify(machine: Machine) -> None:
    """There is no key to verify by: said with its code."""
    enrolment.path(machine.state).unlink()
    code, _, error = machine.run("verify")
    assert code == cli.FAILED
    assert "enrolment.missing" in error


# --- who, and how far ----


def test_who_works_here_is_known_through_sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login counts, not the user that the command runs as; without one the user; without a name its number."""
    login = tmp_path / "loginuid"
    monkeypatch.setattr(outbox, "_LOGIN", login)
    mine = pwd.getpwuid(os.getuid()).pw_name
    assert outbox.who() == mine
    login.write_text("4294967295", encoding="ascii")
    assert outbox.who() == mine
    login.write_text("4000000001", encoding="ascii")
    assert outbox.who() == "4000000001"


class _Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_for_people_and_for_nobody_else() -> None:
    """Drawn at once, then at most ten times a second, always at the end; a pipe or a log sees nothing."""
    shown, piped, now = _Tty(), io.StringIO(), iter([0.0, 0.05, 0.2, 0.21])
    with Bar("export", shown, lambda: next(now)) as bar:
        for done in (0, 10_000_000, 25_000_000, 50_000_000):
            bar(done, 50_000_000)
    drawn = shown.getvalue().split("\r")[1:]
    assert [line.split("]")[1].split()[0] for line in drawn] == ["0%", "50%", "100%"]
    assert drawn[1].count("#") == 15
    assert shown.getvalue().endswith("50.0 of 50.0 MB\n")
    with Bar("export", piped) as silent:
        silent(0, 0)
    assert piped.getvalue() == ""


def test_a_rescued_store_is_accepted_once(machine: Machine) -> None:
    """Whoever looked at what was saved should be written down, and the terminal be open again."""
    machine.put()
    assert machine.run("accept")[0] == cli.FAILED
    salvage.tell(machine.state / "outbox", "page 7", rows=1)
    code, text, _ = machine.run("accept")
    assert (code, "page 7: 1 rows saved" in text) == (cli.OK, True)
    assert machine.audited()[-1]["event"] == "outbox.accepted"
    assert salvage.notice(machine.state / "outbox") is None
    assert machine.run("accept")[0] == cli.FAILED
