"""A real cupsd with one queue, started by hand in a folder of its own: the way to printers on USB, proved without one.

Knows: the few lines of configuration that it needs, lpadmin. Does not know: our driver, the printer behind the queue.
Packages: cups, cups-client, cups-filters.
"""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from devices.page_printer.daemons import Daemon, DaemonFailed, free_port
from devices.page_printer.ipp_http import Endpoint, exchange
from devices.page_printer.ipp_messages import AttributeGroup, Group, Message, Tag, attribute, decode, encode
from devices.started import Started

_QUEUE = "a4"
_LPADMIN_S = 20.0
_GET_PRINTER = 0x000B
_LEARNED = "document-format-preferred"
"""lpadmin returns before the background thread that asks the printer is done; this attribute comes last."""
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_CUPSD = """Listen 127.0.0.1:{port}
Listen {folder}/run/cups.sock
Browsing Off
WebInterface No
DefaultAuthType None
JobRetryInterval 1
ErrorPolicy retry-job
PreserveJobFiles No
PreserveJobHistory Yes
<Location />
Order allow,deny
Allow localhost
</Location>
<Location /admin>
Order allow,deny
Allow localhost
</Location>
<Policy default>
JobPrivateAccess all
JobPrivateValues none
<Limit All>
Order allow,deny
Allow localhost
</Limit>
</Policy>
"""
_FILES = """ServerRoot {folder}/etc
RequestRoot {folder}/spool
TempDir {folder}/spool/tmp
CacheDir {folder}/cache
StateDir {folder}/run
ErrorLog {folder}/error_log
AccessLog {folder}/access_log
PageLog {folder}/page_log
Sandboxing relaxed
"""


class CupsQueue(Started):
    """Start with `start()` (or `with`). The queue leads to `printer_uri`."""

    def __init__(self, printer_uri: str) -> None:
        self._printer_uri = printer_uri
        self._folder: Path | None = None
        self._daemon: Daemon | None = None
        self.port = 0

    @property
    def uri(self) -> str:
        """What the driver's option `uri` takes."""
        return f"ipp://localhost:{self.port}/printers/{_QUEUE}"

    def start(self) -> None:
        """Start cupsd and make the queue. Raises: DaemonFailed."""
        folder = Path(tempfile.mkdtemp(prefix="cups-"))
        folder.chmod(0o755)  # filters run as another user
        self._folder, self.port = folder, free_port()
        for name in ("etc", "spool/tmp", "cache", "run"):
            (folder / name).mkdir(parents=True)
        (folder / "cupsd.conf").write_text(_CUPSD.format(folder=folder, port=self.port), "ascii")
        (folder / "cups-files.conf").write_text(_FILES.format(folder=folder), "ascii")
        environment = {"PATH": _PATH, "LANG": "C.UTF-8"}
        for program in ("cupsd", "lpadmin"):
            if shutil.which(program, path=_PATH) is None:
                raise DaemonFailed(f"{program} is not installed")
        command = ["cupsd", "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
        try:
            self._daemon = Daemon("cupsd", command, folder / "cupsd.log", environment)
            self._daemon.wait_ready(self._answers)
            done = subprocess.run(
                ["lpadmin", "-p", _QUEUE, "-E", "-v", self._printer_uri, "-m", "everywhere"],
                env={**os.environ, "PATH": _PATH, "CUPS_SERVER": f"127.0.0.1:{self.port}"},
                capture_output=True,
                text=True,
                timeout=_LPADMIN_S,
                check=False,
            )
            if done.returncode:
                raise DaemonFailed(f"lpadmin: {done.stderr}")
            self._daemon.wait_ready(self._knows_its_printer)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End cupsd and remove its folder; harmless twice."""
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.end()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _knows_its_printer(self) -> bool:
        """Whether cupsd has learned from the printer what it prints; before that it aborts what it would have to convert."""
        asked = (
            attribute("attributes-charset", Tag.CHARSET, "utf-8"),
            attribute("attributes-natural-language", Tag.NATURAL_LANGUAGE, "en"),
            attribute("printer-uri", Tag.URI, self.uri),
            attribute("requested-attributes", Tag.KEYWORD, _LEARNED),
        )
        request = encode(Message((2, 0), _GET_PRINTER, 1, (AttributeGroup(Group.OPERATION, asked),)))
        answer, _ = decode(exchange(Endpoint("localhost", self.port, f"/printers/{_QUEUE}"), request, timeout_s=2))
        return bool(answer.group(Group.PRINTER).texts(_LEARNED))

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True
