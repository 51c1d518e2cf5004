"""The staff page on which a supplement is asked for: which materials, why, and until when.

Knows: the page and its form. Does not know: what may be asked for, or when (`supplements`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import jinja2
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from central.bodies import form_of
from central.refusals import Refused
from central.staff import PAGE_HEADERS, SignedIn, same_origin
from central.supplements import MOST_CHARACTERS, MOST_DAYS, REASONS, Ask, SupplementDesk
from kiosk.catalogue import workdays

_MOST_FIELDS = 200
_USUAL_DAYS = 10
"""Working days that the page offers; staff choose the day."""


def router(staff: SignedIn, desk: SupplementDesk, templates: jinja2.Environment) -> APIRouter:
    """Return the routes of the page."""
    routes = APIRouter(prefix="/staff/cases", include_in_schema=False)

    @routes.get("/{case_id}/supplement")
    def page(case_id: int, _: str = Depends(staff)) -> Response:
        code, choices, waits = desk.choices(case_id)
        today = desk.today()
        html = templates.get_template("supplement.html").render(
            case_id=case_id,
            code=code,
            choices=choices,
            waits=waits,
            reasons=REASONS,
            longest=MOST_CHARACTERS,
            today=today,
            until=workdays.due(today, _USUAL_DAYS).date,
            latest=today + dt.timedelta(days=MOST_DAYS),
            now=desk.settings.now(),
        )
        return HTMLResponse(html, headers=PAGE_HEADERS)

    @routes.post("/{case_id}/supplement")
    async def ask(case_id: int, request: Request, actor: str = Depends(staff)) -> Response:
        same_origin(request)
        fields = await form_of(request, _MOST_FIELDS)
        await run_sync(desk.ask, case_id, _asked(fields), _day(fields.get("until", "")), actor)
        return RedirectResponse(f"/staff/cases#case-{case_id}", 303)

    return routes


def _asked(fields: Mapping[str, str]) -> list[Ask]:
    """Read what is ticked: `want-KEY`, with `reason-KEY` and `note-KEY` beside it."""
    keys = [name.removeprefix("want-") for name in fields if name.startswith("want-")]
    return [Ask(key, fields.get(f"reason-{key}", ""), fields.get(f"note-{key}", "")) for key in keys]


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Refused(422, "until_unclear") from error
