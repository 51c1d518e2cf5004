"""The social-insurance certificate: from the register's months to what stands on the paper.

Knows: the item's parameters, which months were paid, the words in both languages. Does not know: drawing, signing,
numbering or storing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from central.refusals import Refused
from central.register import InsuranceSpan, Month, Resident
from central.settings import CIVIL_TZ
from kiosk.city.messages import InsuranceKind

ITEM = "social_participation_cert"
VALID_DAYS = 30
OFFERED_MONTHS = 12
"""How many months are filled in for the person, up to the last that was paid."""
_EARLIEST = Month(1951, 1)
"""No social insurance was paid before."""
LONGEST_MONTHS = 360
TITLE = {"zh": "社会保险参保缴费证明", "en": "Certificate of Social Insurance Participation and Contributions"}
ISSUER = {"zh": "开封市人力资源和社会保障局", "en": "Kaifeng Human Resources and Social Security Bureau"}
CITY = {"zh": "开封市政务服务 · 24小时市民之窗", "en": "Kaifeng Government Services · 24-hour Citizen's Window"}

_KINDS = {
    InsuranceKind.EMPLOYEE_PENSION: ("企业职工基本养老保险", "Basic pension, enterprise employees"),
    InsuranceKind.RESIDENT_PENSION: ("城乡居民基本养老保险", "Basic pension, urban and rural residents"),
    InsuranceKind.PUBLIC_PENSION: ("机关事业单位基本养老保险", "Basic pension, public institutions"),
    InsuranceKind.UNEMPLOYMENT: ("失业保险", "Unemployment insurance"),
    InsuranceKind.WORK_INJURY: ("工伤保险", "Work-injury insurance"),
}
_YEARLY = frozenset({InsuranceKind.RESIDENT_PENSION})
"""Paid by the year, in one of the grades that the city offers (缴费档次): there is no month and no base to speak of.
国发〔2014〕8号, section 3."""
PURPOSES = {
    "school": ("入学", "School enrolment"),
    "household": ("落户", "Household registration"),
    "loan": ("贷款", "Loan application"),
    "bidding": ("招投标", "Bidding"),
    "housing_fund": ("公积金", "Housing provident fund"),
    "other": ("其他", "Other"),
}


class InsuranceParams(BaseModel):
    """The form's answers that this certificate needs; name and number come from the register, never from here."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    kind: tuple[InsuranceKind, ...] = Field(min_length=1, max_length=5)
    from_month: Month
    to_month: Month
    purpose: str = Field("other", max_length=40)

    @field_validator("from_month", "to_month", mode="before")
    @classmethod
    def _month(cls, value: object) -> Month:
        if not isinstance(value, str):
            raise ValueError("month")
        return Month.parse(value)


@dataclass(frozen=True, slots=True)
class Content:
    """What the certificate says, ready for the template (all text or numbers), and the kinds of which there is no record."""

    data: dict[str, Any]
    without_record: tuple[str, ...]


def content(resident: Resident, params: dict[str, Any], now: dt.datetime) -> Content:
    """Return what stands on the paper. Refuses 422 `params_invalid`, 409 `no_record`."""
    try:
        wanted = InsuranceParams.model_validate(params)
    except ValidationError as error:
        keys = ",".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise Refused(422, "params_invalid", keys) from error
    today = now.astimezone(CIVIL_TZ).date()
    months = wanted.to_month.ordinal - wanted.from_month.ordinal + 1
    if not 1 <= months <= LONGEST_MONTHS or wanted.to_month > Month(today.year, today.month):
        raise Refused(422, "params_invalid", "from_month,to_month")
    sections, without = [], []
    for kind in dict.fromkeys(wanted.kind):
        found = [_section(span, wanted) for span in resident.insurance if span.kind is kind]
        paid = [section for section in found if section["total"]]
        if not paid:
            without.append(kind)
        # What was asked for and is not on record is said so: silence would be taken for *not asked*.
        sections += paid or [_heading(kind, "") | {"years": [], "total": 0}]
    if len(without) == len(sections):
        raise Refused(409, "no_record")
    return Content(_words(resident, wanted, sections), tuple(kind.value for kind in without))


def on_record(resident: Resident, now: dt.datetime) -> dict[str, Any]:
    """Return the answers that bring this person's latest contributions; nothing if there are none.

    The last twelve months up to the last that was paid, and the kinds that were paid within them.
    """
    today = now.astimezone(CIVIL_TZ).date()
    month = Month(today.year, today.month)
    while not any(span.paid(month) for span in resident.insurance):
        if month < _EARLIEST:
            return {}
        month = month.later(-1)
    first = max(month.later(1 - OFFERED_MONTHS), min(span.since for span in resident.insurance))
    months = [first.later(at) for at in range(month.ordinal - first.ordinal + 1)]
    kinds = [
        kind for kind in InsuranceKind
        if any(span.kind is kind and any(map(span.paid, months)) for span in resident.insurance)
    ]  # fmt: skip
    return {"kind": [kind.value for kind in kinds], "from_month": str(first), "to_month": str(month)}


def _section(span: InsuranceSpan, wanted: InsuranceParams) -> dict[str, Any]:
    years = [_year(span, year, wanted) for year in range(wanted.from_month.year, wanted.to_month.year + 1)]
    yearly = span.kind in _YEARLY
    return _heading(span.kind, span.employer) | {
        "years": years,  # those without a contribution too: who reads the paper must not take silence for payment
        "total": sum(year["count"] > 0 if yearly else year["count"] for year in years),
    }


def _heading(kind: InsuranceKind, employer: str) -> dict[str, Any]:
    zh, en = _KINDS[kind]
    return {"zh": zh, "en": en, "employer": employer, "yearly": kind in _YEARLY}


def _year(span: InsuranceSpan, year: int, wanted: InsuranceParams) -> dict[str, Any]:
    marks, bases = [], set()
    for month in (Month(year, number) for number in range(1, 13)):
        if not wanted.from_month <= month <= wanted.to_month:
            marks.append("outside")
        elif span.paid(month):
            marks.append("paid")
            bases.add(span.base(month))
        else:
            marks.append("none")
    base = f"{min(bases):,}" if len(bases) == 1 else f"{min(bases):,}–{max(bases):,}" if bases else "－"
    return {"year": str(year), "months": marks, "count": marks.count("paid"), "base": base}


def _words(resident: Resident, wanted: InsuranceParams, sections: list[dict[str, Any]]) -> dict[str, Any]:
    start, end = wanted.from_month, wanted.to_month
    purpose = PURPOSES.get(wanted.purpose, PURPOSES["other"])
    zh = (
        f"兹证明：{resident.name}（公民身份号码 {resident.number}）在本市下列社会保险"
        f"{start.year}年{start.month}月至{end.year}年{end.month}月期间的参保缴费情况如下。"
    )
    en = (
        f"This is to certify the contributions of {resident.name}, citizen ID number {resident.number}, to the following"
        f" social insurance of this city in the period from {start} to {end}, as listed below."
    )
    return {
        "title": TITLE,
        "issuer": ISSUER,
        "city": CITY,
        "name": resident.name,
        "number": resident.number,
        "period": f"{start.year}年{start.month}月—{end.year}年{end.month}月",
        "purpose": {"zh": purpose[0], "en": purpose[1]},
        "body": {"zh": zh, "en": en},
        "sections": sections,
    }
