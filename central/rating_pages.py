"""The staff page of ratings. Knows: the page. Does not know: how grades are counted (`ratings`)."""

from __future__ import annotations

import jinja2
from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from central.ratings import GRADES, RatingDesk
from central.staff import PAGE_HEADERS, SignedIn


def router(staff: SignedIn, desk: RatingDesk, templates: jinja2.Environment) -> APIRouter:
    """Return the route of the page."""
    routes = APIRouter(prefix="/staff/ratings", include_in_schema=False)

    @routes.get("")
    def page(_: str = Depends(staff)) -> Response:
        html = templates.get_template("ratings.html").render(
            ratings=desk.counted(), grades=GRADES, now=desk.settings.now()
        )
        return HTMLResponse(html, headers=PAGE_HEADERS)

    return routes
