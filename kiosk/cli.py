"""The `kiosk` command.

Knows: the sub-commands and their arguments. Does not know: how any of them works; each imports what it needs itself, so
that the sync agent never loads Qt and `--help` is quick.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import socket

    from kiosk.glance import Glance

DEFAULT_CONFIG = Path("/etc/civic-kiosk/kiosk.toml")
OK, FAILED, MISUSED = 0, 1, 2
ENDING_S = 10.0
"""How long a screen that is ending may hold its lock."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command and return its exit code: 0 done, 1 failed, 2 misused."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["rig"]:
        from devices import rig

        return int(rig.main(arguments[1:]))
    if arguments[:1] == ["demo"]:
        from kiosk.demo.main import main as demo

        return demo(arguments[1:])
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("pikepdf").setLevel(logging.WARNING)  # it tells of its own import
    try:
        code: int = options.run(options)
    except _known_failures() as error:
        print(f"kiosk {options.command}: {error}", file=sys.stderr)
        return FAILED
    return code


class _Version(argparse.Action):
    """Asks for the version when somebody wants it: the packages' metadata take longer than all else here."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import importlib.metadata

        print(importlib.metadata.version("civic-kiosk"))
        parser.exit()


def _known_failures() -> tuple[type[Exception], ...]:
    from kiosk.faults import FAULTS

    return tuple(FAULTS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk", description="The 24-hour Citizen's Window terminal.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, summary: str, run: object, *, config: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        if config:
            sub.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
        sub.set_defaults(run=run)
        return sub

    run = command("run", "serve citizens: the terminal's screen", _run)
    run.add_argument("--robot", choices=("apply", "certificate", "both"), help="let a scripted citizen use it")
    run.add_argument("--control", help="address of the rig's control port, for the scripted citizen")
    run.add_argument("--shots", type=Path, help="folder for a screenshot of every screen passed")
    command("sync", "send what waits in the outbox to the city; one at a time", _sync)
    enrol = command("enrol", "tie this terminal to its city with a one-time code", _enrol)
    enrol.add_argument("--code", type=_code, required=True, help="one-time code from the city")
    _outbox_actions(command("outbox", "what waits here for the city: look, move, carry away", _outbox))
    command("check-config", "read the configuration and say what is wrong with it", _check_config)
    doctor = command("doctor", "look at every device, handwriting and sticks; the terminal must not be running", _doctor)
    doctor.add_argument("--json", action="store_true", help="for programs")
    devices = command("devices", "devices, one by one", _devices)
    tried = devices.add_subparsers(dest="action", required=True, metavar="ACTION").add_parser(
        "test", help="try one device by hand, step by step; the terminal must not be running"
    )
    tried.add_argument("kind", help="kind of device, as the configuration names it")
    tried.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    _staff_actions(command("staff", "staff cards: a PIN for the configuration, a card unlocked", _staff))
    dock = command("dock", "a window that drives the emulators", _dock, config=False)
    dock.add_argument("--control", type=_address, required=True, help="address of the rig's control port")
    documents = command("documents", "how well pages are found in photographs", _documents, config=False)
    score = documents.add_subparsers(dest="what", required=True).add_parser("score", help="score a folder with a quads.json")
    score.add_argument("folder", type=Path, help="folder of photographs and their quads.json")
    score.add_argument("--max-side", type=_px, default=0, help="reduce to this long side in px (default: as stored)")
    score.add_argument("--thorough", action="store_true", help="search as for a still, not as for the preview")
    score.add_argument("--corner-network", type=Path, help="let this network vote on the corners (default: none votes)")
    score.add_argument("--each", action="store_true", help="a line for every picture too")
    _voice_actions(command("voice", "the terminal's voice: what to record, and what was recorded", _voice, config=False))
    words = command("words", "the catalogue of a further language, begun in English", _words, config=False)
    words.add_argument("language", type=_language, help="such as ko or mn_CN; its file is <language>.toml")
    commands.add_parser("demo", help="the whole system on this machine, against emulated devices", add_help=False)
    commands.add_parser("rig", help="start the emulated devices and their daemons", add_help=False)
    return parser


def _outbox_actions(outbox: argparse.ArgumentParser) -> None:
    actions = outbox.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, summary: str) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=summary, description=summary)
        sub.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        sub.add_argument("--json", action="store_true", help="for programs")
        return sub

    listed = action("list", "rows without the platform's words; what the city has not received unless a state is named")
    listed.add_argument("--state", choices=("held", "waiting", "parked", "received"), default="held")
    one = "row number, or case code as it stands on the receipt"
    action("show", "all that this machine knows of one submission").add_argument("row", help=one)
    action("retry", "let a parked submission wait again").add_argument("row", help=one)
    park = action("park", "set a waiting submission aside; nothing is dropped")
    park.add_argument("row", help=one)
    park.add_argument("--reason", type=_reason, required=True, help="a short code, such as asked_by_department")
    export = action("export", "carry what is held away, sealed as it lies; it stays here too")
    place = export.add_mutually_exclusive_group(required=True)
    place.add_argument("--to", type=Path, metavar="FOLDER", help="a folder that is there")
    place.add_argument("--usb", action="store_true", help="the one USB file system that is mounted")
    action("verify", "look over every page, signature, part and receipt")
    action("accept", "a damaged store was rescued and you have looked at it: the terminal may take papers in again")
    action("stats", "figures")


def _staff_actions(staff: argparse.ArgumentParser) -> None:
    actions = staff.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("pin", help="ask for a PIN twice and print what the configuration keeps of it")
    unlock = actions.add_parser("unlock", help="forget a card's wrong PINs")
    unlock.add_argument("staff_id", help="number on the card")
    unlock.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def _voice_actions(voice: argparse.ArgumentParser) -> None:
    actions = voice.add_subparsers(dest="action", required=True, metavar="ACTION")
    sheet = actions.add_parser("sheet", help="print the reading list: ids, Chinese and English words, file names to record")
    sheet.add_argument("--format", choices=("csv", "markdown"), default="csv", help="csv for a spreadsheet (default)")
    test = actions.add_parser("test", help="say one sentence in each language, or why nothing can be heard")
    test.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    bind = actions.add_parser("bind", help="write the manifest of a folder of recordings, and say what is missing")
    bind.add_argument("folder", type=Path, help="folder of recordings, named as the reading list says")
    bind.add_argument("--language", choices=("zh_CN", "en"), default="zh_CN", help="whose words were read (default zh_CN)")
    bind.add_argument("--name", required=True, help="what the voice is called, such as 河南话")


def _language(text: str) -> str:
    if re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", text) is None:
        raise argparse.ArgumentTypeError("a language and, where it matters, a country: ko, mn_CN")
    return text


def _address(text: str) -> str:
    if re.fullmatch(r"http://[\w.:\[\]-]+:\d{1,5}/?", text) is None:
        raise argparse.ArgumentTypeError("http://host:port")
    return text


def _code(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9-]{8,64}", text) is None:
        raise argparse.ArgumentTypeError("8 to 64 letters, digits and hyphens, as the city printed it")
    return text


def _px(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("a number of pixels, 0 for as stored")
    return int(text)


def _reason(text: str) -> str:
    """A code and no sentence: whatever is typed here stands in the audit log, where no person may be named."""
    if re.fullmatch(r"[a-z][a-z0-9_]{1,39}", text) is None:
        raise argparse.ArgumentTypeError("small letters, digits and underscores, 2 to 40")
    return text


def _run(options: argparse.Namespace) -> int:
    from kiosk.succession import SOCKET

    if SOCKET not in os.environ:
        from kiosk import glance

        seen = glance.look(options.config) if options.robot is None else None
        lock = _screen_lock(options.config, seen)
        if lock is None:
            print("kiosk run: another one serves this state directory; end it first", file=sys.stderr)
            return FAILED
        if options.robot is None:
            return _succession(options.config, seen, [lock] if lock >= 0 else [])
    import ui.app
    from kiosk import config

    return ui.app.main(
        lambda: config.load(options.config),
        robot=options.robot,
        control=options.control,
        shots=options.shots,
    )


def _succession(path: Path, seen: Glance | None, keep: list[int]) -> int:
    """Run screens, the first of them behind the first window."""
    from kiosk.succession import Succession

    def first(link: socket.socket) -> int:
        import ui.first

        return ui.first.main(cast("Glance", seen), link)

    command = [sys.executable, "-m", "kiosk", "run", "--config", str(path)]
    return Succession(command, keep=keep, first=None if seen is None else first).run()


def _screen_lock(path: Path, seen: Glance | None) -> int | None:
    """Take the screen's lock and return its descriptor, None if another holds it.

    -1 where there is no place for a lock: what is wrong with it, the screen says itself.
    """
    from offline_queue import QueueError, locks

    state_dir = _state_dir(path) if seen is None else seen.state_dir
    if state_dir is None:
        return -1
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return locks.take(state_dir / "screen.lock", exclusive=True, deadline_s=ENDING_S)
    except QueueError:
        return None
    except OSError:
        return -1


def _state_dir(path: Path) -> Path | None:
    from kiosk import config

    try:
        return config.load(path).state_dir
    except config.ConfigError:
        return None


def _dock(options: argparse.Namespace) -> int:
    import ui.dock

    return ui.dock.main(options.control)


def _sync(options: argparse.Namespace) -> int:
    from kiosk import config
    from kiosk.fleet import sync

    return sync.run(config.load(options.config))


def _enrol(options: argparse.Namespace) -> int:
    from kiosk import config
    from kiosk.fleet import enrol

    loaded = config.load(options.config)
    record = enrol.enrol(loaded, options.code)
    print(f"enrolled as {record.kiosk}")
    return OK


def _check_config(options: argparse.Namespace) -> int:
    from kiosk import config, config_check

    loaded = config.load(options.config)
    for warning in config_check.check(loaded):
        print(f"{options.config}: warning: {warning}", file=sys.stderr)
    print(
        f"{options.config}: good. Terminal {loaded.terminal.number}, {len(loaded.devices)} devices."
        " Of addresses and devices the spelling alone was checked: `kiosk doctor` asks the devices, `kiosk enrol` the city."
    )
    return OK


def _doctor(options: argparse.Namespace) -> int:
    from kiosk import config, doctor
    from kiosk.documents import network_file
    from kiosk.fleet import removable
    from ui.handwriting import recogniser

    loaded = config.load(options.config)
    parts = [doctor.Part("handwriting", "zinnia", recogniser.probe)]
    if loaded.stick is None:
        parts.append(doctor.Part("stick", "udev", removable.probe))
    else:
        parts.append(doctor.Part("stick", loaded.stick.name, partial(removable.place_probe, loaded.stick)))
    network = loaded.documents.corner_network
    if network is not None:
        parts.append(doctor.Part("corner_network", network.name, partial(network_file.probe, network)))
    return doctor.run(loaded, as_json=options.json, parts=parts)


def _devices(options: argparse.Namespace) -> int:
    from kiosk import config, device_test
    from kiosk.session.states import Device

    if options.kind not in set(Device):
        print(f"kiosk devices: kinds are {', '.join(Device)}", file=sys.stderr)
        return MISUSED
    return device_test.run(config.load(options.config), Device(options.kind))


def _staff(options: argparse.Namespace) -> int:
    from kiosk.fleet import staff_command

    if options.action == "pin":
        return staff_command.pin()
    from kiosk import config

    return staff_command.unlock(config.load(options.config), options.staff_id)


def _documents(options: argparse.Namespace) -> int:
    from kiosk.documents import score
    from kiosk.documents.network_file import NetworkRefused

    how = {"max_side": options.max_side, "thorough": options.thorough, "each": options.each}
    try:
        for line in score.report(options.folder, **how, network=options.corner_network):
            print(line, flush=True)
    except (score.ScoreError, NetworkRefused) as error:
        print(f"kiosk documents: {error}", file=sys.stderr)
        return FAILED
    return OK


def _words(options: argparse.Namespace) -> int:
    from itertools import chain

    from kiosk.catalogue import divisions
    from kiosk.catalogue.loader import Catalogue
    from kiosk.words import begin, shipped

    if options.language in shipped().languages:
        print(f"kiosk words: there is a catalogue of {options.language}", file=sys.stderr)
        return FAILED
    texts = chain(Catalogue.load().texts(), divisions.current().texts(), divisions.national().texts())
    print(begin.catalogue(shipped(), ((text.zh, text.en) for text in texts)), end="")
    return OK


def _voice(options: argparse.Namespace) -> int:
    from kiosk.catalogue.loader import Catalogue
    from kiosk.speech import sheet
    from kiosk.words import Words

    if options.action == "test":
        return _voice_test(options.config)
    listed = sheet.rows(Words.load(), Catalogue.load())
    if options.action == "sheet":
        print(sheet.as_csv(listed) if options.format == "csv" else sheet.as_markdown(listed), end="")
        return OK
    if not options.folder.is_dir():
        print(f"kiosk voice: {options.folder} is no folder", file=sys.stderr)
        return FAILED
    bound = sheet.bind(options.folder, listed, language=options.language, name=options.name)
    for detail in bound.bad:
        print(f"not usable: {detail}")
    for file in bound.strange:
        print(f"not on the list: {file}")
    for file in bound.missing:
        print(f"missing: {file}")
    print(f"{bound.taken} recordings bound, {len(bound.missing)} missing: those sentences are spoken by espeak-ng.")
    return FAILED if bound.bad else OK


def _voice_test(path: Path) -> int:
    from kiosk import config
    from kiosk.speech.announcer import packs
    from kiosk.speech.player import Player, PlayerError
    from kiosk.speech.voices import VoiceError, Voices
    from kiosk.words import Words

    speech, words = config.load(path).speech, Words.load()
    voices = Voices(packs(speech.voice_packs, lambda trouble: print(f"voice pack: {trouble}")))
    player = Player(speech.output)
    for language in words.languages:
        sentence = (words.template(language, "screens.attract.title"),)
        try:
            player.play(voices.sound(sentence, language), player.turn)
        except (PlayerError, VoiceError) as error:
            print(f"speech not available: {error.code}")
            return FAILED
        print(f"{language}: {sentence[0]}")
    return OK


def _outbox(options: argparse.Namespace) -> int:
    from kiosk import config
    from kiosk.fleet.outbox import OutboxDesk

    desk = OutboxDesk(config.load(options.config), as_json=options.json)
    try:
        match options.action:
            case "list":
                return desk.list(options.state)
            case "show":
                return desk.show(options.row)
            case "retry":
                return desk.retry(options.row)
            case "park":
                return desk.park(options.row, options.reason)
            case "export":
                return desk.export(options.to)
            case "verify":
                return desk.verify()
            case "accept":
                return desk.accept()
            case _:
                return desk.stats()
    finally:
        desk.close()
