"""The platform's signed word about how sure it is of a person.

Knows: the token's form. Does not know: how the person was confirmed.

Form: base64url(canonical JSON) + "." + base64url(Ed25519 over a domain line and the JSON). The JSON is
{v, kid, kiosk, person (subject hash), level, exp (UTC text)}.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature

from central.keys import Keys, key_id
from kiosk.city.signing import canonical_json, utc_text
from kiosk.city.wire import Level

LIFETIME = dt.timedelta(minutes=20)
_DOMAIN = b"civic-kiosk assurance v1\n"


@dataclass(frozen=True, slots=True)
class Assured:
    """What a token of ours says."""

    kiosk: str
    person: str
    level: Level
    expires_at: dt.datetime


def make(keys: Keys, assured: Assured) -> str:
    """Return the token."""
    body = canonical_json(
        {
            "v": 1,
            "kid": key_id(keys.sign_public),
            "kiosk": assured.kiosk,
            "person": assured.person,
            "level": assured.level,
            "exp": utc_text(assured.expires_at),
        }
    )
    return f"{_b64(body)}.{_b64(keys.sign.sign(_DOMAIN + body))}"


def read(keys: Keys, token: str) -> Assured | None:
    """Return what a token says if this platform signed it, whatever its expiry; else None."""
    parts = token.split(".")
    if len(parts) != 2:
        return None
    try:
        body, signature = _unb64(parts[0]), _unb64(parts[1])
        keys.sign.public_key().verify(signature, _DOMAIN + body)
    except (binascii.Error, ValueError, InvalidSignature):
        return None
    fields = json.loads(body)
    expires = dt.datetime.strptime(fields["exp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    return Assured(fields["kiosk"], fields["person"], fields["level"], expires)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
