"""The platform's parts that need no network: register, contents of a certificate, tokens, catalogue, files, database."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from central import insurance, keys, tokens
from central.catalogue import CatalogueDesk
from central.db import Database
from central.files import write_durably
from central.handover import HandoverDesk
from central.parts import ObjectStore
from central.refusals import Refused
from central.register import Month, Register
from central.settings import Settings
from central.tables import kiosks
from kiosk.city.wire import PersonKey

NOW = dt.datetime(2026, 11, 21, 3, 12, tzinfo=dt.UTC)
JIA = PersonKey(name="测试甲", number="990000199001010017")
YI = PersonKey(name="测试乙", number="990000195801010025")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> keys.Keys:
    settings = Settings(tmp_path_factory.mktemp("keys") / "state", now=lambda: NOW)
    keys.init(settings)
    return keys.load(settings)


def said(person: PersonKey, **params: object) -> dict[str, object]:
    resident = Register().find(person)
    assert resident
    defaults = {"kind": ["employee_pension"], "from_month": "2020-01", "to_month": "2020-12", "purpose": "loan"}
    return insurance.content(resident, {**defaults, **params}, NOW).data


def test_the_register_wants_name_number_and_type() -> None:
    """It should find nobody by less than all three."""
    register = Register()
    assert register.find(JIA)
    assert register.find(JIA.model_copy(update={"name": "测试乙"})) is None
    assert register.find(JIA.model_copy(update={"document_type": "414"})) is None


def test_a_gap_in_contributions_shows() -> None:
    """It should mark paid, unpaid and outside months, and count the paid ones."""
    [section] = said(JIA, from_month="2020-01", to_month="2020-06")["sections"]  # type: ignore[misc]
    [year] = section["years"]
    assert year["months"] == ["paid", "none", "none", "none", "paid", "paid", *["outside"] * 6]
    assert (year["count"], section["total"], year["base"]) == (3, 3, "4,180")


def test_years_without_a_contribution_stand_on_the_paper() -> None:
    """It should list every year that was asked for: silence would read as payment."""
    [section] = said(YI, kind=["resident_pension"], from_month="2017-06", to_month="2020-03")["sections"]  # type: ignore[misc]
    assert [year["year"] for year in section["years"]] == ["2017", "2018", "2019", "2020"]
    assert [year["count"] for year in section["years"]] == [7, 1, 0, 0]
    assert section["years"][2]["months"] == ["none"] * 12


def test_what_is_paid_by_the_year_is_counted_in_years() -> None:
    """It should count years of the residents' pension, which knows no month, and months of everything else."""
    [section] = said(YI, kind=["resident_pension"], from_month="2017-06", to_month="2020-03")["sections"]  # type: ignore[misc]
    assert (section["yearly"], section["total"], section["years"][0]["base"]) == (True, 2, "500")
    [section] = said(JIA, from_month="2020-01", to_month="2020-12")["sections"]  # type: ignore[misc]
    assert (section["yearly"], section["total"]) == (False, 9)


def test_a_year_with_two_bases_names_both() -> None:
    """It should give the range of contribution bases within a year."""
    [section] = said(JIA, from_month="2019-01", to_month="2019-12")["sections"]  # type: ignore[misc]
    assert section["years"][0]["base"] == "3,420–4,180"


def test_kinds_without_record_are_named_as_such() -> None:
    """It should say of each kind that was asked for whether there is anything, and refuse if there is nothing at all."""
    resident = Register().find(YI)
    assert resident
    params = {"kind": ["unemployment", "resident_pension"], "from_month": "2017-01", "to_month": "2019-12"}
    content = insurance.content(resident, params, NOW)
    assert [(section["zh"], section["total"]) for section in content.data["sections"]] == [
        ("失业保险", 0),
        ("城乡居民基本养老保险", 2),
    ]
    assert content.without_record == ("unemployment",)
    with pytest.raises(Refused) as refused:
        insurance.content(resident, {**params, "kind": ["unemployment", "work_injury"]}, NOW)
    assert refused.value.code == "no_record"


@pytest.mark.parametrize(
    ("person", "kinds", "months"),
    [
        (JIA, ["employee_pension", "unemployment", "work_injury"], ("2025-12", "2026-11")),
        (YI, ["resident_pension"], ("2017-02", "2018-01")),
    ],
)
def test_what_is_on_record_brings_a_certificate(person: PersonKey, kinds: list[str], months: tuple[str, str]) -> None:
    """It should name the last twelve months that were paid and the kinds within them, and all of it is on record."""
    resident = Register().find(person)
    assert resident
    offered = insurance.on_record(resident, NOW)
    assert (offered["kind"], (offered["from_month"], offered["to_month"])) == (kinds, months)
    assert insurance.content(resident, offered, NOW).without_record == ()


def test_who_was_never_insured_is_offered_nothing() -> None:
    """It should offer no answers at all, rather than some that find nothing."""
    resident = Register().find(YI)
    assert resident
    assert insurance.on_record(dataclasses.replace(resident, insurance=()), NOW) == {}


@pytest.mark.parametrize("text", ["2026-00", "2026-13", "26-01", "2026-1", "", "2026-01-01", "1066-01", "２０２６-01x"])
def test_what_is_no_month(text: str) -> None:
    """It should refuse anything but YYYY-MM."""
    with pytest.raises(ValueError):
        Month.parse(text)


def test_a_token_cannot_be_changed(made: keys.Keys) -> None:
    """It should read back only what this platform signed."""
    assured = tokens.Assured("0001", "a" * 64, "card+code", NOW)
    token = tokens.make(made, assured)
    assert tokens.read(made, token) == assured
    for broken in (token[:-2], token + "A", "A" + token, token.replace(".", ""), "", ".", "é.é"):
        assert tokens.read(made, broken) is None


def test_keys_are_made_once(tmp_path: Path) -> None:
    """It should refuse a second init and keep the staff password's hash only."""
    settings = Settings(tmp_path / "state")
    password = keys.init(settings)
    with pytest.raises(keys.StateError, match="already_initialised"):
        keys.init(settings)
    loaded = keys.load(settings)
    assert loaded.staff_password_holds(password)
    assert not loaded.staff_password_holds(password + "x")
    assert not any(password.encode() in path.read_bytes() for path in settings.keys_dir.iterdir())


def test_the_shipped_catalogue_is_understood() -> None:
    """It should find the two items that this platform works on, with their codes and limits."""
    desk = CatalogueDesk(Path(__file__).parents[3] / "kiosk" / "catalogue" / "data")
    permit, certificate = desk.item("residence_permit_apply"), desk.item(insurance.ITEM)
    assert permit
    assert certificate
    assert (len(permit.task_code), permit.limit, permit.unit) == (31, 7, "working_day")
    assert desk.item("nothing") is None
    assert CatalogueDesk(None).item(insurance.ITEM) is None


def test_the_catalogues_choices_can_be_certified() -> None:
    """It should know every kind and purpose that the catalogue offers."""
    path = Path(__file__).parents[3] / "kiosk" / "catalogue" / "data" / "items" / "hrss.yaml"
    [item] = [each for each in yaml.safe_load(path.read_text(encoding="utf-8")) if each["id"] == insurance.ITEM]
    offered = {field["key"]: [option["value"] for option in field.get("options", [])] for field in item["fields"]}
    assert set(offered["kind"]) == {kind.value for kind in insurance.InsuranceKind}
    assert set(offered["purpose"]) == set(insurance.PURPOSES)
    assert item["result"]["valid_days"] == insurance.VALID_DAYS


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """It should roll back on any exception and go on working."""
    db = Database(f"sqlite:///{tmp_path}/central.db")
    with pytest.raises(Refused), db.transaction() as connection:
        connection.execute(kiosks.insert().values(number="0001", enrolled_at=NOW))
        raise Refused(422, "no")
    with db.transaction() as connection:
        assert connection.execute(select(kiosks)).all() == []
        connection.execute(kiosks.insert().values(number="0001", enrolled_at=NOW))
    db.close()
    again = Database(f"sqlite:///{tmp_path}/central.db")
    with again.transaction() as connection:
        assert connection.execute(select(kiosks.c.enrolled_at)).scalar_one() == NOW
    again.close()


def test_a_damaged_object_is_not_handed_out(tmp_path: Path) -> None:
    """It should check every object against its name."""
    store = ObjectStore(tmp_path / "store")
    sha256 = store.put(b"page")
    assert store.get(sha256) == b"page"
    (tmp_path / "store" / sha256[:2] / sha256).write_bytes(b"other")
    with pytest.raises(Refused, match="object_damaged"):
        store.get(sha256)
    with pytest.raises(Refused, match="not_found"):
        store.get("../../etc/passwd")


def test_a_durable_file_is_whole_or_absent(tmp_path: Path) -> None:
    """It should leave neither file nor scrap behind when it cannot write."""
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(OSError):
        write_durably(target, b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    ("named", "expected"),
    [("", "https://fuwu.kaifeng.example/"), ("https://up.example:8443/", "https://up.example:8443/")],
)
def test_phones_are_sent_to_the_public_address_unless_another_is_named(tmp_path: Path, named: str, expected: str) -> None:
    """A hand-over should lead to its own address, else to the one on the certificates."""
    settings = Settings(tmp_path, public_url="https://fuwu.kaifeng.example", handover_url=named)
    opened = HandoverDesk(settings).open("0001")
    assert opened.url == f"{expected}u/{opened.token}"
