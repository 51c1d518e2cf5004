"""The papers that the emulated camera can be shown: drawn, invented, marked as samples.

Knows: how each sheet looks on paper, at a given resolution. Does not know: mats, light, lenses (`scene`), ports
(`emulator`). Every name, number, address and seal is invented; region 99 does not exist.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

_SANS = "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc"
_SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-{}.ttc"
_SC_FACE = 2
"""Index of the Simplified Chinese face in Noto's collections."""

_SEED = 20261123
_INK = (38, 38, 42)
_PALE = (150, 150, 152)
_PEN = (28, 44, 110)
_SEAL = (196, 32, 38)
_NO_LINE_START = "，。、；：）》”！？"
_MARGIN_MM = 25.0
_A4_MM = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A piece of paper. `draw(dpi)` returns it upright as RGB."""

    name: str
    width_mm: float
    height_mm: float
    draw: Callable[[int], Image.Image]


class _Pen:
    """Draws on one sheet in millimetres from its top left corner."""

    def __init__(self, size_mm: tuple[float, float], dpi: int, paper: tuple[int, int, int]) -> None:
        self.scale = dpi / 25.4
        self.image = Image.new("RGB", (round(size_mm[0] * self.scale), round(size_mm[1] * self.scale)), paper)
        self.draw = ImageDraw.Draw(self.image)

    def font(self, size_mm: float, *, bold: bool = False, serif: bool = True) -> ImageFont.FreeTypeFont:
        return _font((_SERIF if serif else _SANS).format("Bold" if bold else "Regular"), round(size_mm * self.scale))

    def text(
        self,
        at_mm: tuple[float, float],
        text: str,
        size_mm: float = 4.2,
        *,
        bold: bool = False,
        serif: bool = True,
        anchor: str = "la",
        fill: tuple[int, int, int] = _INK,
    ) -> None:
        at = (at_mm[0] * self.scale, at_mm[1] * self.scale)
        self.draw.text(at, text, fill, self.font(size_mm, bold=bold, serif=serif), anchor=anchor)

    def line(self, a_mm: tuple[float, float], b_mm: tuple[float, float], width_mm: float = 0.25) -> None:
        points = [a_mm[0] * self.scale, a_mm[1] * self.scale, b_mm[0] * self.scale, b_mm[1] * self.scale]
        self.draw.line(points, _INK, max(1, round(width_mm * self.scale)))

    def paragraph(self, y_mm: float, text: str, size_mm: float = 4.2, *, indent: bool = True, bold: bool = False) -> float:
        """Set `text` between the margins and return the y of the next line, in mm."""
        font = self.font(size_mm, bold=bold)
        width = (_A4_MM[0] - 2 * _MARGIN_MM) * self.scale
        line, leading = ("　　" if indent else ""), size_mm * 1.78
        used = font.getlength(line)
        for character in text:
            advance = font.getlength(character)
            if used + advance > width and character not in _NO_LINE_START:
                self.text((_MARGIN_MM, y_mm), line, size_mm, bold=bold)
                y_mm, line, used = y_mm + leading, "", 0.0
            line += character
            used += advance
        self.text((_MARGIN_MM, y_mm), line, size_mm, bold=bold)
        return y_mm + leading

    def seal(self, centre_mm: tuple[float, float], around: str, below: str, diameter_mm: float = 42.0) -> None:
        """Press a round red seal that says of itself that it is a sample."""
        mark = _seal(around, below, round(diameter_mm * self.scale))
        left, top = (round(c * self.scale - mark.width / 2) for c in centre_mm)
        box = (left, top, left + mark.width, top + mark.height)
        ink = Image.composite(Image.new("RGB", mark.size, _SEAL), Image.new("RGB", mark.size, "white"), mark)
        self.image.paste(ImageChops.multiply(self.image.crop(box), ink), box)

    def signature(self, at_mm: tuple[float, float], name: str, size_mm: float = 8.5) -> None:
        """Write a name with a pen: slanted, blue, a little too large."""
        font = self.font(size_mm)
        box = font.getbbox(name)
        ink = Image.new("L", (int(box[2]) + 40, int(box[3]) + 40), 0)
        ImageDraw.Draw(ink).text((20, 10), name, 235, font)
        ink = ink.transform(ink.size, Image.Transform.AFFINE, (1, 0.22, -0.22 * ink.height / 2, 0, 1, 0))
        ink = ink.rotate(4, Image.Resampling.BICUBIC, expand=True).filter(ImageFilter.GaussianBlur(self.scale * 0.05))
        at = (round(at_mm[0] * self.scale), round(at_mm[1] * self.scale))
        self.image.paste(Image.new("RGB", ink.size, _PEN), at, ink)


@lru_cache(maxsize=64)
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, index=_SC_FACE)


def _seal(around: str, below: str, size: int) -> Image.Image:
    """Draw a seal as a mask: ring, star, name along the ring, 样章 and its purpose below."""
    mask = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(mask)
    centre, ring = size / 2, size * 0.035
    draw.ellipse([ring, ring, size - ring, size - ring], outline=225, width=round(ring * 0.9))
    star = [
        (
            centre + size * (0.15 if i % 2 == 0 else 0.0575) * math.sin(i * math.pi / 5),
            centre - size * 0.02 - size * (0.15 if i % 2 == 0 else 0.0575) * math.cos(i * math.pi / 5),
        )
        for i in range(10)
    ]
    draw.polygon(star, fill=225)
    glyph = _font(_SERIF.format("Bold"), round(size * 0.105))
    spread = min(250.0, 21.0 * (len(around) - 1))
    for index, character in enumerate(around):
        angle = -spread / 2 + spread * index / max(1, len(around) - 1)
        tile = Image.new("L", (round(size * 0.16),) * 2, 0)
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), character, 225, glyph, anchor="mm")
        tile = tile.rotate(-angle, Image.Resampling.BICUBIC)
        x = centre + size * 0.375 * math.sin(math.radians(angle)) - tile.width / 2
        y = centre - size * 0.375 * math.cos(math.radians(angle)) - tile.height / 2
        mask.paste(255, (round(x), round(y)), tile)
    draw.text((centre, size * 0.735), "样 章", 225, _font(_SERIF.format("Bold"), round(size * 0.12)), anchor="mm")
    draw.text((centre, size * 0.85), below, 225, _font(_SERIF.format("Bold"), round(size * 0.06)), anchor="mm")
    grain = max(8, size // 6)
    worn = Image.frombytes("L", (grain, grain), random.Random(_SEED).randbytes(grain * grain))
    worn = worn.resize(mask.size, Image.Resampling.BICUBIC).point(lambda v: 255 if v > 70 else 190)
    mask = Image.composite(mask, Image.new("L", mask.size, 0), worn)
    return mask.rotate(-7, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(size / 900))


def _foot(pen: _Pen, page: int, pages: int) -> None:
    pen.text((_A4_MM[0] / 2, 281), f"第 {page} 页　共 {pages} 页", 3.4, anchor="ma")
    pen.text((_A4_MM[0] - _MARGIN_MM, 14), "样本 · 无法律效力", 3.0, anchor="ra", serif=False, fill=_PALE)


def _clauses(pen: _Pen, y_mm: float, clauses: Sequence[tuple[str, str]]) -> float:
    for title, body in clauses:
        y_mm = pen.paragraph(y_mm, title, bold=True, indent=False)
        y_mm = pen.paragraph(y_mm, body) + 1.2
    return y_mm


def _contract_page_1(dpi: int) -> Image.Image:
    pen = _Pen(_A4_MM, dpi, (247, 246, 242))
    pen.text((_A4_MM[0] / 2, 26), "房屋租赁合同", 8.4, bold=True, anchor="ma")
    pen.text((_A4_MM[0] - _MARGIN_MM, 41), "合同编号：样租字〔2026〕第 0099 号", 3.6, anchor="ra")
    y = 51.0
    for label, value in (
        ("出租方（甲方）：", "样例市示例房屋租赁有限公司"),
        ("承租方（乙方）：", "测试甲"),
        ("公民身份号码：", "990000199001010017"),
        ("联系电话：", "13800000001"),
    ):
        pen.text((_MARGIN_MM, y), label, bold=True)
        pen.text((_MARGIN_MM + 36, y), value)
        pen.line((_MARGIN_MM + 35, y + 6.3), (_MARGIN_MM + 112, y + 6.3))
        y += 9.4
    y = pen.paragraph(
        y + 3,
        "根据《中华人民共和国民法典》及有关规定，甲、乙双方在平等、自愿的基础上，就房屋租赁事宜订立本合同，共同遵守。",
    )
    _clauses(
        pen,
        y + 2,
        (
            (
                "第一条　房屋基本情况",
                (
                    "甲方将坐落于样例市示范区幸福路 1 号 2 栋 301 室的房屋出租给乙方居住使用，"
                    "建筑面积 62.5 平方米，房屋设施完好。"
                ),
            ),
            (
                "第二条　租赁期限",
                ("租赁期自 2026 年 3 月 1 日起至 2028 年 2 月 29 日止。期满前三十日，双方可以协商续租，另行签订合同。"),
            ),
            (
                "第三条　租金与支付",
                (
                    "月租金为人民币 1,850 元（大写：壹仟捌佰伍拾元整），"
                    "乙方于每月 5 日前支付当月租金。押金为一个月租金，合同终止时结清。"
                ),
            ),
            (
                "第四条　费用承担",
                ("租赁期内的水、电、燃气、通信等费用由乙方承担；物业服务费由甲方承担。双方应当保留缴费凭证。"),
            ),
            (
                "第五条　使用与维护",
                ("乙方应当合理使用房屋及设施，不得擅自改变房屋结构和用途。因自然损耗需要维修的，由甲方负责。"),
            ),
            ("第六条　居住登记", "甲方应当协助乙方办理居住登记，并提供所需的房屋证明材料。"),
        ),
    )
    _foot(pen, 1, 2)
    return pen.image


def _contract_page_2(dpi: int) -> Image.Image:
    pen = _Pen(_A4_MM, dpi, (247, 246, 242))
    y = _clauses(
        pen,
        28,
        (
            ("第七条　转租", "未经甲方书面同意，乙方不得将房屋转租、转借他人。"),
            ("第八条　合同解除", "一方提前解除合同的，应当提前三十日书面通知对方，并承担由此造成的损失。"),
            ("第九条　争议解决", "因本合同发生的争议，双方协商解决；协商不成的，可以向房屋所在地人民法院提起诉讼。"),
            ("第十条　其他", "本合同一式两份，双方各执一份，自双方签字、盖章之日起生效。"),
        ),
    )
    pen.text((_MARGIN_MM, y + 4), "附：房屋交接清单", bold=True)
    top, widths, rows = y + 13, (62.0, 30.0, 68.0), 5
    content = (
        ("物品名称", "数量", "状况"),
        ("床、衣柜、书桌", "各 1", "完好"),
        ("空调、热水器", "各 1", "完好，使用正常"),
        ("入户门钥匙", "3 把", "已交付乙方"),
        ("水表、电表读数", "—", "水 128 吨，电 2046 度"),
    )
    for row in range(rows + 1):
        pen.line((_MARGIN_MM, top + row * 9), (_MARGIN_MM + sum(widths), top + row * 9), 0.3)
    x = _MARGIN_MM
    for column, width in enumerate((0.0, *widths)):
        x += width
        pen.line((x, top), (x, top + rows * 9), 0.3)
        if column < len(widths):
            for row in range(rows):
                pen.text((x + 3, top + row * 9 + 1.6), content[row][column], 4.0, bold=row == 0)
    y = top + rows * 9 + 22
    pen.text((_MARGIN_MM, y), "甲方（盖章）：", bold=True)
    pen.text((_MARGIN_MM + 86, y), "乙方（签字）：", bold=True)
    pen.signature((_MARGIN_MM + 112, y - 7), "测试甲")
    pen.text((_MARGIN_MM, y + 22), "2026 年 3 月 1 日")
    pen.text((_MARGIN_MM + 86, y + 22), "2026 年 3 月 1 日")
    pen.seal((_MARGIN_MM + 46, y + 12), "样例市示例房屋租赁有限公司", "合同专用章")
    _foot(pen, 2, 2)
    return pen.image


def _letter(
    dpi: int, *, head: str, title: str, body: Sequence[str], signer: str, purpose: str, paper: tuple[int, int, int]
) -> Image.Image:
    pen = _Pen(_A4_MM, dpi, paper)
    pen.text((_A4_MM[0] / 2, 27), head, 6.4, bold=True, anchor="ma", fill=(150, 26, 30))
    pen.line((_MARGIN_MM, 39), (_A4_MM[0] - _MARGIN_MM, 39), 0.7)
    pen.line((_MARGIN_MM, 40.4), (_A4_MM[0] - _MARGIN_MM, 40.4), 0.2)
    pen.text((_A4_MM[0] / 2, 56), title, 9.4, bold=True, anchor="ma")
    y = 82.0
    for text in body:
        y = pen.paragraph(y, text, 5.0) + 2.4
    y = pen.paragraph(y + 4, "特此证明。", 5.0)
    pen.text((_A4_MM[0] - _MARGIN_MM - 4, y + 22), signer, 5.0, anchor="ra")
    pen.text((_A4_MM[0] - _MARGIN_MM - 14, y + 33), "2026 年 11 月 18 日", 5.0, anchor="ra")
    pen.seal((_A4_MM[0] - _MARGIN_MM - 34, y + 28), signer, purpose)
    _foot(pen, 1, 1)
    return pen.image


def _employment(dpi: int) -> Image.Image:
    return _letter(
        dpi,
        head="样例市示例科技有限公司",
        title="在职证明",
        body=(
            (
                "兹证明测试甲（公民身份号码：990000199001010017）系我单位正式员工，自 2023 年 7 月 3 日起在我单位工作，"
                "现任技术部工程师，劳动合同期限至 2028 年 7 月 2 日。"
            ),
            "该员工在职期间，我单位按时为其缴纳社会保险费。工作地点：样例市示范区创新路 8 号。",
            "本证明仅用于该员工办理居住证事宜。单位联系人：测试乙，联系电话：13800000002。",
        ),
        signer="样例市示例科技有限公司",
        purpose="人事专用章",
        paper=(248, 248, 246),
    )


def _study(dpi: int) -> Image.Image:
    return _letter(
        dpi,
        head="样例市示例职业技术学院",
        title="就读证明",
        body=(
            (
                "兹证明测试甲（公民身份号码：990000199001010017）系我校信息工程系 2025 级学生，学号 2025990017，"
                "学制三年，全日制就读，现为二年级在校学生。"
            ),
            "该生在校期间居住于样例市示范区幸福路 1 号 2 栋 301 室。",
            "本证明仅用于该生办理居住证事宜。",
        ),
        signer="样例市示例职业技术学院",
        purpose="学籍专用章",
        paper=(247, 245, 238),
    )


def _blank(dpi: int) -> Image.Image:
    return _Pen(_A4_MM, dpi, (246, 246, 243)).image


def _one_line(dpi: int) -> Image.Image:
    """Draw as little as a page of a contract may hold: its last words, small."""
    pen = _Pen(_A4_MM, dpi, (247, 246, 242))
    pen.text((_MARGIN_MM, 60), "（以下无正文）", 3.4)
    return pen.image


def _stamp(dpi: int) -> Image.Image:
    pen = _Pen(_A4_MM, dpi, (247, 246, 242))
    pen.seal((122, 205), "样例市示例科技有限公司", "人事专用章")
    return pen.image


def _id_photo(dpi: int) -> Image.Image:
    """Draw a figure that is nobody: head and shoulders before white, 35 mm by 45 mm with a white border."""
    fine = 3
    pen = _Pen((35.0, 45.0), dpi * fine, (236, 239, 243))
    s, draw = pen.scale, pen.draw

    def ellipse(cx: float, cy: float, rx: float, ry: float, fill: tuple[int, int, int]) -> None:
        draw.ellipse([(cx - rx) * s, (cy - ry) * s, (cx + rx) * s, (cy + ry) * s], fill=fill)

    skin, shade, hair, coat = (226, 190, 164), (206, 166, 140), (36, 32, 34), (44, 54, 78)
    ellipse(17.5, 50.0, 15.2, 17.0, coat)
    draw.polygon([(12.6 * s, 34.4 * s), (22.4 * s, 34.4 * s), (17.5 * s, 43.5 * s)], fill=(244, 245, 247))
    draw.rounded_rectangle([14.4 * s, 27 * s, 20.6 * s, 36.4 * s], 2.4 * s, fill=shade)
    draw.polygon([(14.2 * s, 33.8 * s), (17.5 * s, 38.4 * s), (20.8 * s, 33.8 * s)], fill=shade)
    for side in (-1, 1):
        draw.polygon(
            [
                (17.5 * s, 38.2 * s),
                ((17.5 + side * 3.5) * s, 33.4 * s),
                ((17.5 + side * 5.9) * s, 36.6 * s),
                ((17.5 + side * 2.6) * s, 41.6 * s),
            ],
            fill=(250, 250, 251),
        )
        ellipse(17.5 + side * 7.7, 21.4, 1.3, 2.2, shade)
    ellipse(17.5, 18.0, 8.7, 10.2, hair)
    ellipse(17.5, 21.2, 7.6, 10.0, skin)
    draw.pieslice([9.6 * s, 8.2 * s, 25.4 * s, 24 * s], 186, 354, fill=hair)
    for side in (-1, 1):
        x = 17.5 + side * 3.1
        draw.arc([(x - 2) * s, 17.6 * s, (x + 2) * s, 20.4 * s], 205, 335, fill=hair, width=round(0.55 * s))
        ellipse(x, 20.8, 1.25, 0.7, (250, 249, 247))
        ellipse(x, 20.8, 0.62, 0.66, (44, 34, 30))
    draw.arc([16.3 * s, 22.2 * s, 18.7 * s, 25.2 * s], 35, 145, fill=shade, width=round(0.45 * s))
    draw.arc([14.9 * s, 24.4 * s, 20.1 * s, 28 * s], 35, 145, fill=(176, 98, 92), width=round(0.6 * s))
    size = (pen.image.width // fine, pen.image.height // fine)
    photo = pen.image.filter(ImageFilter.GaussianBlur(s * 0.12)).resize(size, Image.Resampling.LANCZOS)
    ImageDraw.Draw(photo).rectangle([0, 0, *size], outline=(250, 250, 250), width=max(1, round(0.7 * s / fine)))
    label = _font(_SANS.format("Regular"), round(1.7 * s / fine))
    ImageDraw.Draw(photo).text((size[0] / 2, size[1] - 1.2 * s / fine), "样本", (196, 202, 214), label, anchor="ms")
    return photo


SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet("address_proof_1", *_A4_MM, _contract_page_1),
        Sheet("address_proof_2", *_A4_MM, _contract_page_2),
        Sheet("employment_proof", *_A4_MM, _employment),
        Sheet("study_proof", *_A4_MM, _study),
        Sheet("blank", *_A4_MM, _blank),
        Sheet("one_line", *_A4_MM, _one_line),
        Sheet("stamp", *_A4_MM, _stamp),
        Sheet("id_photo", 35.0, 45.0, _id_photo),
    )
}
"""What can be laid under the camera, by name."""
