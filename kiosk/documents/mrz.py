"""Machine-readable zones of travel documents, after ICAO Doc 9303 (parts 3 to 7).

Knows: the five layouts (TD1, TD2, TD3 and the visas MRV-A, MRV-B), check digits, and which letters and figures a reader
takes for one another. Does not know: pictures, who reads, whether a document was ever issued. Pure.

What a reader of print gave is repaired only where the place itself says letter or figure; whether a document holds is said
by its check digits alone. Nothing here raises for what was read.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FILLER = "<"
_WEIGHTS = (7, 3, 1)
_VALUES: Mapping[str, int] = {
    FILLER: 0,
    **{str(figure): figure for figure in range(10)},
    **{chr(ord("A") + place): 10 + place for place in range(26)},
}
_AS_FIGURES = str.maketrans("OQDILZSBG", "000112586")
_AS_LETTERS = str.maketrans("01258", "OIZSB")
_SEEN_AS_FILLER = str.maketrans({"《": "<<", "〈": "<", "«": "<<", "‹": "<", "＜": "<", "く": "<", "≪": "<<"})
_CENTURY_AHEAD_YEARS = 50
"""Documents run out at most this long from now; beyond it a year belongs to the century before."""
_MOST_LINES = 64


class Layout(enum.StrEnum):
    """The five layouts."""

    TD1 = "td1"
    TD2 = "td2"
    TD3 = "td3"
    MRV_A = "mrv_a"
    MRV_B = "mrv_b"


class Fault(enum.StrEnum):
    """Why there is no zone to be had."""

    NO_ZONE = "no_zone"
    CHARACTERS = "characters"


@dataclass(frozen=True, slots=True)
class Unread:
    """The lines are no machine-readable zone, because of `fault`."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Zone:
    """What a zone says. `failed`: names of the fields whose check digit does not fit; empty when everything holds.

    `birth` is None where the holder's day or month is unknown (fillers) or no date; `text`: the zone as it was understood.
    """

    layout: Layout
    code: str
    issuer: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth: dt.date | None
    sex: str
    expiry: dt.date | None
    optional: str
    failed: tuple[str, ...]
    text: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Say whether every check digit fits."""
        return not self.failed

    def __repr__(self) -> str:
        """Show the kind, never the person."""
        return f"Zone({self.layout} {self.code} {'holds' if self.holds else 'fails ' + ','.join(self.failed)})"


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a field stands: line, first column, column after the last; from 0."""

    line: int
    start: int
    end: int

    def of(self, lines: Sequence[str]) -> str:
        return lines[self.line][self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Form:
    """One layout. `checks`: field name to (spans that are summed, span of the digit). `names`: where names stand."""

    columns: int
    rows: int
    code: _Span
    issuer: _Span
    names: _Span
    number: _Span
    nationality: _Span
    birth: _Span
    sex: _Span
    expiry: _Span
    optional: tuple[_Span, ...]
    checks: Mapping[str, tuple[tuple[_Span, ...], _Span]]


def _two_rows(columns: int, optional_end: int, *, composite: bool, personal: bool) -> _Form:
    """Return the layout that TD2, TD3 and both visas share: they differ in width and in what is checked."""
    number, birth, expiry = _Span(1, 0, 9), _Span(1, 13, 19), _Span(1, 21, 27)
    checks: dict[str, tuple[tuple[_Span, ...], _Span]] = {
        "number": ((number,), _Span(1, 9, 10)),
        "birth": ((birth,), _Span(1, 19, 20)),
        "expiry": ((expiry,), _Span(1, 27, 28)),
    }
    optional = _Span(1, 28, optional_end)
    if personal:
        checks["optional"] = ((optional,), _Span(1, 42, 43))
    if composite:
        last = columns - 1
        checks["composite"] = ((_Span(1, 0, 10), _Span(1, 13, 20), _Span(1, 21, last)), _Span(1, last, columns))
    return _Form(
        columns=columns,
        rows=2,
        code=_Span(0, 0, 2),
        issuer=_Span(0, 2, 5),
        names=_Span(0, 5, columns),
        number=number,
        nationality=_Span(1, 10, 13),
        birth=birth,
        sex=_Span(1, 20, 21),
        expiry=expiry,
        optional=(optional,),
        checks=checks,
    )


_FORMS: Mapping[Layout, _Form] = {
    Layout.TD1: _Form(
        columns=30,
        rows=3,
        code=_Span(0, 0, 2),
        issuer=_Span(0, 2, 5),
        names=_Span(2, 0, 30),
        number=_Span(0, 5, 14),
        nationality=_Span(1, 15, 18),
        birth=_Span(1, 0, 6),
        sex=_Span(1, 7, 8),
        expiry=_Span(1, 8, 14),
        optional=(_Span(0, 15, 30), _Span(1, 18, 29)),
        checks={
            "number": ((_Span(0, 5, 14),), _Span(0, 14, 15)),
            "birth": ((_Span(1, 0, 6),), _Span(1, 6, 7)),
            "expiry": ((_Span(1, 8, 14),), _Span(1, 14, 15)),
            "composite": ((_Span(0, 5, 30), _Span(1, 0, 7), _Span(1, 8, 15), _Span(1, 18, 29)), _Span(1, 29, 30)),
        },
    ),
    Layout.TD2: _two_rows(36, 35, composite=True, personal=False),
    Layout.TD3: _two_rows(44, 42, composite=True, personal=True),
    Layout.MRV_A: _two_rows(44, 44, composite=False, personal=False),
    Layout.MRV_B: _two_rows(36, 36, composite=False, personal=False),
}


def check_digit(text: str) -> int:
    """Return the check digit of a field (Doc 9303 part 3, 4.9): weights 7, 3, 1, modulo 10. Raises: KeyError."""
    return sum(_VALUES[char] * _WEIGHTS[place % 3] for place, char in enumerate(text)) % 10


def parse(lines: Sequence[str], today: dt.date) -> Zone | Unread:
    """Return the zone that stands in lines of print, wherever in them it stands. `today`: decides between centuries."""
    tidy = [_tidy(line) for line in lines[-_MOST_LINES:]]
    found: tuple[tuple[int, int], Zone] | None = None
    bad = False
    for layout in (Layout.TD1, Layout.TD3, Layout.TD2):
        form = _FORMS[layout]
        for first in range(len(tidy) - form.rows + 1):
            block = [_fitted(line, form.columns) for line in tidy[first : first + form.rows]]
            if any(line is None for line in block):
                continue
            zone = _read(_visa(layout, block[0] or ""), [line or "" for line in block], today)
            if zone is None:
                bad = True
                continue
            rank = (len(zone.failed), sum(abs(len(line) - form.columns) for line in tidy[first : first + form.rows]))
            if found is None or rank < found[0]:
                found = (rank, zone)
    if found is not None:
        return found[1]
    return Unread(Fault.CHARACTERS if bad else Fault.NO_ZONE)


def _visa(layout: Layout, first: str) -> Layout:
    if first.startswith("V"):
        return {Layout.TD3: Layout.MRV_A, Layout.TD2: Layout.MRV_B}.get(layout, layout)
    return layout


def _tidy(line: str) -> str:
    # A reader sees spaces between fillers and quotation marks for two of them.
    return "".join(line.upper().translate(_SEEN_AS_FILLER).split())


def _fitted(line: str, columns: int) -> str | None:
    """Return the line at its right length: a run of fillers at its end is easily read too short or too long."""
    if len(line) < columns // 2 or (len(line) < columns and not line.endswith(FILLER)):
        return None
    return line[:columns].ljust(columns, FILLER) if set(line[columns:]) <= {FILLER} else None


def _read(layout: Layout, lines: list[str], today: dt.date) -> Zone | None:
    form = _FORMS[layout]
    lines = _repaired(form, lines)
    if any(char not in _VALUES for line in lines for char in line) or not lines[0][:1].isalpha():
        return None
    failed = tuple(name for name, (spans, digit) in form.checks.items() if not _fits(lines, spans, digit))
    number, optional, failed = _long_number(layout, form, lines, failed)
    surname, _, given = form.names.of(lines).partition(FILLER * 2)
    return Zone(
        layout=layout,
        code=_plain(form.code.of(lines)),
        issuer=_plain(form.issuer.of(lines)),
        surname=_plain(surname),
        given_names=_plain(given),
        number=number,
        nationality=_plain(form.nationality.of(lines)),
        birth=_date(form.birth.of(lines), today, past=True),
        sex={"M": "M", "F": "F"}.get(form.sex.of(lines), ""),
        expiry=_date(form.expiry.of(lines), today, past=False),
        optional=optional,
        failed=failed,
        text=tuple(lines),
    )


def _fits(lines: Sequence[str], spans: Sequence[_Span], digit: _Span) -> bool:
    field, said = "".join(span.of(lines) for span in spans), digit.of(lines)
    if said == FILLER and not field.strip(FILLER):
        return True  # an empty field may carry a filler for its digit (part 4, 4.2.2)
    return said.isdigit() and check_digit(field) == int(said)


def _long_number(
    layout: Layout, form: _Form, lines: Sequence[str], failed: tuple[str, ...]
) -> tuple[str, str, tuple[str, ...]]:
    """Return number, optional data and failures; a TD1 number of more than nine characters goes on in the optional field."""
    number, optional = form.number.of(lines), " ".join(filter(None, (_plain(span.of(lines)) for span in form.optional)))
    if layout is not Layout.TD1 or lines[0][14] != FILLER:
        return _plain(number), optional, failed
    rest, _, after = lines[0][15:30].partition(FILLER)
    if len(rest) < 2 or not rest[-1].isdigit():
        return _plain(number), optional, failed
    whole, digit = number + rest[:-1], int(rest[-1])
    others = tuple(name for name in failed if name != "number")
    if check_digit(number + FILLER + rest[:-1]) != digit and check_digit(whole) != digit:
        others = (*others, "number")
    behind = " ".join(filter(None, (_plain(after), _plain(form.optional[1].of(lines)))))
    return _plain(whole), behind, others


def _repaired(form: _Form, lines: list[str]) -> list[str]:
    """Put figures where only figures can stand and letters where only letters can."""
    cells = [list(line) for line in lines]

    def put(span: _Span, table: dict[int, int]) -> None:
        cells[span.line][span.start : span.end] = list(span.of(lines).translate(table))

    for span in (form.birth, form.expiry, *(digit for _, digit in form.checks.values())):
        put(span, _AS_FIGURES)
    for span in (_Span(form.code.line, form.code.start, form.code.start + 1), form.issuer, form.nationality, form.names):
        put(span, _AS_LETTERS)
    return ["".join(row) for row in cells]


def _plain(field: str) -> str:
    return " ".join(field.replace(FILLER, " ").split())


def _date(text: str, today: dt.date, *, past: bool) -> dt.date | None:
    if not (text.isascii() and text.isdigit()) or len(text) != 6:
        return None
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    full = today.year // 100 * 100 + year
    if past:
        full -= 100 if (full, month, day) > (today.year, today.month, today.day) else 0
    elif full > today.year + _CENTURY_AHEAD_YEARS:
        full -= 100
    elif full < today.year - _CENTURY_AHEAD_YEARS:
        full += 100
    try:
        return dt.date(full, month, day)
    except ValueError:
        return None
