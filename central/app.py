"""The platform's HTTP face: routes, bounds and errors. What happens behind a route stands in its own module.

Every error is JSON {"code", "detail", …}; every body is bounded before it is read. Does not know: rules.
"""

from __future__ import annotations

import importlib.metadata
import logging
from dataclasses import dataclass
from typing import TypeVar

from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from central import call_back_pages, handover_pages, rating_pages, staff, supplement_pages, tus
from central.accepting import Accepting
from central.bodies import body_of
from central.call_backs import CallBackDesk
from central.cases import CaseDesk
from central.catalogue import CatalogueDesk
from central.certificate_pdf import CertificateRenderer
from central.certificates import CertificateDesk
from central.db import Database
from central.enrolment import Enrolment
from central.gateway import MessageGateway, SandboxGateway
from central.handover import HandoverDesk
from central.identity import IdentityDesk
from central.keys import Keys, load
from central.outbox import OutboxDesk
from central.parts import ObjectStore, PartStore
from central.peer import peer_of
from central.ratings import RatingDesk
from central.refusals import Refused
from central.register import Register
from central.settings import MAX_JSON_BYTES, Settings
from central.signed import DeviceGate
from central.supplements import SupplementDesk
from kiosk.city.messages import (
    CasesRequest,
    CertificateRequest,
    CodeRequest,
    EnrolRequest,
    HandoverFetch,
    HandoverFile,
    HandoverRequest,
    PingAnswer,
    PrefillRequest,
    TlsAnswer,
    TlsRequest,
    VerifyRequest,
)
from offline_queue.envelope import MAX_BLOB_BYTES

log = logging.getLogger("central")
VERSION = importlib.metadata.version("civic-kiosk")
_NO_STORE = {"Cache-Control": "no-store"}

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Desks:
    """Everything that routes call, wired once."""

    settings: Settings
    keys: Keys
    db: Database
    enrolment: Enrolment
    gate: DeviceGate
    catalogue: CatalogueDesk
    outbox: OutboxDesk
    identity: IdentityDesk
    cases: CaseDesk
    supplements: SupplementDesk
    certificates: CertificateDesk
    handover: HandoverDesk
    call_backs: CallBackDesk
    ratings: RatingDesk


def build(settings: Settings, gateway: MessageGateway | None = None) -> Desks:
    """Wire a platform on an initialised state directory. Raises `keys.StateError`. The caller closes `db`."""
    keys = load(settings)
    gateway = gateway or SandboxGateway(settings.messages_file)
    db = Database(settings.record)
    register = Register()
    catalogue = CatalogueDesk(settings.catalogue_dir)
    objects = ObjectStore(settings.store_dir)
    enrolment = Enrolment(settings, keys, db, gateway.info)
    identity = IdentityDesk(settings, keys, db, register, gateway)
    return Desks(
        settings=settings,
        keys=keys,
        db=db,
        enrolment=enrolment,
        gate=DeviceGate(settings, db, enrolment),
        catalogue=catalogue,
        outbox=OutboxDesk(
            settings=settings,
            keys=keys,
            db=db,
            enrolment=enrolment,
            identity=identity,
            parts=PartStore(settings.parts_dir),
            objects=objects,
            accepting=Accepting(db, keys.sign.sign),
            catalogue=catalogue,
        ),
        identity=identity,
        cases=CaseDesk(settings, db, identity, catalogue, objects),
        supplements=SupplementDesk(settings, db, catalogue),
        certificates=CertificateDesk(settings, keys, db, register, identity, CertificateRenderer(keys)),
        handover=HandoverDesk(settings),
        call_backs=CallBackDesk(settings, db, catalogue),
        ratings=RatingDesk(settings, db, catalogue),
    )


def create_app(desks: Desks) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="Civic Kiosk reference platform", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(ClientDisconnect, _cut)
    app.add_exception_handler(Exception, _our_fault)
    app.include_router(_public_routes(desks))
    app.include_router(tus.router(desks.outbox))
    app.include_router(_outbox_routes(desks))
    app.include_router(_personal_routes(desks))
    app.include_router(_handover_routes(desks))
    templates = staff.make_templates()
    door = staff.StaffDoor(desks.settings, desks.keys)
    app.include_router(staff.router(door, desks.cases, desks.certificates, templates))
    app.include_router(supplement_pages.router(staff.signed_in(door), desks.supplements, templates))
    app.include_router(call_back_pages.router(staff.signed_in(door), desks.call_backs, templates))
    app.include_router(rating_pages.router(staff.signed_in(door), desks.ratings, templates))
    app.include_router(handover_pages.router(desks.handover, templates))
    app.include_router(_pages(desks))
    return app


# --- errors ----------------------------------------------------------------------------------------------------------


def _error(status: int, code: str, detail: str = "", **extra: object) -> JSONResponse:
    return JSONResponse({"code": code, "detail": detail, **extra}, status, headers=_NO_STORE)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    log.info("refused %s %s: %s", request.method, error.status, error.code)
    extra = dict(error.extra)
    headers = extra.pop("headers", {})
    response = _error(error.status, error.code, error.detail, **extra)
    response.headers.update(headers)
    if retry := extra.get("retry_after_s"):
        response.headers["Retry-After"] = str(retry)
    return response


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    return _error(error.status_code, code)


async def _malformed(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _error(422, "bad_request", ",".join(".".join(map(str, each["loc"])) for each in error.errors())[:500])


async def _cut(request: Request, error: Exception) -> Response:
    # Nobody is left to read it; a line that breaks is no fault of ours.
    log.info("%s cut: %s", request.method, type(error).__name__)
    return _error(400, "cut")


async def _our_fault(request: Request, error: Exception) -> Response:
    log.error("%s failed: %s", request.method, type(error).__name__)
    return _error(500, "internal")


# --- bodies ----------------------------------------------------------------------------------------------------------


def _message(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        keys = ",".join(sorted({".".join(map(str, each["loc"])) for each in error.errors()}))
        raise Refused(422, "bad_request", keys[:500]) from error


def _answer(message: BaseModel) -> Response:
    return Response(message.model_dump_json(), media_type="application/json", headers=_NO_STORE)


async def _admitted(desks: Desks, request: Request, model: type[M]) -> tuple[str, M]:
    """Return the terminal that signed the request, and what it says."""
    body = await body_of(request, MAX_JSON_BYTES)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    kiosk = await run_sync(desks.gate.admit, request.headers, request.method, path, body)
    return kiosk, _message(model, body)


# --- routes ----------------------------------------------------------------------------------------------------------


def _public_routes(desks: Desks) -> APIRouter:
    routes = APIRouter(prefix="/v1")

    @routes.get("/ping")
    def ping() -> Response:
        return _answer(PingAnswer(time=desks.settings.now(), version=VERSION))

    @routes.post("/kiosks/enrol")
    async def enrol(request: Request) -> Response:
        message = _message(EnrolRequest, await body_of(request, MAX_JSON_BYTES))
        return _answer(await run_sync(desks.enrolment.enrol, message))

    @routes.post("/kiosks/certificate")
    async def certify(request: Request) -> Response:
        kiosk, message = await _admitted(desks, request, TlsRequest)
        now = desks.settings.now()
        certificate = await run_sync(desks.keys.kiosk_ca.issue, message.request, kiosk, now)
        return _answer(TlsAnswer(certificate=certificate, time=now))

    @routes.get("/catalogue")
    def catalogue(request: Request) -> Response:
        published = desks.catalogue.published()
        headers = {"ETag": published.etag, "Cache-Control": "no-cache"}
        asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if published.etag in asked or "*" in asked:
            return Response(status_code=304, headers=headers)
        return Response(published.body, media_type="application/json", headers=headers)

    @routes.get("/certificates/{short_id}")
    def verify(short_id: str) -> Response:
        return _answer(desks.certificates.verify(short_id))

    return routes


def _outbox_routes(desks: Desks) -> APIRouter:
    routes = APIRouter(prefix="/v1/outbox")

    @routes.put("/{submission_id}")
    async def envelope(submission_id: str, request: Request) -> Response:
        blob = await body_of(request, MAX_BLOB_BYTES)
        status, receipt = await run_sync(desks.outbox.take_envelope, submission_id, blob, peer_of(request).must_be)
        return Response(receipt, status, media_type="application/json", headers=_NO_STORE)

    return routes


def _personal_routes(desks: Desks) -> APIRouter:
    routes = APIRouter(prefix="/v1")

    @routes.post("/identity/codes")
    async def send_code(request: Request) -> Response:
        kiosk, message = await _admitted(desks, request, CodeRequest)
        return _answer(await run_sync(desks.identity.request, kiosk, message))

    @routes.post("/identity/codes/{challenge}/verify")
    async def verify_code(challenge: str, request: Request) -> Response:
        kiosk, message = await _admitted(desks, request, VerifyRequest)
        return _answer(await run_sync(desks.identity.verify, kiosk, challenge, message))

    @routes.post("/cases/search")
    async def cases(request: Request) -> Response:
        kiosk, message = await _admitted(desks, request, CasesRequest)
        return _answer(await run_sync(desks.cases.search, kiosk, message))

    @routes.post("/certificates")
    async def certificate(request: Request) -> Response:
        kiosk, message = await _admitted(desks, request, CertificateRequest)
        return _answer(await run_sync(desks.certificates.issue, kiosk, message))

    @routes.post("/certificates/prefill")
    async def prefill(request: Request) -> Response:
        kiosk, message = await _admitted(desks, request, PrefillRequest)
        return _answer(await run_sync(desks.certificates.prefill, kiosk, message))

    return routes


def _handover_routes(desks: Desks) -> APIRouter:
    routes = APIRouter(prefix="/v1/handovers")

    @routes.post("")
    async def open_one(request: Request) -> Response:
        kiosk, _ = await _admitted(desks, request, HandoverRequest)
        return _answer(await run_sync(desks.handover.open, kiosk))

    @routes.post("/{token}/files")
    async def fetch(token: str, request: Request) -> Response:
        kiosk, message = await _admitted(desks, request, HandoverFetch)
        return _answer(await run_sync(desks.handover.fetch, kiosk, token, message.taken))

    @routes.post("/{token}/close")
    async def close(token: str, request: Request) -> Response:
        kiosk, _ = await _admitted(desks, request, HandoverRequest)
        await run_sync(desks.handover.close, kiosk, token)
        return _answer(HandoverFile(claimed=False, number=0, data=""))

    return routes


def _pages(desks: Desks) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    templates = staff.make_templates()

    @routes.get("/style.css")
    def style() -> Response:
        return FileResponse(staff.STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    @routes.get("/v/{short_id}")
    def verification(short_id: str) -> Response:
        answer = desks.certificates.verify(short_id)
        html = templates.get_template("verify.html").render(answer=answer)
        return HTMLResponse(html, 404 if answer.state == "not_found" else 200, headers=staff.PAGE_HEADERS)

    return routes
