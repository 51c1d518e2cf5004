"""Files from a phone: one phone, one terminal, minutes, bounds; nothing is left anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import requests

from central.handover import MAX_FILE_BYTES, MAX_FILES
from kiosk.city.client import PlatformRejected

if TYPE_CHECKING:
    from conftest import Device, Platform


class Phone:
    """A browser: its own cookies, and what it was shown last."""

    def __init__(self, platform: Platform, url: str) -> None:
        self._cookies, self._ca = requests.cookies.RequestsCookieJar(), str(platform.ca)
        self._url = platform.url + re.sub(r"^https://[^/]*", "", url)

    def _ask(self, method: str, **kwargs: object) -> requests.Response:
        answer = requests.request(method, self._url, cookies=self._cookies, verify=self._ca, timeout=20, **kwargs)  # type: ignore[arg-type]
        self._cookies.update(answer.cookies)
        return answer

    def look(self) -> requests.Response:
        return self._ask("GET")

    def send(self, *files: bytes) -> requests.Response:
        return self._ask("POST", files=[("file", (f"{at}.jpg", data, "image/jpeg")) for at, data in enumerate(files)])


def over(device: Device, token: str) -> bool:
    with pytest.raises(PlatformRejected) as caught:
        device.client.fetch_handover(token, 0)
    return caught.value.code == "handover_over"


def test_what_a_phone_sends_comes_to_the_terminal_once(platform: Platform, device: Device) -> None:
    """It should come whole and in order, again when the answer was lost, and be gone when it was taken."""
    opened = device.client.open_handover()
    phone = Phone(platform, opened.url)
    assert "请选择" in phone.look().text
    assert device.client.fetch_handover(opened.token, 0) == (False, b"")
    assert phone.send(b"first", b"second").status_code == 200
    assert device.client.fetch_handover(opened.token, 0) == (True, b"first")
    assert device.client.fetch_handover(opened.token, 0) == (True, b"first")
    assert device.client.fetch_handover(opened.token, 1) == (True, b"second")
    assert device.client.fetch_handover(opened.token, 2) == (True, b"")
    device.client.close_handover(opened.token)
    assert over(device, opened.token)
    assert phone.send(b"late").status_code == 404
    assert not [path for path in platform.settings.state_dir.rglob("*") if path.is_file() and b"second" in path.read_bytes()]


def test_a_second_phone_is_refused(platform: Platform, device: Device) -> None:
    """Who photographs the code over a shoulder can neither add nor see anything; the first phone goes on."""
    opened = device.client.open_handover()
    first, second = Phone(platform, opened.url), Phone(platform, opened.url)
    first.look()
    second.look()
    assert first.send(b"mine").status_code == 200
    assert second.send(b"theirs").status_code == 409
    assert second.look().status_code == 409
    assert first.send(b"more").status_code == 200
    assert device.client.fetch_handover(opened.token, 1) == (True, b"more")


def test_a_code_runs_out_and_a_new_one_ends_the_old(platform: Platform, device: Device) -> None:
    """It should hold for ten minutes, and a terminal has one at a time."""
    old, new = device.client.open_handover(), device.client.open_handover()
    assert over(device, old.token)
    platform.clock.advance(minutes=10)
    assert over(device, new.token)
    assert Phone(platform, new.url).look().status_code == 404


def test_another_terminal_gets_nothing(platform: Platform, device: Device, another: Device) -> None:
    """The token alone is not enough: the terminal's signature is asked for."""
    opened = device.client.open_handover()
    phone = Phone(platform, opened.url)
    phone.look()
    phone.send(b"mine")
    assert over(another, opened.token)
    assert platform.call("POST", f"/v1/handovers/{opened.token}/files", json={"taken": 0}).status_code in {401, 403, 422}


def test_too_much_is_refused_and_said(platform: Platform, device: Device) -> None:
    """A file over the limit, too many files, no file, no form: a page that says so, and what came before stays."""
    opened = device.client.open_handover()
    phone = Phone(platform, opened.url)
    assert phone.send(b"without a cookie").status_code == 409
    phone.look()
    assert phone.send(b"x" * (MAX_FILE_BYTES + 1)).status_code == 413
    assert phone.send(b"").status_code == 422
    assert platform.call("POST", opened.url.removeprefix(platform.settings.public_url), data=b"x").status_code == 409
    for _ in range(MAX_FILES // 10):
        assert phone.send(*[b"page"] * 10).status_code == 200
    refused = phone.send(b"one more")
    assert refused.status_code == 429
    assert "Too many files" in refused.text
    assert device.client.fetch_handover(opened.token, 0) == (True, b"page")
