"""The page that a phone opens from the QR code: choose files, send them, in both languages, without a script.

Knows: the form's bytes, the cookie that tells one phone from another, words. Does not know: where files go (`handover`).
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from typing import Annotated

import jinja2
from anyio.to_thread import run_sync
from fastapi import APIRouter, Cookie, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from central.handover import MAX_FILE_BYTES, HandoverDesk
from central.refusals import Refused
from central.staff import PAGE_HEADERS

_COOKIE = "phone"
_COOKIE_S = 900
_MAX_BODY_BYTES = MAX_FILE_BYTES * 2 + 64 * 1024
_FILES_AT_ONCE = 10
_READ_AWAY_BYTES = 64 * 1024 * 1024


class _InMemory(MultiPartParser):
    spool_max_size = _MAX_BODY_BYTES
    """Nothing that a person sends may touch a disk here."""


def router(desk: HandoverDesk, templates: jinja2.Environment) -> APIRouter:
    """Return the routes of the page."""
    routes = APIRouter(prefix="/u", include_in_schema=False)
    page = templates.get_template("handover.html")

    def answer(token: str, phone: str, state: str, status: int = 200, brought: int = 0) -> Response:
        limit_mb = MAX_FILE_BYTES // 1024 // 1024
        html = page.render(token=token, state=state, brought=brought, limit_mb=limit_mb)
        response = HTMLResponse(html, status, headers={**PAGE_HEADERS, "Referrer-Policy": "no-referrer"})
        response.set_cookie(
            _COOKIE, phone, max_age=_COOKIE_S, path=f"/u/{token}", secure=True, httponly=True, samesite="strict"
        )
        return response

    @routes.get("/{token}")
    def show(token: str, phone: Annotated[str, Cookie()] = "") -> Response:
        phone = phone[:64] or secrets.token_urlsafe(16)
        try:
            desk.look(token, phone)
        except Refused as error:
            return answer(token, phone, error.code, error.status)
        return answer(token, phone, "ready")

    @routes.post("/{token}")
    async def bring(token: str, request: Request, phone: Annotated[str, Cookie()] = "") -> Response:
        phone, brought = phone[:64], 0
        try:
            if not phone:
                raise Refused(409, "handover_no_cookie")
            await run_sync(desk.look, token, phone)  # before megabytes are read for nothing
            for data in await _files(request):
                brought = await run_sync(desk.bring, token, phone, data)
        except Refused as error:
            return answer(token, phone or secrets.token_urlsafe(16), error.code, error.status, brought)
        return answer(token, phone, "brought", brought=brought)

    return routes


async def _files(request: Request) -> list[bytes]:
    try:
        parser = _InMemory(request.headers, _bounded(request), max_files=_FILES_AT_ONCE, max_fields=1)
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:  # KeyError: the form's type names no boundary
        raise Refused(422, "handover_form") from error
    try:
        found = [await each.read() for each in form.getlist("file") if isinstance(each, UploadFile)]
    finally:
        await form.close()
    if not any(found):
        raise Refused(422, "handover_empty")
    return [data for data in found if data]


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield the body; one that is too large is read away for a while, so that the phone sees the refusal, not a reset."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= _MAX_BODY_BYTES:
            yield chunk
        elif size > _MAX_BODY_BYTES + _READ_AWAY_BYTES:
            break
    if size > _MAX_BODY_BYTES:
        raise Refused(413, "too_large")
