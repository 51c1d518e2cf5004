"""What `kiosk check-config` looks at beyond the keys themselves: drivers and their options, and the files that are named.

Knows: which keys name a file, and what the terminal does without it. Does not know: whether a device answers (`doctor`
asks it); nothing is opened but files, and a network is run once in a process of its own.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterator

from pydantic import ValidationError

from kiosk.config import Config, ConfigError
from kiosk.documents.network_file import NetworkRefused, checked
from kiosk.drivers import driver_factory
from kiosk.fleet import removable
from kiosk.speech.pack import VoicePack, VoicePackError


def check(config: Config) -> tuple[str, ...]:
    """Return a warning for everything that the terminal can serve without. Raises `ConfigError` naming every bad key."""
    warnings: list[str] = []
    bad = [*_files(config), *_drivers(config, warnings)]
    if bad:
        raise ConfigError("config.bad_key", "; ".join(bad))
    return (*warnings, *_wanting(config))


def _drivers(config: Config, warnings: list[str]) -> Iterator[str]:
    """Hold each device's driver and options against what is installed.

    A driver module says what it takes by a pydantic model called `OPTIONS`; one without is believed, with a warning.
    """
    for kind, chosen in config.devices.items():
        try:
            factory = driver_factory(str(kind), chosen.driver)
        except ConfigError as error:
            yield f"devices.{kind}.driver: {error.detail} is not installed"
            continue
        takes = getattr(sys.modules[factory.__module__], "OPTIONS", None)
        if takes is None:
            warnings.append(f"devices.{kind}.options: believed, for the driver {chosen.driver} does not say what it takes")
            continue
        try:
            takes.model_validate(dict(chosen.options))
        except ValidationError as error:
            for each in error.errors():
                yield f"devices.{kind}.options.{'.'.join(map(str, each['loc']))}: {each['msg']}"


def _files(config: Config) -> Iterator[str]:
    """Look at the files without which nothing reaches the city."""
    if config.city.url.scheme != "https":
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(config.city.ca_file)
    except ssl.SSLError:
        yield f"city.ca_file: {config.city.ca_file}: no certificate in PEM"
    except OSError as error:
        yield f"city.ca_file: {config.city.ca_file}: {error.strerror}"


def _wanting(config: Config) -> Iterator[str]:
    """Look at what may come later: a medium that is put in, a voice for which espeak-ng speaks until then."""
    if config.stick is not None and removable.probe() is None:
        yield f"stick: {config.stick}: the package mounts sticks below {removable.STICKS}, and none is looked for there"
    file = config.custody.passphrase_file
    if file is not None and not file.is_file():
        yield f"custody.passphrase_file: {file}: not there now, and the terminal does not open without it"
    for folder in config.speech.voice_packs:
        try:
            VoicePack.load(folder)
        except VoicePackError as error:
            yield f"speech.voice_packs: {error}; espeak-ng speaks instead"
    if config.documents.corner_network is not None:
        try:
            checked(config.documents.corner_network)
        except NetworkRefused as error:
            yield f"documents.corner_network: {error}; pages are found without it"
