"""Names and addresses to be typed, drawn by seed: nobody's, made of what many bear and of the divisions' own data.

Knows: family names by how many bear them, given names of four generations, streets as people write them. Does not know: the
keyboard. Its index is made without this file, but not without the divisions, and the commonest names stand in its lists too,
because they are the commonest; `pinyin_figures.py --names` takes a list that nobody here made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from kiosk.catalogue import divisions

FAMILY = (
    "王 7.2 李 7.0 张 6.7 刘 5.1 陈 4.6 杨 3.2 黄 2.4 赵 2.0 吴 2.0 周 1.9 徐 1.5 孙 1.4 马 1.3 朱 1.3 胡 1.2 "
    "郭 1.1 何 1.1 林 1.1 高 1.0 罗 1.0 郑 0.9 梁 0.8 谢 0.8 宋 0.7 唐 0.7 许 0.7 韩 0.6 邓 0.6 冯 0.6 曹 0.6 "
    "彭 0.6 曾 0.6 肖 0.6 田 0.5 董 0.5 潘 0.5 袁 0.5 蔡 0.5 蒋 0.5 余 0.5 于 0.5 杜 0.5 叶 0.5 程 0.5 魏 0.5 "
    "苏 0.5 吕 0.4 丁 0.4 任 0.4 卢 0.4 姚 0.4 沈 0.4 钟 0.4 姜 0.4 崔 0.4 谭 0.4 陆 0.3 范 0.3 汪 0.3 廖 0.3 "
    "石 0.3 金 0.3 韦 0.3 贾 0.3 夏 0.3 付 0.3 方 0.3 邹 0.3 熊 0.3 白 0.3 孟 0.3 秦 0.3 邱 0.3 侯 0.3 江 0.3 "
    "尹 0.2 薛 0.2 闫 0.2 段 0.2 雷 0.2 龙 0.2 黎 0.2 史 0.2 陶 0.2 贺 0.2 毛 0.2 郝 0.2 顾 0.2 龚 0.2 邵 0.2 "
    "万 0.2 覃 0.2 武 0.2 钱 0.2 戴 0.2 严 0.2 莫 0.2 孔 0.2 向 0.2 常 0.2 汤 0.2 康 0.2 易 0.2 乔 0.2 赖 0.2 "
    "文 0.2 欧阳 0.1 司马 0.03"
)
GIVEN = (
    # of those born before 1960
    "秀英 桂英 秀兰 玉兰 桂兰 秀珍 凤英 玉英 玉珍 兰英 淑英 素珍 桂珍 秀芳 桂芝 淑珍 玉梅 春兰 翠英 爱英 建国 "
    "国强 德明 志明 文华 永福 金山 保国 长顺 福生 有才 富贵 大山 德福 守信 玉山 树林 振华 明德 秀荣 月英 素云 "
    "凤仙 巧云 清泉 广义 "
    # to 1985
    "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 红 玲 燕 波 辉 斌 鹏 飞 华 健 建华 建军 志强 "
    "海燕 丽华 红梅 小红 春燕 晓东 永刚 国庆 卫东 爱民 爱华 建平 志刚 秀梅 丽娟 晓红 红霞 玉华 永强 新华 海涛 "
    "文军 俊峰 东升 保平 彦军 素芳 "
    # to 2005
    "婷 欣 宇 浩 凯 鑫 晨 雪 倩 颖 莹 琳 佳 婷婷 雪梅 丹丹 晓燕 梦婷 佳琪 雨婷 思远 文博 子豪 俊杰 浩然 志豪 "
    "家豪 天宇 晓宇 佳慧 雅婷 梦瑶 静怡 雨欣 嘉欣 慧敏 雪莹 亚楠 晓萌 鹏飞 少华 世杰 明辉 一鸣 "
    # and after
    "子涵 欣怡 梓涵 诗涵 雨泽 宇轩 浩宇 浩轩 子轩 梓萱 可馨 依诺 语桐 思源 博文 奕辰 宇辰 沐宸 一诺 若汐 子墨 "
    "梓睿 佳怡 欣妍 雨桐 诗琪 俊熙 铭轩 皓轩 奕泽 艺涵 锦程 安琪 嘉怡 晨曦"
)
STREETS = (
    "中山路 解放路 黄河大街 金明大道 大梁路 宋城路 西门大街 东京大道 夷山大街 自由路 省府前街 寺后街 书店街 "
    "鼓楼街 开元大道 人民路 建设路 文化路 和平街 新华街 滨河路 迎宾路 学府路 兴隆巷 幸福路 工农路 公园路 "
    "五一路 劳动路 青年路 育才街 花园路"
)
ENDS = "东段 西段 南段 北段 号院 一号楼 二单元 家属院 小区 东区 西区 社区 三号楼一单元 家属院南楼"
ESTATES = (
    "阳光花园 和谐家园 金明小区 锦绣江南 幸福家园 水岸华庭 世纪新城 龙亭小区 东方花园 学府名苑 "
    "温馨家园 丽景湾 紫荆花园 府前花园"
)
VILLAGES = (
    "张庄村 李楼村 王庄村 刘集村 赵寨村 陈庄村 杨楼村 马庄村 大李庄村 小王庄村 前刘村 后陈村 东马村 西赵村 孙营村 郭屯村"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text to be typed whole, of a kind that has its own kind of field."""

    text: str
    kind: str


def names(count: int, dice: random.Random) -> list[Wanted]:
    """Full names: a family name by its weight, a given name evenly."""
    words = FAMILY.split()
    family, weights, given = words[::2], [float(weight) for weight in words[1::2]], GIVEN.split()
    return [Wanted(dice.choices(family, weights)[0] + dice.choice(given), "name") for _ in range(count)]


def addresses(count: int, dice: random.Random) -> list[Wanted]:
    """Of the divisions' own data: a town alone, after its county, after city and county, or with a village in it."""
    table = divisions.current()
    city = table.city()
    towns = [(county.name.zh, town.name.zh) for county in table.children(city.code) for town in table.children(county.code)]
    found: list[Wanted] = []
    for at in range(count):
        county, town = dice.choice(towns)
        before = ("", county, city.name.zh + county, "")[at % 4]
        village = dice.choice(VILLAGES.split()) if at % 4 == 3 else ""
        found.append(Wanted(before + town + village, "village" if village else "division"))
    return found


def streets(count: int, dice: random.Random) -> list[Wanted]:
    """Streets with what follows them; no data of the terminal know them."""
    ends = [*ENDS.split(), *ESTATES.split()]
    return [Wanted(dice.choice(STREETS.split()) + dice.choice(ends), "street") for _ in range(count)]
