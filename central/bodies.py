"""The body of a request, bounded in size and time before anything looks at it. Does not know: what a body says."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from fastapi import Request

from central.refusals import Refused

_READ_AWAY_BYTES = 64 * 1024 * 1024
_BODY_S = 120.0
_MAX_FORM_BYTES = 16 * 1024


async def body_of(request: Request, limit_bytes: int) -> bytes:
    """Return the body. One that is somewhat too large is read away, so that its sender sees the refusal, not a reset."""
    data, size = bytearray(), 0
    try:
        async with asyncio.timeout(_BODY_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit_bytes + _READ_AWAY_BYTES:
                    break
                if size <= limit_bytes:
                    data += chunk
    except TimeoutError as error:
        raise Refused(408, "too_slow") from error
    if size > limit_bytes:
        raise Refused(413, "too_large")
    return bytes(data)


async def form_of(request: Request, most_fields: int = 20) -> dict[str, str]:
    """Return the fields of a page's own form, each once. Refuses 422 `bad_form` besides."""
    body = await body_of(request, _MAX_FORM_BYTES)
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=most_fields, errors="strict")
    except ValueError as error:
        raise Refused(422, "bad_form") from error
    return {name: values[0] for name, values in fields.items()}
