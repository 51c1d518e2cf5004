"""What acting for somebody else asks beside the item itself: two questions and one paper.

Knows: the shapes of the questions and of the paper in each capacity. Does not know: who may act (`kiosk.identity.acting`),
or the people.
"""

from __future__ import annotations

import datetime as dt

from kiosk.catalogue import answers
from kiosk.catalogue.materials import AskedMaterial
from kiosk.catalogue.models import FormField, Material, Profile, Provide, Text
from kiosk.catalogue.rules import FieldType
from kiosk.identity import masking
from kiosk.identity.acting import PROOF, Capacity

NAME = FormField(
    key="principal_name", label=Text(zh="姓名", en="Name"), type=FieldType.TEXT, required=True, mask=masking.Kind.NAME
)
NUMBER = FormField(
    key="principal_number",
    label=Text(zh="公民身份号码", en="ID number"),
    type=FieldType.ID_NO,
    required=True,
    mask=masking.Kind.ID_NUMBER,
)
LONGEST_NAME = 64
"""As the contract with the city bounds it."""

_PAPERS = {
    Capacity.CHILD: Material(
        key=PROOF[Capacity.CHILD],
        name=Text(zh="监护关系证明", en="Proof of guardianship"),
        provide=(Provide.SCAN,),
        required=True,
        pages_max=4,
        profile=Profile.DOCUMENT,
        note=Text(
            zh="户口簿上您和孩子的两页，或出生医学证明，或其他监护证明。",
            en="The household register's pages of you and the child, a birth certificate, or another proof.",
        ),
    ),
    Capacity.ASKED: Material(
        key=PROOF[Capacity.ASKED],
        name=Text(zh="授权委托书", en="Mandate"),
        provide=(Provide.SCAN,),
        required=True,
        pages_max=2,
        profile=Profile.DOCUMENT,
        note=Text(
            zh="委托人已签名的委托书。没有的话，可以回到“您和对方的关系”在这里打印。",
            en="Signed by the person who asked you. It can be printed here, at the step 'How you belong together'.",
        ),
    ),
}


def paper(capacity: Capacity) -> AskedMaterial | None:
    """Return the paper that this capacity has to show, if any: only paper will do, and never later."""
    material = _PAPERS.get(capacity)
    return None if material is None else AskedMaterial(material, True, (Provide.SCAN,), None)


def problem(field: FormField, value: str, today: dt.date) -> str:
    """Return the message id of what is wrong with an answer to `NAME` or `NUMBER`, or nothing."""
    found: list[str] = []

    def report(message: str, **_place: object) -> None:
        found.append(f"form.problem.{message}")

    tidy = answers.normalise(field, value)
    if answers.is_empty(tidy):
        report("required")
    elif field is NAME and len(tidy) > LONGEST_NAME:
        report("characters")
    else:
        answers.check_shape(field, tidy, today, report)
    return found[0] if found else ""
