"""The catalogue as it ships, and what the loader refuses."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from central import insurance
from kiosk.catalogue.errors import CatalogueError
from kiosk.catalogue.loader import DATA, Catalogue
from kiosk.catalogue.models import Need, Provide, ServiceItem
from kiosk.catalogue.rules import CheckedByRegister, FieldType
from kiosk.identity.assurance import Assurance
from kiosk.identity.persons import PersonCard
from kiosk.words import Words

CATALOGUE = Catalogue.load()
FILES: dict[str, Any] = {
    str(path.relative_to(DATA)): yaml.safe_load(path.read_text(encoding="utf-8")) for path in DATA.rglob("*.yaml")
}


def served(files: dict[str, Any]) -> dict[str, Any]:
    return {"version": "x", "files": json.loads(json.dumps(files, default=str))}


def test_everything_is_there() -> None:
    """All items, departments, certificate types and bundle members should load, marked as samples."""
    assert len(CATALOGUE.items) == 39
    assert len(CATALOGUE.departments) == 15
    assert len(CATALOGUE.certificate_types) == 10
    assert [member.seq for member in CATALOGUE.bundle.members] == list(range(1, 36))
    assert all(item.sample for item in CATALOGUE.items)


def test_only_two_items_are_open() -> None:
    """Only the certificate and the residence permit should be offered; charged items should say how to pay."""
    assert {item.id for item in CATALOGUE.items if item.available} == {
        "social_participation_cert",
        "residence_permit_apply",
    }
    for item in CATALOGUE.items:
        if not item.available:
            expected = "form.unavailable.charged" if item.fee.charged else "form.unavailable.not_offered"
            assert item.unavailable_reason == expected


def test_what_is_printed_here_is_called_as_its_service_is() -> None:
    """Who pressed a tile finds its name on the paper, which is central's."""
    printed = [item for item in CATALOGUE.items if item.available and item.prints]
    assert printed
    for item in printed:
        assert item.name == item.result.name
    (insured,) = printed
    assert insured.name.zh == insurance.TITLE["zh"]
    assert insured.name.en.lower() == insurance.TITLE["en"].lower()


def test_no_item_promises_longer_than_the_law_allows() -> None:
    """A promised limit in the same unit should never pass the statutory one."""
    for item in CATALOGUE.items:
        if item.legal_limit is not None and item.legal_limit.unit is item.promised_limit.unit:
            assert item.promised_limit.value <= item.legal_limit.value, item.id


def test_the_residence_permit_keeps_its_promises() -> None:
    """The permit should work offline with the card alone, ask for scans, and offer the window only."""
    item = CATALOGUE.item("residence_permit_apply")
    assert (item.assurance, item.offline_assurance) == (Assurance.CARD_CODE, Assurance.CARD)
    assert Need.LINE not in item.needs
    assert [option.value for option in item.field("delivery").options] == ["window"]
    proof = item.material("address_proof")
    assert (proof.provide, proof.pages_min, proof.pages_max) == ((Provide.SHARE, Provide.SCAN), 2, 2)


def test_no_shelf_is_empty() -> None:
    """Shelves and life events should each hold something, so that no tile leads nowhere."""
    assert all(CATALOGUE.of_theme(theme.id) for theme in CATALOGUE.themes)
    assert all(CATALOGUE.of_life_event(event.id) for event in CATALOGUE.life_events)


def test_the_served_document_is_the_same_catalogue() -> None:
    """Files as JSON should build the same catalogue as the folder, so that a download can replace it."""
    assert Catalogue.from_document(served(FILES)) == CATALOGUE


def test_message_ids_of_the_data_have_words() -> None:
    """Every reason and next step that items name should have a sentence in both languages."""
    words = Words.load()
    named = {item.unavailable_reason for item in CATALOGUE.items} | {item.unavailable_next_step for item in CATALOGUE.items}
    for language in words.languages:
        assert named - {None} <= words.ids(language)


def test_every_prose_rule_became_a_typed_one() -> None:
    """Fields whose numbers have a check should carry it as a rule."""
    wanted = {
        FieldType.MOBILE: "mobile",
        FieldType.ID_NO: "gb11643",
        FieldType.USCC: "gb32100",
        FieldType.BANK_CARD: "luhn",
        FieldType.PLATE: "plate",
        FieldType.CASE_NO: "case_no",
        FieldType.ADDRESS: "division_level",
        FieldType.DIVISION: "division_level",
    }
    for item in CATALOGUE.items:
        for field in item.fields:
            kinds = {getattr(rule, "kind", "") for rule in field.rules}
            if field.type in wanted:
                assert wanted[field.type] in kinds, (item.id, field.key)


# --- search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("居住证", "zh_CN", "residence_permit_apply"),
        ("jzzsl", "zh_CN", "residence_permit_apply"),
        ("JZZ", "zh_CN", "residence_permit_apply"),
        ("residence", "en", "residence_permit_endorse"),
        ("ＳＨＢＸ", "zh_CN", "social_participation_cert"),
        ("参保", "zh_CN", "social_participation_cert"),
        ("410706001000", "zh_CN", "residence_permit_apply"),
        ("credit report", "en", "credit_report"),
        ("contributions certificate", "en", "social_participation_cert"),
    ],
)
def test_search_finds(text: str, language: str, first: str) -> None:
    """Names in both languages, initials and codes should lead to the item."""
    assert first in [item.id for item in CATALOGUE.search(text, language)][:3]


@pytest.mark.parametrize(
    "text", ["", "   ", "没有这样的事项", pytest.param("x" * 10_000_000, id="10 MB"), "\x00", "\ud800", "\u202e"]
)
def test_search_finds_nothing(text: str) -> None:
    """An empty, unknown or hostile text should find nothing and not raise."""
    assert CATALOGUE.search(text, "zh_CN") == ()


# --- refusals --------------------------------------------------------------------------------------------------------


def permit(files: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in files["items/psb.yaml"] if item["id"] == "residence_permit_apply")
    return found


def field(files: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in permit(files)["fields"] if each["key"] == key)
    return found


def material(files: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in permit(files)["materials"] if each["key"] == key)
    return found


Break = Callable[[dict[str, Any]], object]
PSB = "items/psb.yaml"


@pytest.mark.parametrize(
    ("breaking", "code", "file", "key"),
    [
        (lambda f: permit(f)["name"].pop("en"), "shape", PSB, "name.en"),
        (lambda f: permit(f)["name"].update(en=" "), "shape", PSB, "name.en"),
        (lambda f: permit(f)["summary"].update(en="居住证"), "language", PSB, "summary.en"),
        (lambda f: permit(f).update(surprise=1), "shape", PSB, "surprise"),
        (lambda f: permit(f).update(department="nobody"), "reference", PSB, "department"),
        (lambda f: permit(f).update(theme="nobody"), "reference", PSB, "theme"),
        (lambda f: permit(f)["life_events"].append("nobody"), "reference", PSB, "life_events"),
        (lambda f: permit(f)["result"].update(certificate_type="x"), "reference", PSB, "result.certificate_type"),
        (lambda f: permit(f).update(task_code="11410200MB9Y00059G3410706001001"), "code", PSB, "task_code"),
        (lambda f: permit(f).update(catalog_code="410806001000"), "code", PSB, "catalog_code"),
        (lambda f: permit(f).update(needs=["id_card"]), "needs", PSB, "needs"),
        (lambda f: permit(f).update(offline_assurance="card+clerk"), "needs", PSB, "offline_assurance"),
        (lambda f: permit(f).pop("offline_assurance"), "needs", PSB, "needs"),
        (lambda f: permit(f).update(available=False), "shape", PSB, "residence_permit_apply"),
        (lambda f: f[PSB].append(copy.deepcopy(permit(f))), "duplicate", PSB, "residence_permit_apply"),
        (lambda f: field(f, "reason").pop("options"), "options", PSB, "fields.reason.options"),
        (lambda f: field(f, "phone").update(page=9), "pages", PSB, "fields"),
        (lambda f: field(f, "phone").update(visible_when={"field": "reason"}), "condition", "reach.yaml", "phone"),
        (lambda f: f["reach.yaml"].clear(), "shape", "reach.yaml", ""),
        (lambda f: field(f, "phone").update(key="reason"), "duplicate", PSB, "fields.reason"),
        (lambda f: field(f, "phone").update(rules=[{"kind": "luhn"}]), "rule", PSB, "fields.phone.rules.0"),
        (lambda f: field(f, "phone").update(rules=[{"kind": "magic"}]), "shape", PSB, "fields.6.rules.0"),
        (lambda f: field(f, "reg_since").update(rules=[{"kind": "not_before", "field": "x"}]), "rule", PSB, "rules.0.field"),
        (lambda f: field(f, "reg_since").update(register_id="x"), "reference", PSB, "fields.reg_since.register_id"),
        (
            lambda f: field(f, "delivery").update(visible_when={"field": "reason", "any_of": ["play"]}),
            "condition",
            PSB,
            "fields.delivery.visible_when",
        ),
        (
            lambda f: field(f, "delivery").update(default={"kind": "value", "value": "post"}),
            "default",
            PSB,
            "fields.delivery.default",
        ),
        (
            lambda f: material(f, "study_proof")["required_when"].update(field="nothing"),
            "condition",
            PSB,
            "materials.study_proof.required_when",
        ),
        (lambda f: material(f, "id_photo").pop("profile"), "shape", PSB, "materials.4"),
        (
            lambda f: material(f, "study_proof").update(register_id="x"),
            "reference",
            PSB,
            "materials.study_proof.register_id",
        ),
        (lambda f: f["departments.yaml"][0].update(uscc="11410200MB9Y000164"), "code", "departments.yaml", "samr.uscc"),
        (lambda f: f["departments.yaml"][0].update(hours=[]), "shape", "departments.yaml", "samr.hours"),
        (lambda f: f["certificate_types.yaml"][0].update(type_code="1"), "code", "certificate_types.yaml", "type_code"),
        (lambda f: f["bundle.yaml"]["members"][0]["name"].pop("en"), "shape", "bundle.yaml", "members.0.name.en"),
        (lambda f: f.pop("themes.yaml"), "missing", "themes.yaml", ""),
        (lambda f: f.update({"themes.yaml": {}}), "shape", "themes.yaml", ""),
        (lambda f: f.pop("catalogue.yaml"), "shape", "catalogue.yaml", ""),
        (lambda f: [f.pop(name) for name in list(f) if name.startswith("items/")], "missing", "items", ""),
    ],
)
def test_gaps_are_refused(breaking: Break, code: str, file: str, key: str) -> None:
    """Each gap should be refused with a code, the file and the key of the place."""
    files = copy.deepcopy(FILES)
    breaking(files)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.from_document(served(files))
    assert caught.value.code == f"catalogue.{code}"
    assert caught.value.file == file
    assert key in caught.value.key


@pytest.mark.parametrize("document", [None, [], {}, {"files": []}, {"files": {}}, {"files": {"themes.yaml": "\x00"}}])
def test_documents_that_are_none_are_refused(document: Any) -> None:
    """Whatever central answers, only a coded error should come of it."""
    with pytest.raises(CatalogueError):
        Catalogue.from_document(document)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"- {id: a, id: b}\n", "catalogue.syntax"), (b"- [\n", "catalogue.syntax"), (b"\xff\xfe\xff", "catalogue.syntax")],
)
def test_files_that_are_no_yaml_are_refused(tmp_path: Path, content: bytes, code: str) -> None:
    """A key twice, broken syntax and broken bytes should be refused with the file's name."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    (folder / "themes.yaml").write_bytes(content)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load(folder)
    assert (caught.value.code, caught.value.file) == (code, "themes.yaml")


def test_a_copied_folder_loads(tmp_path: Path) -> None:
    """A folder elsewhere, as a city would keep its own, should load alike."""
    shutil.copytree(DATA, tmp_path / "data")
    assert Catalogue.load(tmp_path / "data") == CATALOGUE


def test_unknown_ids_are_key_errors() -> None:
    """Asking for what is not there should be a KeyError, not a wrong record."""
    for ask in (CATALOGUE.item, CATALOGUE.department, CATALOGUE.certificate_type, CATALOGUE.register):
        with pytest.raises(KeyError):
            ask("nobody")
    with pytest.raises(KeyError):
        CATALOGUE.item("credit_report").field("nothing")
    with pytest.raises(KeyError):
        CATALOGUE.item("credit_report").material("nothing")


def test_registers_have_the_last_word_somewhere() -> None:
    """A free company name can only be known by the register, and the data should say so."""
    rules = CATALOGUE.item("company_establish_35in1").field("company_name").rules
    assert any(isinstance(rule, CheckedByRegister) and rule.register_id == "market_entity" for rule in rules)


def test_initials_fit_their_names() -> None:
    """Initials should be there for every item and have no more letters than the name has characters."""
    for item in CATALOGUE.items:
        assert re.fullmatch(r"[a-z0-9]+", item.initials)
        assert 2 <= len(item.initials) <= len(item.name.zh)


def test_items_say_which_cards_they_take() -> None:
    """Without a word an item takes residents' cards alone; an old foreign number never meets a field for numbers of 18."""
    cards = {item.id: item.cards for item in CATALOGUE.items}
    assert cards["residence_permit_apply"] == (PersonCard.RESIDENT,)
    assert PersonCard.FOREIGN in cards["social_participation_cert"]
    raw = CATALOGUE.item("social_participation_cert").model_dump()
    with pytest.raises(ValidationError, match="foreign_2017"):
        ServiceItem.model_validate({**raw, "cards": ["foreign_2017"]})
