.pragma library
// How wide the lines of a text are to be, so that the last one does not hold a lone character, half a word or one short word.
// Breaks lines as the layout does: between words, beside an ideograph, never before what closes or after what opens.

const ATOM = / +|[\u2e80-\u9fff\uf900-\uffef\u201c\u201d]|[^ \u2e80-\u9fff\uf900-\uffef\u201c\u201d]+?-(?=[A-Za-z])|[^ \u2e80-\u9fff\uf900-\uffef\u201c\u201d]+/g;
const IDEOGRAPH = /^[\u2e80-\u9fff\uf900-\uffef]/;
const CLOSES = /^[，。、；：？！）》」』】…,.;:?!)\]%\u2060\u201d]/;
const OPENS = /[（《「『【(\[\u2060\u201c]$/;
const SHORT = 0.3; // of the room, for a last line of letters
const NARROWEST = 0.55; // of the room

function breaks(last, atom) {
    if (CLOSES.test(atom) || OPENS.test(last))
        return false;
    return IDEOGRAPH.test(atom) || IDEOGRAPH.test(last) || last.endsWith("-");
}

// What no line breaks in, and the space behind it.
function pieces(text, em, advance) {
    const found = [];
    let last = " ";
    for (const atom of text.match(ATOM) ?? []) {
        const width = IDEOGRAPH.test(atom) ? em : advance(atom);
        if (atom[0] === " " && found.length > 0)
            found[found.length - 1].space += width;
        else if (found.length === 0 || last[0] === " " || breaks(last, atom))
            found.push({"width": width, "space": 0, "ideograph": IDEOGRAPH.test(atom)});
        else
            found[found.length - 1].width += width;
        last = atom;
    }
    return found;
}

// How many lines there are, and what stands on the last of them.
function wrap(pieces, room) {
    let lines = 1, at = 0, on = 0, last = 0;
    for (const piece of pieces) {
        if (on > 0 && at + piece.width > room) {
            lines += 1;
            at = on = 0;
        }
        last = at + piece.width;
        at = last + piece.space;
        on += 1;
    }
    return {"lines": lines, "last": last, "on": on};
}

function narrowest(found, room, step) {
    const lines = wrap(found, room).lines;
    let width = room;
    while (width - step > room * NARROWEST && wrap(found, width - step).lines === lines)
        width -= step;
    return width;
}

// The width for all lines of the text, no more of them than there would be; 0: as wide as there is room. A heading of
// words is made of lines of one length; of ideographs no more is moved than a word is likely to have, which is two.
function even(text, room, em, heading, advance) {
    if (text.length * em <= room || text.includes("\n"))
        return 0;
    const found = pieces(text, em, advance), step = em / 8;
    const natural = wrap(found, room);
    if (natural.lines < 2 || found.some(piece => piece.width > room))
        return 0;
    if (heading && !found.some(piece => piece.ideograph))
        return narrowest(found, room, step) + step;
    const letters = !found[found.length - 1].ideograph;
    for (let width = room; width > room * NARROWEST; width -= step) {
        const now = wrap(found, width + 1); // the layout rounds: what is a hair too wide stands on the line
        if (wrap(found, width).lines > natural.lines)
            return 0;
        if (now.on > 1 && (!letters || now.last >= SHORT * room))
            return width < room ? width : 0;
    }
    return 0;
}
