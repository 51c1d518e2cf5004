"""The staff page of call-backs: who wants to be called at which number, and what was answered.

Knows: the page and its form. Does not know: who may read an answer (`call_backs`).
"""

from __future__ import annotations

import jinja2
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from central.bodies import form_of
from central.call_backs import MOST_CHARACTERS, CallBackDesk
from central.staff import PAGE_HEADERS, SignedIn, same_origin


def router(staff: SignedIn, desk: CallBackDesk, templates: jinja2.Environment) -> APIRouter:
    """Return the routes of the page."""
    routes = APIRouter(prefix="/staff/call-backs", include_in_schema=False)

    @routes.get("")
    def page(_: str = Depends(staff)) -> Response:
        listed = desk.listed()
        html = templates.get_template("call_backs.html").render(
            calls=listed,
            waiting=sum(call.answered_at is None for call in listed),
            longest=MOST_CHARACTERS,
            now=desk.settings.now(),
        )
        return HTMLResponse(html, headers=PAGE_HEADERS)

    @routes.post("/{submission_id}/answer")
    async def answer(submission_id: str, request: Request, actor: str = Depends(staff)) -> Response:
        same_origin(request)
        text = (await form_of(request)).get("answer", "")
        await run_sync(desk.answer, submission_id, text, actor)
        return RedirectResponse(f"/staff/call-backs#call-{submission_id}", 303)

    return routes
