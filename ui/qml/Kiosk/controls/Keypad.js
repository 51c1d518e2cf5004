.pragma library
// Moves the focus with four arrows: to the nearest target in that direction, else along the Tab order, so that nothing
// is ever out of reach.

function contains(scope, item) {
    for (let at = item; at; at = at.parent) {
        if (at === scope)
            return true;
    }
    return false;
}

function targets(scope) {
    const found = [];
    const seen = new Set();
    let item = scope.nextItemInFocusChain(true);
    while (item && !seen.has(item)) {
        seen.add(item);
        if (contains(scope, item) && item !== scope)
            found.push(item);
        item = item.nextItemInFocusChain(true);
    }
    return found;
}

function frame(scope, item) {
    const p = item.mapToItem(scope, 0, 0);
    return {"left": p.x, "top": p.y, "right": p.x + item.width, "bottom": p.y + item.height};
}

function between(a0, a1, b0, b1) {
    return Math.max(0, b0 - a1, a0 - b1);
}

const OTHER_ROW = 100000;

function nearest(scope, all, from, dx, dy) {
    const f = frame(scope, from);
    let best = null;
    let bestScore = Infinity;
    for (const item of all) {
        if (item === from)
            continue;
        const t = frame(scope, item);
        const ahead = dx > 0 ? t.left - f.right : dx < 0 ? f.left - t.right : dy > 0 ? t.top - f.bottom : f.top - t.bottom;
        if (ahead < -1)
            continue;
        const aside = dx !== 0 ? between(f.top, f.bottom, t.top, t.bottom) : between(f.left, f.right, t.left, t.right);
        const offset = dx !== 0 ? Math.abs(t.top + t.bottom - f.top - f.bottom) : Math.abs(t.left + t.right - f.left - f.right);
        // Left and right stay in their row as long as there is anything in it.
        const score = ahead + 3 * aside + 0.05 * offset + (dx !== 0 && aside > 0 ? OTHER_ROW : 0);
        if (score < bestScore) {
            best = item;
            bestScore = score;
        }
    }
    return best;
}

// Where the keypad begins on a new screen: down or right at its first question, up or left at its main action.
function entry(scope, all, onwards) {
    if (!onwards)
        return all[all.length - 1] ?? null;
    return all.find(item => scope.contentItem && contains(scope.contentItem, item)) ?? all[0] ?? null;
}

function neighbour(scope, from, dx, dy) {
    const all = targets(scope);
    if (!from || !contains(scope, from) || from === scope)
        return entry(scope, all, dx + dy > 0);
    const best = nearest(scope, all, from, dx, dy);
    if (best)
        return best;
    const at = all.indexOf(from);
    if (at < 0)
        return all[0] ?? null;
    return all[(at + (dx + dy > 0 ? 1 : all.length - 1)) % all.length];
}

const ways = {
    "16777234": [-1, 0], // Qt.Key_Left
    "16777235": [0, -1], // Qt.Key_Up
    "16777236": [1, 0], // Qt.Key_Right
    "16777237": [0, 1] // Qt.Key_Down
};

function take(item) {
    if (item)
        item.forceActiveFocus(1); // Qt.TabFocusReason shows the ring
    return !!item;
}

// Returns true when the key was an arrow and the focus moved.
function steer(scope, from, key) {
    const way = ways[key];
    return way ? take(neighbour(scope, from, way[0], way[1])) : false;
}

// While a keyboard is open, arrows go between the field above it and its keys. Up from the field and down from the last
// row leave it, and so close the keyboard: nobody is caught in a field that lies on the way. Letters that no character was
// picked for hold the keypad back.
function steerTyping(scope, panel, field, from, key) {
    const way = ways[key];
    if (!way)
        return false;
    const free = scope.keyboardModel.preedit === "";
    const keys = targets(scope).filter(item => contains(panel, item));
    if (!contains(panel, from))
        return way[1] > 0 ? take(nearest(scope, keys, from, 0, 1)) : way[1] < 0 && free ? take(neighbour(scope, from, 0, -1)) : true;
    const next = nearest(scope, keys, from, way[0], way[1]);
    if (next)
        return take(next);
    if (way[1] < 0)
        field.begin();
    else if (way[1] > 0 && free)
        take(nearest(scope, targets(scope).filter(item => !contains(panel, item)), from, 0, 1));
    return true;
}
