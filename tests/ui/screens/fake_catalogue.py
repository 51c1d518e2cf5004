"""A small catalogue in the shapes of the real one."""

from __future__ import annotations

from enum import StrEnum
from types import SimpleNamespace as Has
from typing import Any

from fake_terminal import Text


class Mode(StrEnum):
    QUERY_PRINT = "query_print"
    APPLY = "apply_full"


class Way(StrEnum):
    READ = "read"
    SCAN = "scan"
    SHARE = "share"
    SIGN = "sign"


class Level(StrEnum):
    NONE = "none"
    CARD_CODE = "card+code"


class Unit(StrEnum):
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"


def _item(item_id: str, zh: str, en: str, mode: Mode, events: tuple[str, ...], **more: Any) -> Has:
    base: dict[str, Any] = {
        "id": item_id,
        "name": Text(zh, en),
        "summary": Text("带身份证，当场办理", "Bring your ID card; done here"),
        "department": "psb",
        "mode": mode,
        "assurance": Level.CARD_CODE,
        "life_events": events,
        "materials": (Has(name=Text("居民身份证", "Resident ID card"), note=None, provide=(Way.READ,), register_id=None),),
        "promised_limit": Has(value=0, unit=Unit.WORKING_DAY),
        "legal_limit": None,
        "eligibility": Text("在本市参保的本人", "Anyone insured in this city, in person"),
        "fee": Has(charged=False, note=None),
        "result": Has(name=Text("参保缴费证明", "Participation certificate"), collected=Text("当场打印取走", "Printed and taken here")),
        "sample": True,
    }
    return Has(**{**base, **more})


class FakeCatalogue:
    life_events = tuple(
        Has(id=i, name=Text(z, e))
        for i, z, e in (("birth", "出生", "Birth"), ("school", "上学", "School"), ("work", "就业", "Work"), ("house", "住房", "Housing"), ("car", "驾车", "Driving"), ("old_age", "养老", "Old age"), ("business", "开办企业", "Business"), ("health", "就医", "Health"))
    )  # fmt: skip
    items = (
        _item(
            "residence_permit_apply", "居住证申领", "Residence permit application", Mode.APPLY, ("house", "work"),
            summary=Text("在本市住满半年，可以申领居住证", "For those who have lived here for half a year"),
            materials=(
                Has(name=Text("居民身份证", "Resident ID card"), note=None, provide=(Way.READ,), register_id=None),
                Has(name=Text("居住地住址证明", "Proof of address"), note=Text("租赁合同或房产证，两页", "lease or title, two pages"), provide=(Way.SHARE, Way.SCAN), register_id="residence"),
                Has(name=Text("就业证明或就读证明", "Proof of work or of schooling"), note=Text("按申领事由", "by the reason chosen"), provide=(Way.SHARE, Way.SCAN), register_id="residence"),
                Has(name=Text("证件照", "ID photo"), note=None, provide=(Way.SCAN,), register_id=None),
                Has(name=Text("签名", "Signature"), note=None, provide=(Way.SIGN,), register_id=None),
            ),
            promised_limit=Has(value=7, unit=Unit.WORKING_DAY),
            legal_limit=Has(value=15, unit=Unit.CALENDAR_DAY),
            eligibility=Text("离开常住户口所在地、在本市居住半年以上，有合法稳定就业、住所或连续就读之一的本人", "Anyone registered elsewhere who has lived here half a year and has steady work, a home or schooling here"),
            fee=Has(charged=False, note=Text("首次申领免费", "The first one is free")),
            result=Has(name=Text("居住证（制证）", "Residence permit (card)"), collected=Text("办成后到派出所窗口领取", "Collected at the police station's window")),
        ),
        _item("social_participation_cert", "社会保险个人参保缴费证明", "Social-insurance participation certificate", Mode.QUERY_PRINT, ("work", "old_age")),
        _item("hpf_deposit_cert", "住房公积金缴存证明", "Provident-fund deposit certificate", Mode.QUERY_PRINT, ("house",)),
        _item("no_criminal_record", "无犯罪记录证明（个人）", "No-criminal-record certificate", Mode.APPLY, ("work", "school", "birth")),
        _item("driving_licence_renew", "机动车驾驶证期满换证", "Driving licence renewal", Mode.APPLY, ("car",)),
        _item("company", "有限责任公司设立登记（35证合一）", "Company establishment, 35-in-1 bundle", Mode.APPLY, ("business", "health")),
    )  # fmt: skip

    def item(self, item_id: str) -> Has:
        return next(item for item in self.items if item.id == item_id)

    def department(self, _id: str) -> Has:
        return Has(name=Text("开封市公安局", "Public Security Bureau"))

    def register(self, _id: str) -> Has:
        return Has(connected=False)

    def of_life_event(self, event: str) -> tuple[Has, ...]:
        return tuple(item for item in self.items if event in item.life_events)

    def search(self, text: str, language: str) -> tuple[Has, ...]:
        return tuple(item for item in self.items if text and (text in item.name.zh or text.lower() in item.name.en.lower()))
