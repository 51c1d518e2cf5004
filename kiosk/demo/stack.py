"""Starts the whole system as the processes that it has in earnest, against emulated devices.

Knows: which commands start which part, and how to tell that a part is up. Does not know: what a citizen does (`ui.robot`),
or what must hold afterwards (`checks`). End-to-end tests use it to kill and restart single parts.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TextIO

import kiosk.catalogue
from devices.rig_daemons import end_with_parent
from kiosk.demo.folder import DemoFolder, FolderError, too_full
from kiosk.fleet.staff_pins import record_of

KIOSK_NUMBER = "0001"
DEMO_PIN = "246810"
"""Of every staff card of the demo; its dock says it beside the card."""
PUBLIC_URL = "https://fuwu.kaifeng.example"
"""Where the sample city says that it is reached: `.example` belongs to nobody (RFC 2606)."""
START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 15.0


class StackError(Exception):
    """A part did not come up. `part` names it, `detail` holds the end of its log."""

    def __init__(self, part: str, detail: str) -> None:
        super().__init__(f"{part} did not come up:\n{detail}")
        self.part = part
        self.detail = detail


def free_port() -> int:
    """Return a TCP port of the loopback interface that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stack:
    """The parts, by name: central, rig, sync, kiosk. Everything lives below `work`."""

    def __init__(self, work: Path, *, windowed: bool = False, env: Mapping[str, str] | None = None) -> None:
        self.work = work
        self.config = work / "kiosk.toml"
        self._windowed = windowed
        self._env = {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})}
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: list[TextIO] = []
        self._central_port = free_port()
        self._folder: DemoFolder | None = None
        self.rig: dict[str, Any] = {}

    @classmethod
    def attached(cls, work: Path) -> Self:
        """Return a view of a stack that another process started: for control and commands, not for stopping."""
        stack = cls(work)
        stack.rig = json.loads((work / "rig" / "rig.json").read_text(encoding="utf-8"))
        return stack

    # --- the whole ----

    def start(self) -> None:
        """Make everything new below `work` and start central, the rig and the sync agent; the kiosk is started apart.

        Raises `FolderError` (no place for it, or too small a disk) and `StackError`.
        """
        self._folder = DemoFolder.take(self.work)
        self._folder.empty()
        if (trouble := too_full(self.work)) is not None:
            raise FolderError(trouble)
        self.staff_password_file.write_text(secrets.token_urlsafe(12), encoding="utf-8")
        self.central("init", "--staff-password-file", str(self.staff_password_file))
        self.start_central()
        self.start_rig()
        self._write_config()
        code = self.central("enrol-code", "--kiosk", KIOSK_NUMBER).strip().splitlines()[-1]
        self.kiosk("enrol", "--code", code)
        self.start_sync()

    def stop(self) -> None:
        """Stop every part in good order, the rig last."""
        for name in ("kiosk", "dock", "sync", "central", "rig"):
            self.stop_part(name)
        for log in self._logs:
            log.close()
        self._logs.clear()
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def __enter__(self) -> Self:
        """Start, and clean up if starting fails half way."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    # --- single parts ----

    def start_central(self) -> None:
        """Start the central platform and wait until it answers."""
        data = Path(kiosk.catalogue.__file__).parent / "data"
        self._spawn(
            "central",
            [*self._central_command(), "serve", "--state", str(self.work / "central"), "--port", str(self._central_port),
             "--catalogue", str(data), "--public-url", PUBLIC_URL, "--handover-url", self.central_url],
        )  # fmt: skip
        self._wait("central", lambda: _answers(f"{self.central_url}/v1/ping", self._trust()))

    def start_rig(self) -> None:
        """Start the emulators and wait for the rig's own word that they are up."""
        ready = self.work / "rig" / "rig.json"
        self._spawn(
            "rig",
            [sys.executable, "-m", "devices.rig", "--state-dir", str(self.work / "rig"),
             "--central", f"127.0.0.1:{self._central_port}", "--messages", str(self.messages_file)],
        )  # fmt: skip
        self._wait("rig", ready.exists)
        self.rig = json.loads(ready.read_text(encoding="utf-8"))

    def start_sync(self) -> None:
        """Start the sync agent."""
        self._spawn("sync", [*self._kiosk_command(), "sync", "--config", str(self.config)])

    def start_kiosk(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the terminal itself."""
        return self._spawn("kiosk", [*self._kiosk_command(), "run", "--config", str(self.config), *arguments])

    def start_dock(self) -> subprocess.Popen[bytes]:
        """Start the window that drives the emulators."""
        return self._spawn("dock", [*self._kiosk_command(), "dock", "--control", self.control_url])

    def kill(self, name: str) -> None:
        """Kill a part as a power switch would."""
        part = self._parts.pop(name)
        part.kill()
        part.wait(STOP_DEADLINE_S)

    def stop_part(self, name: str) -> None:
        """Ask a part to stop, and kill it when it does not."""
        part = self._parts.pop(name, None)
        if part is None:
            return
        with contextlib.suppress(ProcessLookupError):
            part.send_signal(signal.SIGTERM)
        try:
            part.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait(STOP_DEADLINE_S)

    def pid(self, name: str) -> int:
        """Return the process of a part. Raises `KeyError` when it was not started."""
        return self._parts[name].pid

    def running(self, name: str) -> bool:
        """Say whether a part runs."""
        part = self._parts.get(name)
        return part is not None and part.poll() is None

    def ended(self, name: str) -> str | None:
        """Say how a part ended that nobody stopped: `exit code 1`, `killed by SIGKILL`; None while it runs."""
        code = self._parts[name].poll()
        if code is None:
            return None
        return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def log(self, name: str) -> Path:
        """Return where a part's log is; it stays until the next start."""
        return self.work / f"{name}.log"

    # --- talking to it ----

    @property
    def ca_file(self) -> Path:
        """The authority of central's certificate."""
        return self.work / "central" / "ca.pem"

    @property
    def staff_password_file(self) -> Path:
        """The password of central's staff desk, made anew with every start."""
        return self.work / "staff-password"

    @property
    def messages_file(self) -> Path:
        """Where the sandbox of the message gateway writes."""
        return self.work / "central" / "messages.jsonl"

    @property
    def control_url(self) -> str:
        """Base address of the rig's control port."""
        return str(self.rig["control"])

    def control(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call the rig's control port: POST with `body`, GET without."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the rig's own loopback address
            self.control_url + path, data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            raw = answer.read()
            kind = answer.headers.get_content_type()
        return json.loads(raw) if kind == "application/json" else raw

    def ask_central(self, path: str) -> Any:
        """Get what central tells anybody at `path`, past the line that the rig may have cut."""
        with urllib.request.urlopen(self.central_url + path, timeout=10, context=self._trust()) as answer:  # noqa: S310
            return json.load(answer)

    @property
    def central_url(self) -> str:
        """Central's own address, past the line that the rig may have cut."""
        return f"https://localhost:{self._central_port}"

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca_file))

    def central(self, *arguments: str) -> str:
        """Run a `kiosk-central` command to its end and return what it prints."""
        command = [*self._central_command(), arguments[0], "--state", str(self.work / "central"), *arguments[1:]]
        return self._run("kiosk-central", command)

    def kiosk(self, *arguments: str) -> str:
        """Run a `kiosk` command to its end and return what it prints."""
        return self._run("kiosk", [*self._kiosk_command(), arguments[0], "--config", str(self.config), *arguments[1:]])

    def _run(self, name: str, command: list[str]) -> str:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=self._env)
        if done.returncode:
            raise StackError(f"{name} {command[3]}", done.stdout + done.stderr)
        return done.stdout

    def _kiosk_command(self) -> list[str]:
        return [sys.executable, "-m", "kiosk"]

    def _central_command(self) -> list[str]:
        return [sys.executable, "-m", "central"]

    def _spawn(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        log = self.log(name).open("a", encoding="utf-8")
        self._logs.append(log)
        # Whoever is killed takes its parts along, and the folder is free when the last of them is gone.
        part = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=self._env,
            pass_fds=() if self._folder is None else (self._folder.handle,),
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one prctl, no locks
        )
        self._parts[name] = part
        return part

    def log_tail(self, name: str, lines: int = 30) -> str:
        """Return the end of a part's log."""
        path = self.log(name)
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def _wait(self, name: str, ready: Any) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        while not ready():
            if not self.running(name) or time.monotonic() > deadline:
                raise StackError(name, self.log_tail(name))
            time.sleep(0.02)  # a part says that it is up by answering, or by its file

    def _write_config(self) -> None:
        devices = self.rig["devices"]
        screen = "full_screen = false" if self._windowed else "full_screen = false\nreduced_motion = true"
        lines = [
            f'state_dir = "{self.work / "kiosk"}"',
            "[terminal]",
            f'number = "{KIOSK_NUMBER}"',
            'name = {zh = "市民之窗 · 24小时自助终端", en = "Citizen\'s Window, 24 hours"}',
            'site = {zh = "开封市龙亭区政务服务驿站（演示）", en = "Longting Service Station, Kaifeng (demo)"}',
            'phone = "0371-12345"',
            "[terminal.screen]",
            screen,
            "[city]",
            f'url = "https://localhost:{self.rig["network"]["port"]}/"',
            f'ca_file = "{self.ca_file}"',
        ]
        for kind, device in devices.items():
            lines += [f"[devices.{kind}]", f'driver = "{device["driver"]}"', f"[devices.{kind}.options]"]
            lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in device["options"].items()]
        for card in self.rig.get("staff_cards", []):
            lines += ["[[staff_cards]]", f'staff_id = "{card["staff_id"]}"', f'public_key = "{card["public_key"]}"']
            lines += [f'pin = "{record_of(DEMO_PIN)}"']
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _answers(url: str, context: ssl.SSLContext) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2, context=context):  # noqa: S310 - our own loopback address
            return True
    except (urllib.error.URLError, OSError):
        return False
