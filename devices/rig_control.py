"""The control port: JSON over HTTP on loopback that moves the emulated world.

Knows: HTTP, JSON, how a bad request is told. Does not know: devices; it is given a table of actions and of pages.

POST /v1/<device>/<action> with a JSON object, or nothing, answers 200 and the new state; GET /v1/state and GET of a page.
GET /openapi.json describes all of it (OpenAPI 3.1).
Errors are {"error": code, "detail": …}: 400 no JSON or no HTTP, 404 unknown, 405 another method, 409 not possible now,
413, 422 not what it takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from devices.loopback import LoopbackHttp

_LONGEST_BODY_BYTES = 64 * 1024
_JSON = "application/json"
_DESCRIPTION = "/openapi.json"
_HOSTS = ("127.0.0.1", "localhost")


class NotNow(Exception):  # noqa: N818 - an answer, not a failure
    """The action exists and makes no sense at the moment; the text says why."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a POST does: the shape of its JSON, and the deed."""

    shape: type[BaseModel]
    run: Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Page:
    """What a GET brings."""

    content_type: str
    body: bytes


class ControlPort(LoopbackHttp):
    """Start with `start()`. Names in both tables are "<device>/<action>" and "<device>/<page>"."""

    def __init__(
        self,
        state: Callable[[], Mapping[str, Any]],
        actions: Mapping[str, Action],
        pages: Mapping[str, Callable[[], Page | None]],
        *,
        port: int = 0,
    ) -> None:
        super().__init__("rig-control", port=port)
        self.state = state
        self.actions = actions
        self.pages = pages

    @property
    def url(self) -> str:
        """The address of the port."""
        return f"http://127.0.0.1:{self.port}"

    def server(self, address: tuple[str, int]) -> ThreadingHTTPServer:
        """Return the port's web server."""
        server = _Server(address, _Handler)
        server.control = self
        return server

    def description(self) -> dict[str, Any]:
        """Return the port's OpenAPI document, made from the very tables that it serves."""
        shapes = list(dict.fromkeys(action.shape for action in self.actions.values()))
        asked: list[tuple[type[BaseModel], JsonSchemaMode]] = [(shape, "validation") for shape in shapes]
        _, schemas = models_json_schema(asked, ref_template="#/components/schemas/{model}")
        state = {"description": "the state of the bench", "content": {_JSON: {"schema": {"type": "object"}}}}
        told = {"description": "why not", "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}}
        paths: dict[str, Any] = {"/v1/state": {"get": {"operationId": "state", "responses": {"200": state}}}}
        for name in self.pages:
            found = {"200": {"description": "the page"}, "404": told}
            paths[f"/v1/{name}"] = {"get": {"operationId": name, "responses": found}}
        for name, action in self.actions.items():
            shape = {"$ref": f"#/components/schemas/{action.shape.__name__}"}
            paths[f"/v1/{name}"] = {
                "post": {
                    "operationId": name,
                    "summary": (action.shape.__doc__ or "").strip(),
                    "requestBody": {"content": {_JSON: {"schema": shape}}},
                    "responses": {"200": state, **dict.fromkeys(("400", "409", "413", "422"), told)},
                }
            }
        parts = {"error": {"type": "string"}, "detail": {}}
        error = {"type": "object", "required": list(parts), "properties": parts}
        return {
            "openapi": "3.1.0",
            "info": {"title": "Control port of the emulated devices", "version": "1"},
            "servers": [{"url": self.url}],
            "paths": paths,
            "components": {"schemas": {**schemas.get("$defs", {}), "Error": error}},
        }

    def get(self, name: str) -> tuple[HTTPStatus, Page]:
        """Answer a GET of /v1/`name`."""
        if name == "state":
            return HTTPStatus.OK, _json(self.state())
        if name in self.pages:
            page = self.pages[name]()
            if page is None:
                return HTTPStatus.NOT_FOUND, _error("nothing_yet", name)
            return HTTPStatus.OK, page
        if name in self.actions:
            return HTTPStatus.METHOD_NOT_ALLOWED, _error("use_post", name)
        return HTTPStatus.NOT_FOUND, _error("unknown_page", ["state", *sorted(self.pages)])

    def post(self, name: str, body: bytes) -> tuple[HTTPStatus, Page]:
        """Answer a POST to /v1/`name`."""
        action = self.actions.get(name)
        if action is None and (name == "state" or name in self.pages):
            return HTTPStatus.METHOD_NOT_ALLOWED, _error("use_get", name)
        if action is None:
            return HTTPStatus.NOT_FOUND, _error("unknown_action", sorted(self.actions))
        try:
            data = json.loads(body) if body.strip() else {}
        except (ValueError, RecursionError) as error:  # the latter for brackets within brackets
            return HTTPStatus.BAD_REQUEST, _error("not_json", str(error))
        try:
            order = action.shape.model_validate(data)
        except ValidationError as error:
            told = [{"at": list(item["loc"]), "problem": item["msg"]} for item in error.errors()]
            return HTTPStatus.UNPROCESSABLE_ENTITY, _error("bad_order", told)
        try:
            action.run(order)
        except NotNow as error:
            return HTTPStatus.CONFLICT, _error("not_now", str(error))
        return HTTPStatus.OK, _json(self.state())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    control: ControlPort


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    server: _Server

    def do_GET(self) -> None:
        name = self._name()
        if name == _DESCRIPTION:
            self._answer(HTTPStatus.OK, _json(self.server.control.description()))
        elif name is not None:
            self._answer(*self.server.control.get(name))

    def do_POST(self) -> None:
        name = self._name()
        if name is None:
            return
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > _LONGEST_BODY_BYTES:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _error("too_long", _LONGEST_BODY_BYTES))
            return
        self._answer(*self.server.control.post(name, self.rfile.read(int(length))))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Say in JSON what the base class says in HTML: a method that nothing here has, or what is no HTTP."""
        self.close_connection = True  # what else was sent has not been read
        if code == HTTPStatus.NOT_IMPLEMENTED:
            self._answer(HTTPStatus.METHOD_NOT_ALLOWED, _error("use_get_or_post", self.command), {"Allow": "GET, POST"})
        else:
            self._answer(HTTPStatus(code), _error("bad_request", message or explain or ""))

    def _name(self) -> str | None:
        """Return what stands behind /v1/; a web page of somebody else's may not drive this port."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in _HOSTS or self.headers.get("Origin") is not None:
            self._answer(HTTPStatus.FORBIDDEN, _error("not_from_there", host))
            return None
        path = self.path.partition("?")[0]
        if path == _DESCRIPTION and self.command == "GET":
            return path
        if not path.startswith("/v1/"):
            self._answer(HTTPStatus.NOT_FOUND, _error("unknown_path", "/v1/…"))
            return None
        return path.removeprefix("/v1/")

    def _answer(self, status: HTTPStatus, page: Page, more: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (more or {}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.body)

    def log_message(self, *_: object) -> None:
        """Say nothing: what was asked is seen in what happens."""


def _json(data: object) -> Page:
    return Page("application/json; charset=utf-8", json.dumps(data, ensure_ascii=False).encode())


def _error(code: str, detail: object) -> Page:
    return _json({"error": code, "detail": detail})
