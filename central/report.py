"""What an operator may read from the command line: the cases, the terminals, and whether a certificate is genuine.

Knows: the record, the opened attachments' own bytes, the document authority. Does not know: HTTP, or changing anything.
"""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select

from central.db import Reader
from central.gaps import gaps
from central.keys import load
from central.parts import ObjectStore
from central.settings import Settings
from central.tables import attachments, cases, device_keys, kiosks
from kiosk.city.signing import utc_text


def case_list(settings: Settings) -> list[dict[str, Any]]:
    """Return every case, oldest first, without the applicant; attachments are read and hashed anew."""
    store = ObjectStore(settings.store_dir)
    record = Reader(settings.record)
    try:
        with record.reading() as connection:
            rows = connection.execute(select(cases).order_by(cases.c.id)).all()
            files = connection.execute(select(attachments).order_by(attachments.c.id)).all()
    finally:
        record.close()
    return [
        {
            "code": row.code,
            "case_no": row.case_no or "",
            "item": row.item,
            "state": row.state,
            "assurance": row.assurance,
            "assurance_confirmed": row.assurance_confirmed,
            "submitted_at": utc_text(row.submitted_at),
            "clock_quality": row.clock_quality,
            "received_at": utc_text(row.received_at),
            "attachments": [
                {
                    "part": file.part,
                    "media_type": file.media_type,
                    "size_bytes": len(store.get(file.sha256)),  # the store checks the bytes against their hash
                    "sha256": file.sha256,
                }
                for file in files
                if file.case_id == row.id
            ],
        }
        for row in rows
    ]


def terminal_list(settings: Settings) -> list[dict[str, Any]]:
    """Return every terminal with the key that signs for it now, and who guards that key by the terminal's own word."""
    record = Reader(settings.record)
    try:
        with record.reading() as connection:
            rows = connection.execute(
                select(kiosks.c.contiguous, device_keys)
                .join(device_keys, device_keys.c.kiosk == kiosks.c.number)
                .where(device_keys.c.retired_at.is_(None))
                .order_by(kiosks.c.number)
            ).all()
    finally:
        record.close()
    return [
        {
            "kiosk": row.kiosk,
            "enrolled_at": utc_text(row.enrolled_at),
            "algorithm": row.algorithm,
            "custody": row.custody,
            "contiguous": row.contiguous,
        }
        for row in rows
    ]


def gap_list(settings: Settings) -> list[dict[str, Any]]:
    """Return every gap in terminals' numbers."""
    record = Reader(settings.record)
    try:
        with record.reading() as connection:
            found = gaps(connection)
    finally:
        record.close()
    return [asdict(gap) | {"noticed_at": utc_text(gap.noticed_at)} for gap in found]


def certificate_check(settings: Settings, file: Path) -> dict[str, Any]:
    """Say whether a PDF bears this platform's signature over the whole file, and still as it was signed.

    What the library writes of a chain that it does not trust, a traceback, says no more than `trusted`: it is not logged.
    """
    failed = {"intact": False, "trusted": False, "whole_file": False, "signer": ""}
    authority = load_cert_from_pemder(str(load(settings).pdf_authority))  # type: ignore[no-untyped-call]
    try:
        signatures = PdfFileReader(io.BytesIO(file.read_bytes())).embedded_signatures
    except PdfError:
        return failed
    if len(signatures) != 1:
        return failed
    context = ValidationContext(trust_roots=[authority], allow_fetching=False)
    with _silent("pyhanko", "pyhanko_certvalidator"):
        status = validate_pdf_signature(signatures[0], context)
    return {
        "intact": bool(status.intact and status.valid),
        "trusted": bool(status.trusted),
        "whole_file": bool(status.bottom_line),
        "signer": str(status.signing_cert.subject.native.get("common_name", "")),
    }


@contextlib.contextmanager
def _silent(*names: str) -> Iterator[None]:
    """Keep loggers quiet, and leave them as they were."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
