"""What every message between a terminal and the city is made of: how strictly it is read, and its common values.

Knows: bounds, strictness. Does not know: any message.

What a terminal sends is read strictly (unknown keys refused). What the platform answers may grow: unknown keys are
ignored, so that a terminal keeps working while the platform is updated first. Bytes travel as base64, times as UTC.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"

KioskNo = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{4}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Base64 = Annotated[str, StringConstraints(pattern=_BASE64, max_length=16 * 1024 * 1024)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Level = Literal["none", "card", "card+code", "card+clerk"]
CODE = r"^KF[0-9A-Z]{10}$"
"""The human code that stands on a receipt."""


class Sent(BaseModel):
    """What a terminal sends: nothing unknown, nothing coerced."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Answer(BaseModel):
    """What the platform answers."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


class PersonKey(Sent):
    """A person as a document names them."""

    name: str = Field(min_length=1, max_length=64)
    document_type: str = Field("111", pattern=r"^[0-9]{3}$")
    number: str = Field(min_length=4, max_length=64)
