"""Parts arrive by tus 1.0 (core, creation, creation with upload): what came of a cut request is kept and made durable.

Knows: the protocol's headers and statuses, one writer to an upload, silence. Does not know: who may send (`outbox`), files
(`parts`). An upload's address follows from submission and part, so a lost answer to its creation harms nobody.
https://tus.io/protocols/resumable-upload (version 1.0.0)
"""

from __future__ import annotations

import asyncio
import binascii
import contextlib
import os
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from central.outbox import OutboxDesk
from central.parts import PartName, PartStore, Upload
from central.peer import peer_of
from central.refusals import Refused
from central.settings import MAX_PART_BYTES

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload"
MEDIA_TYPE = "application/offset+octet-stream"
SILENCE_S = 30.0
"""The longest an upload may say nothing before its turn is over."""
LAST_WORDS_S = 0.2
"""What it may say nothing once a later request waits: what is in the buffers still arrives."""
TAKE_OVER_S = 3.0
_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)
_ALWAYS = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}


@dataclass(slots=True)
class _Turn:
    over: asyncio.Event = field(default_factory=asyncio.Event)
    scope: asyncio.Timeout | None = None
    silence_s: float = SILENCE_S
    ended: bool = False

    def heard(self) -> None:
        """Something came: the silence begins anew."""
        if self.scope is not None and not self.scope.expired():
            self.scope.reschedule(asyncio.get_running_loop().time() + self.silence_s)

    def hurry(self) -> None:
        """Somebody waits."""
        self.silence_s = LAST_WORDS_S
        self.heard()

    def end(self) -> None:
        """Somebody has waited long enough."""
        self.ended = True
        self.silence_s = 0.0
        self.heard()


class Turns:
    """One request at a time to an upload. Whoever comes later takes over: the earlier one's line is dead."""

    def __init__(self) -> None:
        self._turns: dict[PartName, _Turn] = {}

    @contextlib.asynccontextmanager
    async def take(self, name: PartName) -> AsyncIterator[_Turn]:
        """Hold the upload. Refuses 423 `locked` when whoever holds it does not let go in time."""
        end = asyncio.get_running_loop().time() + TAKE_OVER_S
        while earlier := self._turns.get(name):
            earlier.hurry()
            try:
                async with asyncio.timeout_at(end):
                    await earlier.over.wait()
            except TimeoutError as error:
                if earlier.ended:
                    raise Refused(423, "locked", headers={**_ALWAYS, "Retry-After": "1"}) from error
                earlier.end()
                end += LAST_WORDS_S
        turn = self._turns[name] = _Turn()
        try:
            yield turn
        finally:
            del self._turns[name]
            turn.over.set()


async def receive(store: PartStore, upload: Upload, stream: AsyncIterator[bytes], turn: _Turn, *, skip: int = 0) -> Upload:
    """Append what comes, durably; return the upload as it is now, also when the line broke off. `skip`: bytes had before.

    Refuses 413 `too_large` when more comes than was announced, 460 `digest_mismatch` when the whole is not as promised.
    """
    if upload.complete:
        return upload
    offset, excess = upload.offset, False
    handle = os.open(store.path(upload), os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        with contextlib.suppress(ClientDisconnect, TimeoutError):
            async with asyncio.timeout(SILENCE_S) as turn.scope:
                async for chunk in stream:
                    if turn.ended:
                        break
                    turn.heard()
                    fresh = chunk[skip:]
                    skip -= len(chunk) - len(fresh)
                    if excess := len(fresh) > upload.size - offset:
                        break
                    view = memoryview(fresh)
                    while view:
                        view = view[(written := os.write(handle, view)) :]
                        offset += written
    finally:
        turn.scope = None
        os.close(handle)
    now = Upload(upload.name, upload.sha256, upload.size, offset)
    if now.complete and not excess:
        await run_sync(store.finish, now)
    elif offset > upload.offset:
        await run_sync(store.keep, now)
    if excess:
        raise Refused(413, "too_large")
    return now


def router(desk: OutboxDesk) -> APIRouter:
    """Return the routes below /v1/outbox."""
    routes = APIRouter(prefix="/v1/outbox")
    turns = Turns()
    store = desk.parts

    @routes.options("/{submission_id}/parts")
    @routes.options("/{submission_id}/parts/{part_id}")
    async def able(submission_id: str) -> Response:  # noqa: ARG001
        limits = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(MAX_PART_BYTES)}
        return Response(status_code=204, headers=_ALWAYS | limits)

    @routes.post("/{submission_id}/parts")
    async def create(submission_id: str, request: Request) -> Response:
        async with _understood(request):
            size = _number(request, "upload-length")
            words = _metadata(request.headers.get("upload-metadata", ""))
            part_id, sha256 = words.get("part", ""), words.get("sha256", "")
            kiosk = await run_sync(desk.part_sender, submission_id, part_id, _authorization(request), sha256)
            peer_of(request).must_be(kiosk)
            name = PartName(kiosk, submission_id, part_id)
            async with turns.take(name) as turn:
                upload = await run_sync(desk.begin, name, sha256, size)
                await run_sync(store.settle, upload)
                if request.headers.get("content-type") == MEDIA_TYPE:
                    upload = await receive(store, upload, request.stream(), turn, skip=upload.offset)
            place = {"Location": f"/v1/outbox/{submission_id}/parts/{part_id}"}
            return Response(status_code=201, headers=_ALWAYS | place | _offset(upload))

    @routes.head("/{submission_id}/parts/{part_id}")
    async def ask(submission_id: str, part_id: str, request: Request) -> Response:
        async with _understood(request):
            name = await _sender(desk, submission_id, part_id, request)
            async with turns.take(name):
                upload = await run_sync(_known, desk, name)
            return Response(status_code=200, headers=_ALWAYS | _offset(upload) | {"Upload-Length": str(upload.size)})

    @routes.patch("/{submission_id}/parts/{part_id}")
    async def append(submission_id: str, part_id: str, request: Request) -> Response:
        async with _understood(request):
            if request.headers.get("content-type") != MEDIA_TYPE:
                raise Refused(415, "media_type")
            claimed = _number(request, "upload-offset")
            name = await _sender(desk, submission_id, part_id, request)
            async with turns.take(name) as turn:
                upload = await run_sync(_known, desk, name)
                if upload.offset != claimed:
                    raise Refused(409, "offset_differs", headers=_ALWAYS | _offset(upload))
                upload = await receive(store, upload, request.stream(), turn)
            return Response(status_code=204, headers=_ALWAYS | _offset(upload))

    return routes


@contextlib.asynccontextmanager
async def _understood(request: Request) -> AsyncIterator[None]:
    """Insist on the protocol's version; give every refusal its headers, after reading away what its sender still says."""
    try:
        if request.headers.get("tus-resumable") != VERSION:
            raise Refused(412, "tus_version", headers={"Tus-Version": VERSION})
        yield
    except Refused as refused:
        refused.extra["headers"] = _ALWAYS | refused.extra.get("headers", {})
        await _read_away(request)
        raise


async def _read_away(request: Request) -> None:
    """Let a sender finish, within bounds, so that it sees the refusal and not a reset."""
    left = MAX_PART_BYTES
    # Somebody who read the body before us leaves a stream that is over, or one that says so.
    with contextlib.suppress(ClientDisconnect, TimeoutError, RuntimeError):
        async with asyncio.timeout(SILENCE_S):
            async for chunk in request.stream():
                left -= len(chunk)
                if left < 0:
                    return


async def _sender(desk: OutboxDesk, submission_id: str, part_id: str, request: Request) -> PartName:
    """Return whose upload this is, once the signature over it holds. Refuses 404 `upload_unknown` and as `part_sender`."""
    name = await run_sync(desk.upload_sender, submission_id, part_id, _authorization(request))
    peer_of(request).must_be(name.kiosk)
    return name


def _authorization(request: Request) -> str:
    return request.headers.get("authorization", "")


def _known(desk: OutboxDesk, name: PartName) -> Upload:
    if (upload := desk.upload(name)) is None:
        raise Refused(404, "upload_unknown")
    desk.parts.settle(upload)
    return upload


def _offset(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset)}


def _number(request: Request, name: str) -> int:
    value = request.headers.get(name, "")
    if _NUMBER.fullmatch(value) is None:
        raise Refused(400, "bad_header", name)
    return int(value)


def _metadata(value: str) -> dict[str, str]:
    """Read `Upload-Metadata`: pairs of a key and a value in base 64, parted by commas."""
    words: dict[str, str] = {}
    for pair in value.split(","):
        key, _, coded = pair.strip().partition(" ")
        try:
            words[key] = b64decode(coded, validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Refused(400, "bad_header", "upload-metadata") from error
    return words
