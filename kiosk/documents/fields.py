"""What a page says, field by field, from its lines of print.

Knows: Chinese identity cards (front and back), pages of the household register, machine-readable zones, and printed forms
whose labels are given. Does not know: pictures, networks, whose page it should be. Pure: lines in, values
out; nothing raises for what was read.

A value stands between its label and the next one on the same height, or goes on below it. Numbers with a check digit are
mended where a reader takes letters for figures, and only if the digit then fits.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kiosk.documents import mrz
from kiosk.documents.pages import TextLine
from kiosk.identity.numbers import ResidentNumber, Sex, resident_id

CONFIRM_BELOW = 0.95
"""Fields that are less sure are shown to the person and asked about."""
_ROW = 0.6
_MOST_LINES = 600
_FIGURES = str.maketrans("OoQDIl|ZzSsBgq", "00001112255899")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9OoQDIl|ZzSsBgq]{17}[0-9XxOoQDIl|ZzSsBgq](?![0-9A-Za-z])")
_DATE = re.compile(r"(\d{4})\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(\d{1,2})\s*日?")
_UNTIL_FOREVER = "长期"
_LEAD = " :：.．·・;；,，|丨"
_WORD = re.compile(r"[\u3400-\u9fff·A-Za-z ]{2,40}")


class Kind(enum.StrEnum):
    """What sort of page it is taken for."""

    ID_FRONT = "id_front"
    ID_BACK = "id_back"
    HOUSEHOLD = "household"
    TRAVEL = "travel"
    FORM = "form"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Field:
    """One value. `sure`: 0 to 1. `checked`: its check digit, or another field of the page, confirms it; None: has none."""

    value: str
    sure: float
    checked: bool | None = None

    @property
    def ask(self) -> bool:
        """Say whether the person has to confirm it."""
        return self.sure < CONFIRM_BELOW or self.checked is False

    def __repr__(self) -> str:
        """Show how sure, never what."""
        return f"Field({len(self.value)} characters, {self.sure:.2f}, {self.checked})"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one page says. Field keys: name, sex, nation, birth, address, id_no, issuer, valid_from, valid_to, relation,
    number, nationality; of a printed form, the keys that its labels were given under. Dates are ISO.
    """

    kind: Kind = Kind.OTHER
    fields: Mapping[str, Field] = field(default_factory=dict)


_ID_FRONT = {"姓名": "name", "性别": "sex", "民族": "nation", "出生": "birth", "住址": "address", "公民身份号码": "id_no"}
_ID_BACK = {"签发机关": "issuer", "有效期限": "valid"}
_HOUSEHOLD = {
    "户主或与户主关系": "relation",
    "与户主关系": "relation",
    "户主姓名": "head",
    "姓名": "name",
    "性别": "sex",
    "民族": "nation",
    "出生日期": "birth",
    "公民身份证件编号": "id_no",
    "公民身份号码": "id_no",
    "住址": "address",
    "户号": "household_no",
    "户别": "household",
    "籍贯": "origin",
    "出生地": "birthplace",
    "曾用名": "",
    "文化程度": "",
    "婚姻状况": "",
    "兵役状况": "",
    "服务处所": "",
    "职业": "",
    "宗教信仰": "",
    "身高": "",
    "血型": "",
    "其他住址": "",
    "本市其他住址": "",
    "承办人签章": "",
    "登记日期": "",
    "户口专用章": "",
    "何时由何地迁来本市": "",
    "何时由何地迁来本址": "",
}
_GOES_ON = frozenset({"address"})
_SEXES = {"男": Sex.MALE, "女": Sex.FEMALE, "M": Sex.MALE, "F": Sex.FEMALE}


def understand(lines: Sequence[TextLine], today: dt.date, labels: Mapping[str, str] | None = None) -> Reading:
    """Say what the page is and what stands on it. `labels`: printed label to field key, of a form."""
    lines = lines[:_MOST_LINES]
    zone = mrz.parse([line.text for line in lines], today)
    if isinstance(zone, mrz.Zone) and len(zone.failed) <= 1:
        return Reading(Kind.TRAVEL, _travel(zone, lines))
    text = "".join(_close(line.text) for line in lines)
    household = "常住人口登记卡" in text or "户主" in text or "户口簿" in text
    if household:
        return Reading(Kind.HOUSEHOLD, _person(lines, _HOUSEHOLD, today))
    if labels:
        fields = {key: _checked(value, today) for key, value in labelled(lines, labels).items() if key}
        if fields:
            return Reading(Kind.FORM, fields)
    if "签发机关" in text and "有效期" in text:
        return Reading(Kind.ID_BACK, _validity(labelled(lines, {**_ID_BACK, "有效期": "valid"})))
    if "公民身份号码" in text and "姓名" in text:
        return Reading(Kind.ID_FRONT, _person(lines, _ID_FRONT, today))
    number = resident_number(lines, today)
    return Reading(Kind.OTHER, {} if number is None else {"id_no": number})


# --- labels and values ----


def _close(text: str) -> str:
    return "".join(text.split())


def labelled(lines: Sequence[TextLine], labels: Mapping[str, str]) -> dict[str, Field]:
    """Return the value beside each label that is found; the first that has one counts."""
    known = {_close(label): key for label, key in labels.items() if _close(label)}
    if not known:
        return {}
    pattern = re.compile("|".join(re.escape(label) for label in sorted(known, key=len, reverse=True)))
    found: dict[str, Field] = {}
    open_key, open_left = "", 0.0
    for row in _rows(lines):
        text, owners = _row_text(row)
        hits = [hit for hit in pattern.finditer(text) if _begins(text, hit.start(), owners)]
        before = text[: hits[0].start()] if hits else text
        if open_key and before and owners[0].box[0] > open_left:
            earlier = found[open_key]
            found[open_key] = Field(earlier.value + before.strip(_LEAD), min(earlier.sure, _least(owners[: len(before)])))
        elif not hits:
            open_key = ""
        for number, hit in enumerate(hits):
            key = known[hit[0]]
            end = hits[number + 1].start() if number + 1 < len(hits) else len(text)
            value = text[hit.end() : end].strip(_LEAD)
            if key in found or (not value and key not in _GOES_ON):
                continue
            sure = _least(owners[hit.end() : end]) if value else 1.0
            found[key] = Field(value, sure)
            open_key, open_left = (key, row[0].box[0]) if key in _GOES_ON else ("", 0.0)
    return {key: value for key, value in found.items() if key and value.value}


def _begins(text: str, at: int, owners: Sequence[TextLine]) -> bool:
    """Say whether a label begins here, and is not the middle of a sentence: a line's start, or after a gap or a mark."""
    return at == 0 or owners[at] is not owners[at - 1] or text[at - 1] in _LEAD or len(owners[at].text) < 24


def _rows(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: line.box[1] + line.box[3] / 2):
        middle = line.box[1] + line.box[3] / 2
        if rows:
            first = rows[-1][0]
            if abs(middle - (first.box[1] + first.box[3] / 2)) < _ROW * min(first.box[3], line.box[3]):
                rows[-1].append(line)
                continue
        rows.append([line])
    return [sorted(row, key=lambda line: line.box[0]) for row in rows]


def _row_text(row: Sequence[TextLine]) -> tuple[str, list[TextLine]]:
    """Return the row's text without blanks, and which line each character came from."""
    owners = [line for line in row for _ in _close(line.text)]
    return "".join(_close(line.text) for line in row), owners


def _least(owners: Sequence[TextLine]) -> float:
    return min((line.sure for line in owners), default=0.0)


# --- persons ----


def _person(lines: Sequence[TextLine], labels: Mapping[str, str], today: dt.date) -> dict[str, Field]:
    raw = labelled(lines, labels)
    fields = {key: value for key, value in raw.items() if key not in {"sex", "birth", "id_no", "nation"}}
    number = resident_number(lines, today)
    says = None if number is None else resident_id(number.value, today=today)
    holder = says if isinstance(says, ResidentNumber) else None
    if number is not None:
        fields["id_no"] = number
    if "sex" in raw and raw["sex"].value[:1] in _SEXES:
        sex = _SEXES[raw["sex"].value[:1]]
        fields["sex"] = Field(str(sex), raw["sex"].sure, None if holder is None else sex == holder.sex)
    if "birth" in raw and (born := date_in(raw["birth"].value)) is not None:
        fields["birth"] = Field(born.isoformat(), raw["birth"].sure, None if holder is None else born == holder.birth)
    if "nation" in raw:
        fields["nation"] = Field(raw["nation"].value.removesuffix("族") or raw["nation"].value, raw["nation"].sure)
    if "name" in fields and not _WORD.fullmatch(fields["name"].value):
        fields["name"] = Field(fields["name"].value, min(fields["name"].sure, CONFIRM_BELOW - 0.01))
    return fields


def _checked(value: Field, today: dt.date) -> Field:
    """Return a form's value; of a resident number, mended where its check character says so, or found wrong by it."""
    text = _close(value.value)
    if _NUMBER.fullmatch(text) is None:
        return value
    return resident_number([TextLine(text, (0.0, 0.0, 0.0, 0.0), value.sure)], today) or value


def resident_number(lines: Sequence[TextLine], today: dt.date) -> Field | None:
    """Return the resident number that stands on the page: the first whose check character fits, else the first at all."""
    wrong: Field | None = None
    for line in lines:
        for hit in _NUMBER.finditer(_close(line.text)):
            seen = hit[0]
            if isinstance(resident_id(seen, today=today), ResidentNumber):
                return Field(seen.upper(), line.sure, checked=True)
            mended = seen[:17].translate(_FIGURES) + (seen[17].upper() if seen[17] in "xX" else seen[17].translate(_FIGURES))
            if mended != seen and isinstance(resident_id(mended, today=today), ResidentNumber):
                return Field(mended, min(line.sure, CONFIRM_BELOW - 0.01), checked=True)
            wrong = wrong or Field(seen, line.sure, checked=False)
    return wrong


def _validity(raw: Mapping[str, Field]) -> dict[str, Field]:
    fields = {key: value for key, value in raw.items() if key == "issuer"}
    span = raw.get("valid")
    if span is None:
        return fields
    dates = [each for each in (_date(hit) for hit in _DATE.finditer(span.value.replace("一", "-"))) if each is not None]
    forever = _UNTIL_FOREVER in span.value
    if dates and (forever or len(dates) == 2):
        until = "" if forever else dates[1].isoformat()
        ordered = forever or dates[0] < dates[1]
        fields["valid_from"] = Field(dates[0].isoformat(), span.sure, checked=ordered)
        fields["valid_to"] = Field(until or _UNTIL_FOREVER, span.sure, checked=ordered)
    return fields


def _travel(zone: mrz.Zone, lines: Sequence[TextLine]) -> dict[str, Field]:
    sure = min((line.sure for line in lines if mrz.FILLER in line.text), default=0.5)
    whole = zone.holds  # a composite digit covers what has none of its own
    said = {
        "name": f"{zone.surname} {zone.given_names}".strip(),
        "number": zone.number,
        "nationality": zone.nationality,
        "birth": "" if zone.birth is None else zone.birth.isoformat(),
        "sex": str(_SEXES.get(zone.sex, Sex.UNKNOWN)),
        "valid_to": "" if zone.expiry is None else zone.expiry.isoformat(),
    }
    own = {"number": "number", "birth": "birth", "valid_to": "expiry"}
    return {
        key: Field(value, sure, (own[key] not in zone.failed and whole) if key in own else None)
        for key, value in said.items()
        if value
    }


def date_in(text: str) -> dt.date | None:
    """Return the first date of a text in year, month, day, however they are parted."""
    hit = _DATE.search(text)
    return None if hit is None else _date(hit)


def _date(hit: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(hit[1]), int(hit[2]), int(hit[3]))
    except ValueError:
        return None
