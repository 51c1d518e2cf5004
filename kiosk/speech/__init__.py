"""Speech: what stands on the screen, said aloud by recordings of a local speaker or by espeak-ng.

Knows: how a sentence is read, recordings, two programs (`espeak-ng`, `aplay`) run as processes of their own. Does not
know: Qt, screens, or the session; nothing here can hold up or end any of them.
"""

from kiosk.speech.announcer import Announcer, Speaking
from kiosk.speech.reader import Reader, Sentence
from kiosk.speech.speaker import Speaker, SpeechState

__all__ = ["Announcer", "Reader", "Sentence", "Speaker", "Speaking", "SpeechState"]
