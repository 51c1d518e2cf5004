"""Documents that the reader is tried on: drawn, invented, with the truth of what they say.

Knows: how an identity card, a page of the household register, a passport page and a form look, and how a camera spoils them.
Does not know: the reader. Every person is 测试甲 or 测试乙, region 99 does not exist, UTO is Utopia.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Array = npt.NDArray[Any]

_SANS = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
_SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
_SC_FACE, _MONO_FACE = 2, 7
_INK, _LABEL = (30, 30, 34), (40, 90, 150)

Text = tuple[float, float, str, float]
"""x, y of its top left, words, height: mm."""


@dataclass(frozen=True)
class Printed:
    """`lines`: every line as it is printed. `says`: what has to be read, by field key. `picture`: BGR, upright."""

    picture: Array
    dpi: int
    lines: tuple[str, ...]
    says: Mapping[str, str]


def _draw(
    size_mm: tuple[float, float],
    dpi: int,
    texts: Sequence[Text],
    *,
    paper: tuple[int, int, int],
    face: str = _SANS,
    index: int = _SC_FACE,
    rules: Sequence[tuple[float, float, float, float]] = (),
) -> Array:
    scale = dpi / 25.4
    image = Image.new("RGB", (round(size_mm[0] * scale), round(size_mm[1] * scale)), paper)
    pen = ImageDraw.Draw(image)
    for x0, y0, x1, y1 in rules:
        pen.line([x0 * scale, y0 * scale, x1 * scale, y1 * scale], (90, 90, 90), max(1, round(0.2 * scale)))
    for x, y, words, height in texts:
        pen.text((x * scale, y * scale), words, _INK, ImageFont.truetype(face, round(height * scale), index=index))
    return np.ascontiguousarray(np.asarray(image)[..., ::-1])


PERSONS = (
    {"name": "测试甲", "sex": "女", "birth": "1990-01-01", "id_no": "990000199001010017"},
    {"name": "测试乙", "sex": "女", "birth": "1958-01-01", "id_no": "990000195801010025"},
)


def _sex_of(number: str) -> str:
    return "男" if int(number[16]) % 2 else "女"


def id_front(who: int = 0, dpi: int = 300) -> Printed:
    """The side with the portrait: 85.6 mm by 54 mm."""
    person = PERSONS[who]
    year, month, day = person["birth"].split("-")
    sex = _sex_of(person["id_no"])
    texts: list[Text] = [
        (6, 6, "姓名", 2.6),
        (17, 5.6, person["name"], 3.4),
        (6, 13, "性别", 2.6),
        (17, 12.8, sex, 3),
        (29, 13, "民族", 2.6),
        (39, 12.8, "汉", 3),
        (6, 20, "出生", 2.6),
        (17, 19.8, f"{year}年{int(month)}月{int(day)}日", 3),
        (6, 27, "住址", 2.6),
        (17, 26.8, "样例省样例市示范区幸福", 3),
        (17, 31.4, "路12号3栋402室", 3),
        (6, 45, "公民身份号码", 2.6),
        (29, 44.6, person["id_no"], 3.6),
    ]
    says = {
        "name": person["name"],
        "sex": "1" if sex == "男" else "2",
        "nation": "汉",
        "birth": person["birth"],
        "address": "样例省样例市示范区幸福路12号3栋402室",
        "id_no": person["id_no"],
    }
    picture = _draw((85.6, 54), dpi, texts, paper=(226, 236, 240))
    return Printed(picture, dpi, tuple(text[2] for text in texts), says)


def id_back(dpi: int = 300) -> Printed:
    """The side with the emblem."""
    texts: list[Text] = [
        (30, 8, "中华人民共和国", 5),
        (30, 17, "居民身份证", 6),
        (18, 37, "签发机关", 2.6),
        (34, 36.6, "样例市公安局示范分局", 3),
        (18, 44, "有效期限", 2.6),
        (34, 43.6, "2016.07.15-2036.07.15", 3),
    ]
    says = {"issuer": "样例市公安局示范分局", "valid_from": "2016-07-15", "valid_to": "2036-07-15"}
    return Printed(_draw((85.6, 54), dpi, texts, paper=(240, 234, 226)), dpi, tuple(text[2] for text in texts), says)


def household(who: int = 0, dpi: int = 200) -> Printed:
    """A member's page of the household register: a table, 143 mm by 105 mm."""
    person = PERSONS[who]
    year, month, day = person["birth"].split("-")
    sex = _sex_of(person["id_no"])
    cells = [
        (("姓　名", person["name"]), ("户主或与户主关系", "户主")),
        (("曾用名", ""), ("性　别", sex)),
        (("出生地", "样例省样例市"), ("民　族", "汉族")),
        (("籍　贯", "样例省样例市"), ("出生日期", f"{year}年{month}月{day}日")),
        (("公民身份证件编号", person["id_no"]), ("血　型", "不明")),
        (("文化程度", "大学本科"), ("婚姻状况", "未婚")),
        (("服务处所", "样例市示例房屋租赁有限公司"), ("职　业", "职员")),
    ]
    texts: list[Text] = [(48, 6, "常住人口登记卡", 6)]
    rules = []
    for row, pair in enumerate(cells):
        y = 18 + row * 11.0
        rules.append((6, y, 137, y))
        for column, (label, value) in enumerate(pair):
            x = 8 + column * 70
            texts.append((x, y + 3.6, label, 3))
            if value:
                texts.append((x + (27 if column == 0 or row == 0 else 20), y + 3.4, value, 3.3))
    says = {
        "name": person["name"],
        "sex": "1" if sex == "男" else "2",
        "nation": "汉",
        "birth": person["birth"],
        "id_no": person["id_no"],
        "relation": "户主",
    }
    picture = _draw((143, 105), dpi, texts, paper=(232, 240, 238), face=_SERIF, rules=rules)
    return Printed(picture, dpi, tuple(text[2] for text in texts), says)


def passport(dpi: int = 300) -> Printed:
    """A data page with a TD3 zone: 125 mm by 88 mm."""
    zone = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
    texts: list[Text] = [
        (40, 10, "UTOPIA", 5),
        (40, 22, "ERIKSSON", 3),
        (40, 28, "ANNA MARIA", 3),
        (40, 34, "UTOPIAN", 3),
        (40, 40, "12 AUG 1974", 3),
    ]
    picture = _draw((125, 88), dpi, texts, paper=(236, 232, 222))
    _zone(picture, dpi, zone, 68)
    says = {
        "number": "L898902C3",
        "name": "ERIKSSON ANNA MARIA",
        "nationality": "UTO",
        "birth": "1974-08-12",
        "valid_to": "2012-04-15",
        "sex": "2",
    }
    return Printed(picture, dpi, (*(text[2] for text in texts), *zone), says)


def travel_card(dpi: int = 300) -> Printed:
    """The back of a card with a TD1 zone."""
    zone = ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]
    picture = _draw((85.6, 54), dpi, [(6, 6, "UTOPIA", 4)], paper=(228, 234, 228))
    _zone(picture, dpi, zone, 33)
    says = {"number": "D23145890", "name": "ERIKSSON ANNA MARIA", "birth": "1974-08-12", "valid_to": "2012-04-15"}
    return Printed(picture, dpi, ("UTOPIA", *zone), says)


def _zone(picture: Array, dpi: int, rows: Sequence[str], top_mm: float) -> None:
    """Print a zone at its true pitch: 10 characters to the inch, lines 6.35 mm apart."""
    scale = dpi / 25.4
    image = Image.fromarray(picture[..., ::-1])
    pen, face = ImageDraw.Draw(image), ImageFont.truetype(_SANS, round(4.1 * scale), index=_MONO_FACE)
    for row, text in enumerate(rows):
        for column, character in enumerate(text):
            pen.text(((5.5 + 2.54 * column) * scale, (top_mm + 6.35 * row) * scale), character, _INK, face)
    picture[:] = np.asarray(image)[..., ::-1]


FORM_LABELS = {
    "姓名": "name",
    "公民身份号码": "id_no",
    "联系电话": "phone",
    "居住地址": "address",
    "申请事项": "item",
    "电子邮箱": "mail",
}


def form(who: int = 0, dpi: int = 200) -> Printed:
    """A page of A4 that somebody filled in with a machine: sixteen lines."""
    person = PERSONS[who]
    rows = [
        ("姓名", person["name"]),
        ("公民身份号码", person["id_no"]),
        ("联系电话", "13800000001"),
        ("居住地址", "样例省样例市示范区幸福路12号3栋402室"),
        ("申请事项", "居住证申领"),
        ("电子邮箱", "test-a@example.invalid"),
    ]
    texts: list[Text] = [(72, 24, "居住证申领登记表", 7)]
    texts += [(28, 48 + 12.0 * n, f"{label}：{value}", 4.2) for n, (label, value) in enumerate(rows)]
    body = [
        "本人承诺以上填写内容真实、准确、完整，并愿意承担相应的法律责任。",
        "居住登记自受理之日起七个工作日内办结，结果以短信方式告知申请人。",
        "申请人应当在有效期届满前三十日内办理签注手续，逾期未签注的居住证自动中止。",
        "提交的材料共计三份：租赁合同两页、单位证明一页、近期证件照一张。",
        "受理机关对申请材料进行审核，材料不齐的一次性告知需要补正的全部内容。",
        "填表日期：2026年11月25日",
        "受理编号：样居字〔2026〕第0099号",
        "经办窗口：综合服务区第8号窗口",
        "服务热线：0371-12345",
    ]
    texts += [(28, 128 + 11.0 * n, words, 4.0) for n, words in enumerate(body)]
    says = {FORM_LABELS[label]: value for label, value in rows}
    picture = _draw((210, 297), dpi, texts, paper=(250, 250, 248), face=_SERIF)
    return Printed(picture, dpi, tuple(text[2] for text in texts), says)


def photographed(printed: Printed, seed: int, *, share: float = 1.0) -> Printed:
    """Return the document as a camera saw it and a straightener put it right: slant, blur, noise, a shadow, JPEG twice.

    `share`: resolution in the camera's picture, of the drawn one.
    """
    rng = np.random.default_rng(seed)
    height, width = printed.picture.shape[:2]
    shrunk = (round(width * share), round(height * share))
    margin = round(0.06 * max(shrunk))
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * np.float32(shrunk) + margin
    corners += rng.uniform(-0.03, 0.03, (4, 2)).astype(np.float32) * max(shrunk)
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    there = cv2.getPerspectiveTransform(whole, corners.astype(np.float32))
    seen = cv2.warpPerspective(
        printed.picture, there, (shrunk[0] + 2 * margin, shrunk[1] + 2 * margin), flags=cv2.INTER_AREA
    )
    seen = cv2.GaussianBlur(seen, (0, 0), 0.7).astype(np.float32)
    seen *= np.linspace(1.0, 0.65, seen.shape[1], dtype=np.float32)[None, :, None]
    seen = np.clip(seen + rng.normal(0, 3.0, seen.shape), 0, 255).astype(np.uint8)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, 85])[1], cv2.IMREAD_COLOR)
    back = cv2.getPerspectiveTransform(corners.astype(np.float32), whole)
    flat = cv2.warpPerspective(jpeg, back, (width, height), flags=cv2.INTER_CUBIC)
    kept = cv2.imdecode(cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_QUALITY, 82])[1], cv2.IMREAD_COLOR)
    return Printed(np.ascontiguousarray(kept), printed.dpi, printed.lines, printed.says)
