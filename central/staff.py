"""The staff desk in a browser: cases with their materials, acceptance, certificates and their revocation.

Knows: pages, the staff password, same-origin checks. Does not know: how a case or a certificate works. A later stage
gives each member of staff an account of their own; here is one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import jinja2
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from central.cases import CaseDesk
from central.certificates import CertificateDesk
from central.keys import STAFF_USER, Keys
from central.refusals import Refused
from central.settings import CIVIL_TZ, Settings

_TEMPLATES = Path(__file__).parent / "templates"
STYLE = _TEMPLATES / "style.css"
_BASIC = HTTPBasic(auto_error=False)
_FAILURES = 10
_FAILURES_WITHIN = dt.timedelta(minutes=5)
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Civic Kiosk", charset="UTF-8"'}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_WORDS = {
    "state": {
        "received": "已收件",
        "accepted": "已受理",
        "not_accepted": "不予受理",
        "supplement_required": "待补正",
        "reviewing": "审核中",
        "closed": "已办结",
        "withdrawn": "已撤回",
    },
    "source": {
        "scan": "现场扫描",
        "import": "自备文件",
        "share": "数据共享",
        "e_certificate": "电子证照",
        "commit": "告知承诺",
        "read": "终端读取",
        "form": "在线填写",
        "sign": "手写签名",
        "later": "以后补交",
    },
    "reason": {"form.material.register_not_connected": "数据共享尚未接通，改为扫描"},
    "clock": {"synchronised": "时钟已同步", "free_running": "时钟未同步", "implausible": "时钟不可信"},
    "event": {
        "submitted": "自助终端提交", "received": "平台收件", "accepted": "部门受理", "withdrawn": "申请人撤回",
        "supplemented": "材料补齐", "supplement_asked": "通知补正", "closed": "办结",
    },
    "wanted": {
        "later": "承诺以后补交", "missing": "没有提交", "unreadable": "看不清", "incomplete": "缺页或不完整",
        "expired": "已过有效期", "other": "其他原因",
    },
    "assurance": {"none": "未核验", "card": "刷证", "card+code": "刷证＋验证码", "card+clerk": "刷证＋人工"},
    "fault": {
        "documents.advice.too_dark": "偏暗", "documents.advice.blank": "空白", "documents.advice.blurred": "模糊",
        "documents.advice.glare": "反光", "documents.advice.leaning": "倾斜", "documents.advice.too_small": "清晰度不足",
    },
    "confirmed": {"card": "申请人刷卡确认", "touch": "申请人触屏确认"},
    "capacity": {"child": "监护人代办", "asked": "受托代办"},
    "relation": {
        "parent": "父母", "guardian": "其他监护人", "spouse": "配偶", "child": "子女", "relative": "亲属", "other": "其他"
    },
    "known_by": {"card": "申请人证件已在终端读取", "number": "申请人姓名号码由代办人提供，证件未见"},
    "grade": {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"},
    "step": {
        "home": "首页", "guide": "办事指南", "for_whom": "为谁办理",
        "consent": "授权同意", "identify": "刷身份证", "attest": "核对本人", "code": "输入验证码",
        "again": "重复提交提示", "cases": "我的办件", "case": "办件详情", "withdraw": "撤回", "principal": "被代办人",
        "relation": "代办关系", "form": "填写表格",
        "materials": "材料清单", "capture": "拍摄材料", "sign": "手写签名", "review": "核对",
        "confirm": "本人确认", "outcome": "取回执",
        "choose": "选择证明", "prepare": "生成证明", "preview": "核对证明", "print": "打印", "taken": "取走证明",
    },
    "certificate": {"valid": "有效", "expired": "已过期", "revoked": "已撤销", "not_found": "未找到"},
    "media": {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"},
}
_SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def _civil(when: dt.datetime, pattern: str = "%Y-%m-%d %H:%M") -> str:
    return when.astimezone(CIVIL_TZ).strftime(pattern)


def _size(size_bytes: int) -> str:
    return f"{max(1, round(size_bytes / 1024))} KB" if size_bytes < 1024 * 1024 else f"{size_bytes / 1024 / 1024:.1f} MB"


def make_templates() -> jinja2.Environment:
    """Return the page templates: everything is escaped, a missing value is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters.update(civil=_civil, size=_size)
    environment.globals["words"] = _WORDS
    return environment


@dataclass(slots=True)
class StaffDoor:
    """Checks the staff password; ten failures in five minutes close the door for a while."""

    settings: Settings
    keys: Keys
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    _known: bytes = b""
    _failures: deque[dt.datetime] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, credentials: HTTPBasicCredentials | None) -> str:
        """Return who it is, or refuse with 401 or 429."""
        if credentials is None:
            raise Refused(401, "password_needed", headers=_CHALLENGE)
        password = credentials.password
        # The slow hash once; afterwards a quick keyed one, known to this process alone.
        quick = hmac.new(self._salt, f"{credentials.username}\n{password}".encode(), hashlib.sha256).digest()
        if self._known and hmac.compare_digest(quick, self._known):
            return STAFF_USER
        now = self.settings.now()
        with self._lock:
            while self._failures and self._failures[0] < now - _FAILURES_WITHIN:
                self._failures.popleft()
            if len(self._failures) >= _FAILURES:
                raise Refused(429, "too_many_failures", retry_after_s=int(_FAILURES_WITHIN.total_seconds()))
            if credentials.username != STAFF_USER or not self.keys.staff_password_holds(password):
                self._failures.append(now)
                raise Refused(401, "password_wrong", headers=_CHALLENGE)
            self._known = quick
        return STAFF_USER


def same_origin(request: Request) -> None:
    """Refuse 403 `cross_origin` unless the browser says that our own page sent this form."""
    site = request.headers.get("sec-fetch-site")
    origin = urlsplit(request.headers.get("origin", ""))
    if site is not None and site != "same-origin":
        raise Refused(403, "cross_origin")
    if (origin.scheme, origin.netloc) != (request.url.scheme, request.headers.get("host")):
        raise Refused(403, "cross_origin")


SignedIn = Callable[[HTTPBasicCredentials | None], str]


def signed_in(door: StaffDoor) -> SignedIn:
    """Return the dependency by which a route asks who it is."""

    def staff(credentials: Annotated[HTTPBasicCredentials | None, Depends(_BASIC)]) -> str:
        return door.admit(credentials)

    return staff


def router(door: StaffDoor, cases: CaseDesk, certificates: CertificateDesk, templates: jinja2.Environment) -> APIRouter:
    """Return the staff routes."""
    staff = signed_in(door)
    routes = APIRouter(prefix="/staff", include_in_schema=False)

    @routes.get("")
    def home() -> Response:
        return RedirectResponse("/staff/cases", 303)

    @routes.get("/cases")
    def page(_: str = Depends(staff)) -> Response:
        listed = cases.listed()
        html = templates.get_template("cases.html").render(
            cases=listed,
            gaps=cases.missing(),
            certificates=certificates.recent(),
            waiting=sum(case.state == "received" for case in listed),
            accepted=sum(case.state == "accepted" for case in listed),
            now=door.settings.now(),
        )
        return HTMLResponse(html, headers=PAGE_HEADERS)

    @routes.post("/cases/{case_id}/accept")
    def accept(case_id: int, request: Request, actor: str = Depends(staff)) -> Response:
        same_origin(request)
        cases.accept(case_id, actor)
        return RedirectResponse(f"/staff/cases#case-{case_id}", 303)

    @routes.post("/cases/{case_id}/supplemented")
    def supplemented(case_id: int, request: Request, actor: str = Depends(staff)) -> Response:
        same_origin(request)
        cases.supplemented(case_id, actor)
        return RedirectResponse(f"/staff/cases#case-{case_id}", 303)

    @routes.post("/cases/{case_id}/finish")
    def finish(case_id: int, request: Request, actor: str = Depends(staff)) -> Response:
        same_origin(request)
        cases.finish(case_id, actor)
        return RedirectResponse(f"/staff/cases#case-{case_id}", 303)

    @routes.post("/certificates/{short_id}/revoke")
    def revoke(short_id: str, request: Request, _: str = Depends(staff)) -> Response:
        same_origin(request)
        certificates.revoke(short_id)
        return RedirectResponse("/staff/cases#certificates", 303)

    @routes.get("/materials/{sha256}")
    def material(sha256: str, _: str = Depends(staff)) -> Response:
        data, media_type = cases.attachment(sha256)
        # Handed in by strangers: never shown inside our own origin.
        headers = {
            **PAGE_HEADERS,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": f'attachment; filename="{sha256[:12]}.{_SUFFIX[media_type]}"',
        }
        return Response(data, media_type=media_type, headers=headers)

    return routes
