pragma Singleton
import QtQuick

// Who is to be heard: the topmost of everything on the screen that has something to say. Frames and dialogs tell it their
// words (Spoken.qml); the application listens and has them said. Where nobody listens, nothing is said.
QtObject {
    id: root

    property int turns: 0
    property list<var> speakers: [] // {speaker, level, words}
    property int heard: 0 // whose words were said last

    signal said(speaker: int, words: list<string>)
    signal told(words: list<string>) // what the keypad has just changed

    function tell(words: list<string>): void {
        told(words);
    }

    function begin(): int {
        turns += 1;
        return turns;
    }

    function speak(speaker: int, level: int, words: list<string>): void {
        const others = speakers.filter(one => one.speaker !== speaker);
        speakers = words.length > 0 ? others.concat([{
                    "speaker": speaker,
                    "level": level,
                    "words": words
                }]) : others;
        settle(speaker);
    }

    function end(speaker: int): void {
        speakers = speakers.filter(one => one.speaker !== speaker);
        settle(0);
    }

    // `changed` has new words: they are said if it is the topmost, and so are those of whoever becomes it.
    function settle(changed: int): void {
        let top = null;
        for (const one of speakers) {
            if (top === null || one.level > top.level || one.level === top.level && one.speaker > top.speaker)
                top = one;
        }
        if (top === null) {
            heard = 0;
        } else if (top.speaker === changed || top.speaker !== heard) {
            heard = top.speaker;
            said(top.speaker, top.words);
        }
    }
}
