"""The rig: every device of the terminal on its real protocol, without the hardware, and a port that moves them.

Knows: the bench, the control port, where both are written down. Does not know: the kiosk, the city's platform.
Packages: pcscd, vsmartcard-vpcd, cups-ipp-utils, avahi-daemon, dbus.

`rig.json` in the state directory appears when everything is up and goes when it stops:
{"pid", "control": address, "network": {"port"}, "devices": {kind: {"driver", "options"}}, "staff_cards": [{"staff_id",
"public_key"}], "printed": folder of the page printer's output}. "devices" and "staff_cards" fit the kiosk's configuration.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devices import namespace
from devices.rig_actions import actions
from devices.rig_bench import Bench, RigOptions
from devices.rig_control import ControlPort
from devices.rig_daemons import DaemonFailed
from devices.rig_warden import run_watched
from devices.started import Started

__all__ = ["Rig", "RigOptions", "main"]


class Rig(Started):
    """Start and stop it on one thread; pcscd ends with the thread that starts the rig."""

    def __init__(self, options: RigOptions) -> None:
        self.options = options
        self.bench = Bench(options)
        self._control: ControlPort | None = None

    @property
    def control(self) -> str:
        """The control port's address."""
        assert self._control is not None
        return self._control.url

    @property
    def file(self) -> Path:
        """Where the rig is written down."""
        return self.options.state_dir / "rig.json"

    def start(self) -> None:
        """Start everything and write `rig.json`. Raises: DaemonFailed of either kind, OSError."""
        self.options.state_dir.mkdir(parents=True, exist_ok=True)
        self.bench.claim()  # outside: a failure here means that everything below belongs to another rig
        try:
            self.file.unlink(missing_ok=True)  # of a rig that was killed
            self.bench.start()
            control = ControlPort(
                self.bench.state, actions(self.bench), self.bench.pages(), port=self.options.control_port
            )
            control.start()
            self._control = control
            fresh = self.file.with_name("rig.json.new")
            fresh.write_text(json.dumps(self.description(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            fresh.replace(self.file)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything and wait for it; harmless when called again."""
        self.file.unlink(missing_ok=True)
        control, self._control = self._control, None
        if control is not None:
            control.stop()
        self.bench.stop()

    def description(self) -> dict[str, Any]:
        """Return what `rig.json` holds."""
        return {
            "pid": os.getpid(),
            "control": self.control,
            "network": {"port": self.bench.network.port},
            "devices": self.bench.drivers(),
            "staff_cards": self.bench.staff_cards(),
            "printed": str(self.options.state_dir / "printed"),
        }


def main(argv: Sequence[str]) -> int:
    """Run the rig until SIGTERM or Ctrl-C; 0 when asked to end, 1 when it could not start."""
    options = _options(argv)
    namespace.reenter()
    return run_watched(lambda: _serve(options))


def _options(argv: Sequence[str]) -> RigOptions:
    parser = argparse.ArgumentParser(prog="kiosk rig", description="Start the emulated devices and their daemons.")
    parser.add_argument("--state-dir", type=Path, required=True, help="folder for sockets, logs and rig.json")
    parser.add_argument("--central", default="127.0.0.1:8443", metavar="HOST:PORT", help="where the network leads")
    parser.add_argument("--network-port", type=int, default=0, help="port of the switchable line to central")
    parser.add_argument("--messages", type=Path, help="file of the message gateway's sandbox")
    parser.add_argument("--control-port", type=int, default=0, help="control port on loopback; 0 takes a free one")
    given = parser.parse_args(argv)
    host, _, port = str(given.central).rpartition(":")
    if not host or not port.isdigit():
        parser.error("--central takes HOST:PORT")
    return RigOptions(
        state_dir=given.state_dir.resolve(),
        central=(host, int(port)),
        messages=given.messages,
        control_port=given.control_port,
        network_port=given.network_port,
    )


def _serve(options: RigOptions) -> int:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    rig = Rig(options)
    try:
        rig.start()
    except (DaemonFailed, OSError, RuntimeError) as error:
        print(f"kiosk rig: {error}", file=sys.stderr)
        return 1
    print(f"rig up: {rig.control} ({rig.file})", flush=True)
    try:
        ended.wait()
    finally:
        rig.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
