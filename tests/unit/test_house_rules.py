"""The rules of the house that no linter knows, read off the tree itself."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from devices.document_camera import DocumentCameraStatus
from devices.supervisor import SupervisorState
from kiosk.audit import EVENTS
from kiosk.city.messages import CaseState
from kiosk.clock import ClockQuality
from kiosk.fleet.readiness import Mark
from kiosk.health import STATES
from kiosk.identity.acting import Relation
from kiosk.journeys.my_cases import Role
from kiosk.journeys.upkeep import REASONS, ExportState, ReportState, TrialState
from kiosk.session.states import Device, State
from kiosk.words import Audience, Words, ids_used

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("central", "devices", "kiosk", "offline_queue", "ui")
LOCKS = ("packaging/requirements.lock", "packaging/requirements-dev.lock")
NOT_OURS = frozenset({"build", "dist", "demo-output", "__pycache__", "civic_kiosk.egg-info"})
TEXT = frozenset(
    {".py", ".qml", ".js", ".toml", ".yaml", ".md", ".sh", ".cfg", ".service", ".rules", ".in", ".txt", ".lock", ".sql",
     ".typ", ".html", ".css", ".csv", ""}
)  # fmt: skip
THREAD_TOPS = frozenset(
    {"devices/supervisor.py", "kiosk/background.py", "kiosk/city/line.py", "kiosk/documents/worker.py", "kiosk/forked.py",
     "offline_queue/appending.py", "ui/app.py"}
)  # fmt: skip
"""Where `except Exception` may stand: at the top of a thread, process or event loop, or around another's work."""
WORDS = Words.load()


def files(*folders: str) -> Iterator[Path]:
    """Walk the repository's own files, never what a build or a tool left there."""
    for folder in folders or (".",):
        top = ROOT / folder
        for path in sorted(top.iterdir()) if top.is_dir() else [top]:
            hidden = path.name.startswith(".") and path.name not in {".ci", ".gitignore", ".pre-commit-config.yaml"}
            if hidden or path.name in NOT_OURS:
                continue
            if path.is_dir():
                yield from files(str(path.relative_to(ROOT)))
            elif path.suffix in TEXT:
                yield path


def place(path: Path, line: int = 0) -> str:
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{line}" if line else name


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def modules(*folders: str) -> list[Path]:
    return [path for path in files(*folders) if path.suffix == ".py"]


OURS, TESTS = modules(*PACKAGES), modules("tests")


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` of a name or an attribute, else an empty text."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}"
        case _:
            return ""


# --- packages and names ----


def test_the_package_list_is_the_tree() -> None:
    """Setuptools is told every package by name; one that is missing there is missing from the product."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in OURS if path.name == "__init__.py"}
    assert sorted(named) == sorted(found)


def test_every_module_lies_in_a_package() -> None:
    """A folder without `__init__.py` would be left out of the product without a word."""
    assert [place(path) for path in OURS if not (path.parent / "__init__.py").exists()] == []


def test_no_module_is_a_grab_bag() -> None:
    """Nothing is named for being nothing in particular."""
    forbidden = {"utils", "util", "common", "helpers", "helper", "misc", "shared"}
    parts = {place(path): set(path.with_suffix("").relative_to(ROOT).parts) for path in (*OURS, *TESTS)}
    assert {name for name, found in parts.items() if found & forbidden} == set()


def test_every_module_says_what_it_knows() -> None:
    """A docstring of a module is where a reader begins."""
    assert [place(path) for path in (*OURS, *TESTS) if not ast.get_docstring(tree(path))] == []


def test_file_names_of_tests_are_different() -> None:
    """Two tests of one name would shadow each other in every report."""
    names = [path.name for path in TESTS if path.name.startswith("test_")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


# --- tests ----


def test_tests_wait_for_events_and_are_never_skipped() -> None:
    """No sleeping, no skipping, no expected failures, no retries: a test holds or it does not."""
    forbidden = re.compile(
        r"(time\.sleep|pytest\.(skip|xfail|importorskip|exit)|pytest\.mark\.(skip|skipif|xfail|flaky)|unittest\.skip.*)"
    )
    found = [
        place(path, node.lineno)
        for path in TESTS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and forbidden.fullmatch(dotted(node))
    ]
    imported = [
        place(path, node.lineno)
        for path in TESTS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module, {alias.name for alias in node.names} & {"sleep", "skip", "xfail"}) != (node.module, set())
    ]
    assert found + imported == []


def test_every_test_says_what_should_be() -> None:
    """The docstring of a test is read when it fails."""
    silent = [
        f"{place(path, node.lineno)} {node.name}"
        for path in TESTS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


# --- what is left lying about ----


def test_nothing_is_left_for_later() -> None:
    """What is missing stands in the tracker, not in the text."""
    later = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
    own = [path for path in files() if path.suffix != ".lock"]
    assert [place(path) for path in own if later.search(path.read_text(encoding="utf-8"))] == []


def test_no_path_of_a_machine() -> None:
    """Nothing in the repository knows where it was written."""
    machine = re.compile(r"(?<![\w.])/(?:work|farm|Users|home/[a-z]\w+)/\w")
    found = [
        place(path, number)
        for path in files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if machine.search(line)
    ]
    assert found == []


# --- errors ----


def handlers() -> Iterator[tuple[Path, ast.ExceptHandler]]:
    for path in OURS:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                yield path, node


def test_everything_is_caught_only_at_the_top_of_a_thread() -> None:
    """Anywhere else a bug must come through."""
    found = {place(path) for path, node in handlers() if node.type is None or dotted(node.type) == "Exception"}
    assert found <= THREAD_TOPS


def test_whoever_catches_even_an_interrupt_lets_it_go_on() -> None:
    """`except BaseException` tidies up and raises again, on every way through it."""
    kept = [
        place(path, node.lineno)
        for path, node in handlers()
        if node.type is not None and dotted(node.type) == "BaseException" and not isinstance(node.body[-1], ast.Raise)
    ]
    assert kept == []


# --- who may import what ----


def test_qt_is_known_to_the_screen_alone() -> None:
    """PySide6 is imported below `ui` and nowhere else, not even lazily."""
    found = {
        place(path)
        for path in OURS
        if path.relative_to(ROOT).parts[0] != "ui"
        for node in ast.walk(tree(path))
        for name in imported(node)
        if name.split(".")[0] in {"PySide6", "shiboken6"}
    }
    assert found == set()


def imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
        case _:
            return []


# --- words ----


def test_the_catalogues_of_words_are_complete() -> None:
    """Every sentence in every language, with the same placeholders."""
    assert WORDS.languages[:2] == ("zh_CN", "en")
    assert WORDS.gaps() == []


def test_no_sentence_is_empty() -> None:
    """An entry without words is a gap that nobody sees."""
    empty = [
        (language, ident)
        for language in WORDS.languages
        for ident in WORDS.ids(language)
        if WORDS.audience(ident) is not Audience.LOG and not WORDS.template(language, ident).strip()
    ]
    assert empty == []


SPEAKERS = frozenset(
    {"say", "Trouble", "_trouble", "Fault", "CardRefused", "CodeNotSent", "CodeRefused", "NotStored", "ReceiptNotPrinted",
     "CertificateRefused", "PagesNotPrinted", "PinRefused", "_refuse", "translate", "qsTrId"}
)  # fmt: skip
"""Calls whose dotted literals are message ids."""
UNTITLED = frozenset({State.GUIDE, State.CASE, State.STAFF_PIN, State.STAFF, State.OUT_OF_SERVICE})
"""Screens whose headline is the item's name, the staff's own, or none."""
_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_+-]+)+")


def spoken(path: Path) -> Iterator[tuple[int, str]]:
    """Return the message ids that a module says: literals in the calls above, and values of tables of ids."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Call(func=func, args=args, keywords=keywords) if dotted(func).rpartition(".")[2] in SPEAKERS:
                given = [*args, *(keyword.value for keyword in keywords)]
                yield from ((node.lineno, each) for each in literals(given))
            case ast.Assign(targets=[ast.Name(id=name)]) if name in {"message", "reason_id", "message_id"}:
                yield from ((node.lineno, each) for each in literals([node.value]))
            case _:
                pass


def literals(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Constant(value=str(text)) if _ID.fullmatch(text):
                yield text
            case ast.IfExp(body=body, orelse=orelse):
                yield from literals([body, orelse])
            case _:
                pass


def test_every_sentence_that_the_core_says_exists() -> None:
    """A message id that nobody wrote words for would stand on the screen as it is."""
    missing = [
        f"{place(path, line)} {ident}"
        for path in modules("kiosk", "ui")
        for line, ident in spoken(path)
        if ident not in WORDS.ids("zh_CN")
    ]
    assert missing == []


def test_the_walk_over_the_core_finds_sentences() -> None:
    """The rule above looks at something."""
    found = {ident for path in modules("kiosk") for _, ident in spoken(path)}
    assert {"identify.expired", "submit.store_full", "session.offline_assurance", "paper.handed_in", "faults.store"} <= found


def test_every_sentence_of_a_screen_exists() -> None:
    """Each literal inside `qsTrId` has words; one that is put together begins like some that have."""
    used = ids_used([ROOT / "ui" / "qml"])
    known = WORDS.ids("zh_CN")
    assert used
    begun = {ident for ident in used if ident.endswith(".")}
    assert sorted(used.keys() - begun - known) == []
    assert sorted(start for start in begun if not any(ident.startswith(start) for ident in known)) == []


def test_every_sentence_that_a_screen_puts_together_exists() -> None:
    """States, devices and what they can be are closed sets: each of their members has words."""
    wanted = [f"screens.{state}.{part}" for state in State for part in ("title", "instruction") if state not in UNTITLED]
    wanted += [f"screens.device.{device}" for device in Device]
    wanted += [f"staff.supervisor.{state}" for state in SupervisorState]
    statuses = (*STATES, *typing.get_args(DocumentCameraStatus))
    wanted += ["staff.status." + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status.__name__).lower() for status in statuses]
    wanted += [f"staff.trial.{state}" for state in TrialState] + [f"staff.park.{reason}" for reason in REASONS]
    wanted += [f"staff.report.is.{state}" for state in ReportState if state]
    wanted += [f"staff.export.is.{state}" for state in ExportState if state]
    wanted += [f"staff.report.verdict.{mark}" for mark in Mark if mark is not Mark.PLAIN]
    wanted += [f"staff.report.clock.{quality}" for quality in ClockQuality]
    wanted += [f"staff.row.{state}" for state in ("waiting", "parked")]
    wanted += [f"session.lost.{device}" for device in Device]
    here = ("kept", "parked", "withdrawing", "withdraw_refused", "call_waiting", "call_answered")
    wanted += [f"screens.cases.state.{state}" for state in (*CaseState, *here)]
    wanted += [f"acting.relation.{relation}" for relation in Relation]
    said = ("screens.cases.role", "screens.case.role", "screens.case.role_of")
    wanted += [f"{words}.{role}" for words in said for role in typing.get_args(Role) if role != "self"]
    assert sorted(set(wanted) - WORDS.ids("zh_CN")) == []


def test_dotted_words_in_the_core_are_something() -> None:
    """A literal that begins like a message id is one, or an audit event, or the code of a failure."""
    areas = {ident.partition(".")[0] for ident in WORDS.ids("zh_CN")}
    known = WORDS.ids("zh_CN") | EVENTS.keys()
    known |= {ident.removeprefix("screens.") for ident in known}  # the review names its sections so
    strange = {
        f"{place(path, node.lineno)} {node.value}"
        for path in modules("kiosk/journeys", "kiosk/session", "kiosk/printing", "kiosk/catalogue")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ID.fullmatch(node.value)
        if node.value.partition(".")[0] in areas and node.value not in known and node.lineno not in codes(path)
    }
    assert strange == set()


@functools.cache
def codes(path: Path) -> frozenset[int]:
    """Return the lines on which a failure is given its code."""
    return frozenset(
        line
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2].endswith("Error")
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    )


# --- locks ----


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_are_hashed_and_name_no_registry(lock: str) -> None:
    """Every pinned package carries its hashes, and nothing says where this machine found it."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^\s*#.*\n?", "", text).strip())
    pinned = [entry for entry in entries if entry and not entry.startswith("-")]
    assert len(pinned) > 10
    assert [entry.splitlines()[0] for entry in pinned if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry)] == []
    assert [entry.splitlines()[0] for entry in pinned if "--hash=sha256:" not in entry] == []
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|https?://", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_one_opencv_only(lock: str) -> None:
    """Two packages that own `cv2` overwrite each other; the headless one is never beside the other."""
    names = set(re.findall(r"(?m)^([a-z0-9][\w.-]*)", (ROOT / lock).read_text(encoding="utf-8")))
    assert {name for name in names if name.startswith("opencv")} == {"opencv-python"}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_screen_stays_below_the_broken_series(lock: str) -> None:
    """PySide6 6.12 aborts the interpreter on Python 3.11 (decision 6)."""
    version = re.search(r"(?m)^pyside6-essentials==(\d+)\.(\d+)", (ROOT / lock).read_text(encoding="utf-8"))
    assert version is not None
    assert (6, 8) <= (int(version[1]), int(version[2])) < (6, 12)


def test_every_driver_says_what_it_takes() -> None:
    """Each entry point's module names its options, all known ones, so that a bad configuration is found unopened."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    drivers = project["entry-points"]["civic_kiosk.devices"]
    assert len(drivers) > 5
    for target in drivers.values():
        options = importlib.import_module(target.split(":")[0]).OPTIONS
        assert issubclass(options, BaseModel), target
        assert options.model_config["extra"] == "forbid", target
