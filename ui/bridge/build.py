"""Builds every bridge over one terminal and hands them to QML.

Knows: which bridges there are. Does not know: what they show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ui.bridge.acting import Acting
from ui.bridge.assist import Assist
from ui.bridge.camera import Camera
from ui.bridge.case import Case
from ui.bridge.cases import Cases
from ui.bridge.catalogue import Catalogue
from ui.bridge.certificate import Certificate
from ui.bridge.devices import Devices
from ui.bridge.form import Form
from ui.bridge.given import give
from ui.bridge.help import Help
from ui.bridge.materials import Materials
from ui.bridge.person import Person
from ui.bridge.pictures import PaperProvider, Pictures
from ui.bridge.session import Session
from ui.bridge.settings import Settings
from ui.bridge.speech import Speech
from ui.bridge.staff import Staff
from ui.bridge.station import Station
from ui.bridge.training import Training

if TYPE_CHECKING:
    from kiosk.terminal import Terminal


@dataclass(frozen=True)
class Bridges:
    """The bridges that the application itself talks to; the others only listen."""

    settings: Settings
    session: Session
    station: Station
    person: Person
    speech: Speech
    papers: PaperProvider
    others: tuple[QObject, ...]

    def follow_clock(self) -> None:
        """Read what changes with time alone."""
        self.session.follow_clock()
        self.station.follow_clock()
        self.person.follow_clock()


def build(terminal: Terminal) -> Bridges:
    """Make the bridges, in the order in which they hear of a fact: the settings are reset before a screen is drawn."""
    shown = terminal.config.terminal
    # A counter's screen is so low that larger words would push the field that is written in off the glass.
    elder = 1 if shown.screen.orientation == "counter" else 2

    def speak(language: str) -> None:
        terminal.language = language

    settings = Settings(
        language=shown.language,
        languages={name: terminal.words.text(name, "format.name") for name in terminal.words.languages},
        reduced_motion=shown.screen.reduced_motion,
        elder_text_size=elder,
        speak=speak,
    )
    session = Session(terminal, settings)
    station = Station(terminal, settings)
    person = Person(terminal)
    speech = Speech(terminal, settings)
    camera, pictures = Camera(terminal), Pictures(terminal)
    others = (
        Acting(terminal),
        Catalogue(terminal, settings),
        Form(terminal, settings),
        Materials(terminal, settings),
        camera,
        pictures,
        Case(terminal, settings),
        Cases(terminal, settings),
        Certificate(terminal),
        Devices(terminal),
        Help(terminal),
        Staff(terminal, settings),
        Assist(terminal),
        Training(terminal),
    )
    for bridge in (settings, session, station, person, speech, *others):
        give(bridge)
    return Bridges(settings, session, station, person, speech, PaperProvider(pictures, camera.frame), others)
