"""Enrolment: a one-time code and a fresh device key become a record that ties this terminal to its city.

Knows: the order that survives being cut short (key first, then the city, then the record, then the certificate). Does not
know: the wire.
"""

from __future__ import annotations

import base64
import datetime as dt

from kiosk.city import client
from kiosk.clock import SystemClock
from kiosk.config import Config
from kiosk.fleet import custody, enrolment, tls
from kiosk.fleet.enrolment import Enrolment, PlatformKey


def enrol(config: Config, code: str) -> Enrolment:
    """Enrol this terminal. Raises the platform's two exceptions, `EnrolmentError` for a city that answers nonsense, and
    `CustodyError` when the key's guardian is not there.
    """
    config.state_dir.mkdir(parents=True, exist_ok=True)
    key = custody.device_key_for_enrolment(config)
    answer = client.enrol(
        str(config.city.url),
        config.city.ca_file,
        code=code,
        public_key=key.public.raw,
        sign=key.sign,
        algorithm=str(key.public.algorithm),
        custody=str(key.custody),
    )
    if answer.kiosk != config.terminal.number:
        raise enrolment.EnrolmentError("enrolment.other_number", answer.kiosk)
    record = Enrolment(
        kiosk=answer.kiosk,
        device_public_key=key.public.raw.hex(),
        device_key_algorithm=key.public.algorithm,
        next_seq=answer.next_seq,
        platform_seal_keys=tuple(_pin(each.key_id, each.public_key) for each in answer.platform_seal_keys),
        platform_sign_key=_pin(answer.platform_sign_key.key_id, answer.platform_sign_key.public_key),
    )
    enrolment.save(config.state_dir, record)
    # The agent asks again for whatever fails here: enrolment itself is over.
    city = client.CityClient(str(config.city.url), config.city.ca_file, record.kiosk, key.sign, SystemClock())
    tls.upkeep(config.state_dir, city, dt.datetime.now(tz=dt.UTC))
    return record


def _pin(key_id: str, public_key: str) -> PlatformKey:
    try:
        return PlatformKey(key_id=key_id, public_key=base64.b64decode(public_key, validate=True).hex())
    except ValueError as error:  # base64 and pydantic alike
        raise enrolment.EnrolmentError("enrolment.bad_platform_key", key_id[:64]) from error
