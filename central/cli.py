"""The `kiosk-central` command.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 the state directory does not fit, 4 the port is taken.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path

from central.enrolment import MAX_HOURS, new_code
from central.files import write_durably
from central.keys import STAFF_USER, StateError, init, load, umask_private
from central.settings import Settings
from central.sockets import PortTakenError, exclusive, listen
from offline_queue.errors import QueueError
from offline_queue.export_format import ENVELOPES

_STATE_WORDS = {
    "already_initialised": "this directory holds a platform already; nothing was changed",
    "not_initialised": "no platform here; run `kiosk-central init` first",
    "in_use": "another process serves this directory",
    "keys_readable_by_others": "private keys must be readable by their owner alone (chmod 600)",
    "keys_damaged": "the keys cannot be read; restore them from backup",
    "record_url": "the record is postgresql://… or sqlite:///…, not",
    "record_in_use": "another platform keeps its record there",
    "record_unavailable": "the record cannot be opened",
    "record_older": "the record is not of this version; start `kiosk-central serve` once, which brings it up. It lacks",
    "record_not_durable": "this database loses what it has confirmed",
    "record_not_utf8": "the database has to be made with ENCODING 'UTF8', and is",
}


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = _parser().parse_args(argv)
    umask_private()
    try:
        return int(arguments.run(arguments))
    except StateError as error:
        return _fail(3, _words(error))
    except PortTakenError as error:
        return _fail(4, f"cannot listen on {error}")
    except OSError as error:
        return _fail(1, str(error))


def _words(error: StateError) -> str:
    return f"{_STATE_WORDS.get(error.code, error.code)}: {error.detail}"


def _fail(code: int, words: str) -> int:
    print(f"kiosk-central: {words}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk-central", description="The reference central platform of Civic Kiosk.")
    parser.add_argument("--version", action="version", version=importlib.metadata.version("civic-kiosk"))
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words)
        sub.add_argument("--state", type=Path, required=True, metavar="DIR", help="the platform's state directory")
        return sub

    make = command("init", "make keys, certificates and the staff password")
    make.add_argument("--staff-password-file", type=Path, metavar="FILE", help="take the password from this file")
    make.add_argument("--database", default="", metavar="URL", help="keep the record here (postgresql://…)")
    make.set_defaults(run=_init)
    run = command("serve", "serve terminals and the staff desk over HTTPS")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    run.add_argument("--port", type=int, default=8443, help="0 takes any free port (default: 8443)")
    run.add_argument("--catalogue", type=Path, metavar="DIR", help="service items (YAML files) to publish")
    run.add_argument("--public-url", metavar="URL", help="address printed on certificates (default: https://localhost:PORT)")
    run.add_argument("--handover-url", metavar="URL", default="", help="address for papers from phones (default: the same)")
    run.set_defaults(run=_serve)
    code = command("enrol-code", "make a one-time code with which a terminal enrols")
    code.add_argument("--kiosk", required=True, metavar="NUMBER", help="the terminal's number, such as 0001")
    code.add_argument("--hours", type=float, default=MAX_HOURS, help=f"how long the code holds, at most {MAX_HOURS}")
    code.set_defaults(run=_enrol_code)
    listing = command("cases", "list the cases, without the applicants")
    listing.add_argument("--json", action="store_true", help="for programs, with every attachment's SHA-256")
    listing.set_defaults(run=_cases)
    terminals = command("terminals", "list the terminals and who guards their keys")
    terminals.add_argument("--json", action="store_true", help="for programs")
    terminals.set_defaults(run=_terminals)
    missing = command("gaps", "list the numbers of terminals that never came, while later ones did")
    missing.add_argument("--json", action="store_true", help="for programs")
    missing.set_defaults(run=_gaps)
    shown = command("evidence", "show that a case still is what its terminal signed, attachments included")
    shown.add_argument("code", help="the code on the receipt")
    shown.add_argument("--json", action="store_true", help="for programs")
    shown.set_defaults(run=_evidence)
    outbox = commands.add_parser("outbox", help="what terminals' outboxes hold")
    ways = outbox.add_subparsers(required=True, metavar="command")
    take = ways.add_parser("import", help="take in an export that came by hand; stop the server meanwhile")
    take.add_argument("--state", type=Path, required=True, metavar="DIR", help="the platform's state directory")
    take.add_argument("export", type=Path, metavar="DIR", help="the folder that `kiosk outbox export` made")
    take.add_argument("--json", action="store_true", help="for programs, one line for each submission")
    take.set_defaults(run=_import)
    check = command("verify", "say whether a certificate is this platform's, and unchanged")
    check.add_argument("file", type=Path, help="the PDF")
    check.add_argument("--json", action="store_true", help="for programs")
    check.set_defaults(run=_verify)
    return parser


def _init(arguments: argparse.Namespace) -> int:
    given = arguments.staff_password_file
    password = given.read_text(encoding="utf-8").strip() if given else None
    if password is not None and len(password) < 8:
        return _fail(2, "the staff password needs at least 8 characters")
    settings = Settings(arguments.state)
    from central.db import Database

    if arguments.database and not settings.keys_dir.is_dir():
        # First of all: a database that cannot be had leaves no keys behind.
        Database(arguments.database).close()
    made = init(settings, staff_password=password)
    if arguments.database:
        write_durably(settings.record_file, arguments.database.encode())
    else:
        Database(settings.record).close()
    print(f"platform initialised in {arguments.state}")
    print(f"certificate authority for terminals: {settings.ca_file}")
    if password is None:
        print(f"staff user: {STAFF_USER}")
        print(f"staff password (shown once): {made}")
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    if arguments.catalogue is not None and not arguments.catalogue.is_dir():
        return _fail(2, f"no such directory: {arguments.catalogue}")
    with exclusive(Settings(arguments.state)), listen(arguments.host, arguments.port) as sock:
        # The web framework and the typesetter are heavy: only who serves waits for them.
        from central.server import serve

        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
        port = sock.getsockname()[1]
        url = arguments.public_url or f"https://localhost:{port}"
        settings = Settings(
            arguments.state, public_url=url, handover_url=arguments.handover_url, catalogue_dir=arguments.catalogue
        )
        serve(settings, sock, lambda: print(f"listening on https://localhost:{port}", flush=True))
    return 0


def _enrol_code(arguments: argparse.Namespace) -> int:
    settings = Settings(arguments.state)
    load(settings)
    try:
        code = new_code(settings, arguments.kiosk, arguments.hours)
    except ValueError:
        return _fail(2, f"--kiosk is four characters (0-9, A-Z without I L O U); --hours is above 0 and at most {MAX_HOURS}")
    print(f"for terminal {arguments.kiosk}, single use, holds {arguments.hours:g} h:", file=sys.stderr)
    print(code)
    return 0


def _cases(arguments: argparse.Namespace) -> int:
    from central.report import case_list

    settings = Settings(arguments.state)
    load(settings)
    found = case_list(settings)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    for case in found:
        files = len(case["attachments"])
        print(f"{case['code']}  {case['received_at']}  {case['state']:<20}  {case['item']}  {files} files")
    print(f"{len(found)} cases")
    return 0


def _terminals(arguments: argparse.Namespace) -> int:
    from central.report import terminal_list

    settings = Settings(arguments.state)
    load(settings)
    found = terminal_list(settings)
    if arguments.json:
        print(json.dumps(found))
        return 0
    for line in found:
        print(f"{line['kiosk']}  {line['enrolled_at']}  {line['algorithm']:<10}  custody {line['custody']}")
    print(f"{len(found)} terminals")
    return 0


def _gaps(arguments: argparse.Namespace) -> int:
    from central.report import gap_list

    settings = Settings(arguments.state)
    load(settings)
    found = gap_list(settings)
    if arguments.json:
        print(json.dumps(found))
        return 0
    for gap in found:
        numbers = str(gap["first"]) if gap["first"] == gap["last"] else f"{gap['first']}-{gap['last']}"
        print(f"terminal {gap['kiosk']}  missing {numbers}  noticed {gap['noticed_at']}")
    print(f"{len(found)} gaps")
    return 0


def _evidence(arguments: argparse.Namespace) -> int:
    """Show it; 1 if there is no such case, or something is not as it was signed."""
    from central.evidence import evidence

    found = evidence(Settings(arguments.state), arguments.code)
    if arguments.json:
        print(json.dumps([one.fields() for one in found]))
    for one in found if not arguments.json else ():
        print(f"{one.submission_id}  terminal {one.kiosk}  number {one.seq}  received {one.received_at}")
        print(f"  signed by the terminal: {'yes' if one.signed else 'NO'}; form opens: {'yes' if one.opens else 'NO'}")
        for part, state in one.attachments.items():
            print(f"  {part}: {state}")
    return 0 if found and all(one.holds for one in found) else 1


def _import(arguments: argparse.Namespace) -> int:
    """Take in an export; 1 if the platform does not hold all of it afterwards."""
    settings = Settings(arguments.state)
    with exclusive(settings):
        from central.app import build
        from central.imports import import_export

        total = sum(1 for _ in (arguments.export / ENVELOPES).glob("*"))
        desks, bad, count = build(settings), 0, 0
        try:
            for count, one in enumerate(import_export(desks.outbox, arguments.export), start=1):
                bad += not one.good
                if arguments.json:
                    print(json.dumps(asdict(one)))
                elif not one.good:
                    print(f"{one.code}  {one.outcome} {one.detail}".rstrip())
                if sys.stderr.isatty():
                    print(f"\rimporting {count} of {total}", end="", file=sys.stderr, flush=True)
        except QueueError as error:
            return _fail(1, f"the export cannot be read: {error}")
        finally:
            desks.db.close()
    if not arguments.json:
        print(f"{count} submissions: {count - bad} are here, {bad} refused")
    return 1 if bad else 0


def _verify(arguments: argparse.Namespace) -> int:
    from central.report import certificate_check

    found = certificate_check(Settings(arguments.state), arguments.file)
    good = found["intact"] and found["trusted"] and found["whole_file"]
    if arguments.json:
        words = json.dumps(found, ensure_ascii=False)
    elif good:
        words = "genuine and unchanged"
    elif not found["signer"]:
        words = "NOT genuine: it does not bear exactly one signature that can be read"
    elif not found["intact"]:
        words = "NOT genuine: changed after it was signed"
    elif not found["trusted"]:
        words = f"NOT genuine: signed by somebody else, who calls themselves {found['signer']!r}"
    else:
        words = "NOT genuine: something was added after this platform signed it"
    print(words)
    return 0 if good else 1
