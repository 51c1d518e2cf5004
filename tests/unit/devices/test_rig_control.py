"""The control port alone, over real HTTP, with a table of its own."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from devices.id_card.samples import SAMPLE_CARDS
from devices.rig_actions import PlaceCard
from devices.rig_control import Action, ControlPort, NotNow, Page


class Volume(BaseModel):
    """{"level": 0 to 10}."""

    model_config = ConfigDict(extra="forbid", strict=True)

    level: int


@pytest.fixture
def levels() -> list[int]:
    return []


@pytest.fixture
def port(levels: list[int]) -> Iterator[ControlPort]:
    def turn(order: Volume) -> None:
        if order.level > 10:
            raise NotNow("too loud")
        levels.append(order.level)

    control = ControlPort(
        lambda: {"levels": levels, "name": "音量"},
        {"radio/volume": Action(Volume, turn)},
        {"radio/last.bin": lambda: Page("application/octet-stream", b"\x00\x01") if levels else None},
    )
    control.start()
    yield control
    control.stop()


def ask(
    port: ControlPort, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port.port, timeout=10)
    try:
        connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def told(answer: tuple[int, str, bytes]) -> tuple[int, Any]:
    assert answer[1].startswith("application/json")
    return answer[0], json.loads(answer[2])


def test_order_is_obeyed_and_answers_the_new_state(port: ControlPort, levels: list[int]) -> None:
    """A good order does its deed, and whoever gave it need not ask how things stand."""
    assert told(ask(port, "POST", "/v1/radio/volume", b'{"level": 3}')) == (200, {"levels": [3], "name": "音量"})
    assert levels == [3]
    assert told(ask(port, "GET", "/v1/state")) == (200, {"levels": [3], "name": "音量"})


def test_page(port: ControlPort) -> None:
    """A page is there once there is something to show, with its own type."""
    assert told(ask(port, "GET", "/v1/radio/last.bin"))[1]["error"] == "nothing_yet"
    ask(port, "POST", "/v1/radio/volume", b'{"level": 1}')
    assert ask(port, "GET", "/v1/radio/last.bin") == (200, "application/octet-stream", b"\x00\x01")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/v1/radio/volume", b'{"level": 3', 400, "not_json"),
        ("POST", "/v1/radio/volume", b"\xff\xfe", 400, "not_json"),
        ("POST", "/v1/radio/volume", b"[3]", 422, "bad_order"),
        ("POST", "/v1/radio/volume", b"", 422, "bad_order"),
        ("POST", "/v1/radio/volume", b'{"level": "3"}', 422, "bad_order"),
        ("POST", "/v1/radio/volume", b'{"level": 3, "bass": 1}', 422, "bad_order"),
        ("POST", "/v1/radio/volume", b'{"level": 11}', 409, "not_now"),
        ("POST", "/v1/radio/volume", b" " * 70_000, 413, "too_long"),
        ("POST", "/v1/radio/tune", b"{}", 404, "unknown_action"),
        ("POST", "/v2/radio/volume", b"{}", 404, "unknown_path"),
        ("POST", "/v1/radio/volume", b"[" * 30_000, 400, "not_json"),
        ("POST", "/v1/radio/volume", b'{"level":' * 7_000, 400, "not_json"),
        ("GET", "/v1/radio/volume", None, 405, "use_post"),
        ("POST", "/v1/state", b"{}", 405, "use_get"),
        ("POST", "/v1/radio/last.bin", b"{}", 405, "use_get"),
        ("DELETE", "/v1/radio/volume", None, 405, "use_get_or_post"),
        ("PUT", "/v1/radio/volume", b'{"level": 3}', 405, "use_get_or_post"),
        ("BREW", "/", None, 405, "use_get_or_post"),
        ("GET", "/v1/nothing", None, 404, "unknown_page"),
        ("GET", "/", None, 404, "unknown_path"),
    ],
)
def test_bad_requests_are_told_in_json(
    port: ControlPort, levels: list[int], method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    """Whatever is wrong has a status and a code, and moves nothing."""
    answer = told(ask(port, method, path, body))
    assert (answer[0], answer[1]["error"]) == (status, code)
    assert levels == []


def test_what_is_no_http_is_told_too(port: ControlPort) -> None:
    """A line that is no request has a status and a code, and the connection ends; so does HEAD, without a body."""
    with socket.create_connection(("127.0.0.1", port.port), timeout=10) as line:
        line.sendall(b"GET /v1/state HTTP/x.y\r\n\r\n")
        head, _, body = b"".join(iter(lambda: line.recv(4096), b"")).partition(b"\r\n\r\n")
    assert json.loads(body or head)["error"] == "bad_request"
    assert ask(port, "HEAD", "/v1/state")[::2] == (405, b"")


@pytest.mark.parametrize("headers", [{"Host": "example.com"}, {"Origin": "http://127.0.0.1"}])
def test_foreign_pages_may_not_drive_it(port: ControlPort, levels: list[int], headers: dict[str, str]) -> None:
    """A page in somebody's browser cannot reach the port by another name, nor across origins."""
    answer = told(ask(port, "POST", "/v1/radio/volume", b'{"level": 3}', **headers))
    assert (answer[0], answer[1]["error"]) == (403, "not_from_there")
    assert levels == []


def test_the_port_describes_itself(port: ControlPort) -> None:
    """The OpenAPI document names every action with its shape and words, and every page; no reference leads nowhere."""
    status, described = told(ask(port, "GET", "/openapi.json"))
    assert (status, described["openapi"]) == (200, "3.1.0")
    assert set(described["paths"]) == {"/v1/state", "/v1/radio/volume", "/v1/radio/last.bin"}
    turn = described["paths"]["/v1/radio/volume"]["post"]
    assert turn["summary"] == '{"level": 0 to 10}.'
    reference = turn["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schemas = described["components"]["schemas"]
    assert schemas[reference.rpartition("/")[2]]["properties"]["level"]["type"] == "integer"
    references = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described))
    assert set(references) <= set(schemas)
    assert told(ask(port, "GET", "/openapi.json", Origin="http://127.0.0.1"))[0] == 403


def test_bad_content_length(port: ControlPort) -> None:
    """A length that is no number is refused instead of waited for."""
    assert told(ask(port, "POST", "/v1/radio/volume", b"", Content_Length="x"))[0] == 413


def test_card_by_name_and_by_person() -> None:
    """A sample comes by name; a person of one's own takes from the samples what is left out."""
    assert PlaceCard.model_validate({}).card() == SAMPLE_CARDS["测试甲"]
    assert PlaceCard.model_validate({"name": "测试乙"}).card() == SAMPLE_CARDS["测试乙"]
    expired = PlaceCard.model_validate({"person": {"name": "测试乙", "valid_to": "2021-05-31"}}).card()
    assert (expired.number, str(expired.valid_to)) == ("990000195801010025", "2021-05-31")
    for_ever = PlaceCard.model_validate({"person": {"name": "测试丙", "valid_to": "long_term"}}).card()
    assert (for_ever.name, for_ever.valid_to) == ("测试丙", None)
    with pytest.raises(NotNow):
        PlaceCard.model_validate({"name": "测试丁"}).card()
    with pytest.raises(ValidationError):
        PlaceCard.model_validate({"person": {"name": "测试丙", "birth": "1990-02-30"}})
