"""How rules are said to people, line by line, each with where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.credit.policy import MINUTE_MS, PRESET, Identity, Measure, Rules, Target

IDENTITIES = {
    Identity.FULL: gettext_lazy("正式党员"),
    Identity.PROBATIONARY: gettext_lazy("预备党员"),
    Identity.CANDIDATE: gettext_lazy("发展对象"),
    Identity.ACTIVIST: gettext_lazy("入党积极分子"),
    Identity.SECRETARY: gettext_lazy("党组织书记"),
    Identity.COMMITTEE: gettext_lazy("班子成员"),
    Identity.CADRE_TOWNSHIP: gettext_lazy("乡科级及以下干部"),
    Identity.CADRE_COUNTY: gettext_lazy("县处级及以上干部"),
}
MEASURES = {
    Measure.COUNTED: gettext_lazy("集中培训和集体学习"),
    Measure.CONCENTRATED: gettext_lazy("集中培训"),
    Measure.ONLINE: gettext_lazy("网络自学"),
    Measure.ALL: gettext_lazy("各类学时"),
}
# Where the preset's other lines come from; a node's own lines come from its own decision.
_CONVERSION = gettext_lazy("云南省干部在线学习学院《学习学时制介绍》（2024）")
_DAYS = gettext_lazy("某企业《党员教育培训学时管理制度》（2018）")
_PLAN = gettext_lazy("全国党员教育培训工作规划：要求的学时按集中培训和集体学习计")


# What the preset's targets name as their source; a reader of another language is told in that one.
_DOCUMENTS = {
    "《2019—2023年全国党员教育培训工作规划》": gettext_lazy(
        "《2019—2023年全国党员教育培训工作规划》"
    ),
    "《中国共产党发展党员工作细则》": gettext_lazy("《中国共产党发展党员工作细则》"),
    "《干部教育培训工作条例》(2023年修订)": gettext_lazy("《干部教育培训工作条例》(2023年修订)"),
    "《全国干部教育培训规划(2023—2027年)》，据云南省干部在线学习学院说明": gettext_lazy(
        "《全国干部教育培训规划(2023—2027年)》，据云南省干部在线学习学院说明"
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in words."""

    name: str
    text: str
    source: str


def plain(hours: Decimal) -> str:
    return f"{hours.normalize():f}"


def target_text(target: Target) -> str:
    """每年集中培训和集体学习 56 学时，并至少参加 1 次集中培训"""
    said = {"measure": MEASURES[target.measure], "hours": plain(target.hours)}
    if target.years == 1:
        text = _("每年%(measure)s %(hours)s 学时") % said
    else:
        text = _("%(years)s 年内%(measure)s %(hours)s 学时") % {**said, "years": target.years}
    if target.events:
        text += _("，并至少参加 %(events)s 次集中培训") % {"events": target.events}
    return text


def source_text(target: Target) -> str:
    """Where a target comes from; a node's own grounds are in the node's own words."""
    return str(_DOCUMENTS.get(target.source, target.source)) or _("本级决定")


def target_lines(rules: Rules) -> list[Line]:
    return [
        Line(
            str(IDENTITIES[target.identity]),
            target_text(target),
            source_text(target),
        )
        for target in rules.targets
    ]


def rule_lines(rules: Rules) -> list[Line]:
    """What is no target: what counts, conversion and caps."""
    return [
        Line(_("网络自学"), online_text(rules.online_most), _source(rules, "online_most", _PLAN)),
        Line(_("课程折算"), _conversion_text(rules), _source(rules, "conversion", _CONVERSION)),
        Line(
            _("集体学习折算"),
            _("%(minutes)s 分钟为 1 学时，以 0.25 学时为一档，不足一档的舍去")
            % {"minutes": rules.period_minutes},
            _source(rules, "period_minutes", _DAYS),
        ),
        Line(
            _("整天和半天"),
            _("整天 %(day)s 学时，半天 %(half)s 学时")
            % {"day": plain(rules.day_hours), "half": plain(rules.half_day_hours)},
            _source(rules, "day_hours", _DAYS),
        ),
        Line(_("网络自学每日上限"), _cap(rules.daily_most), _source(rules, "daily_most", _DAYS)),
        Line(
            _("每门课程每年上限"),
            _cap(rules.programme_most),
            _source(rules, "programme_most", _("系统预置")),
        ),
        Line(_("同一内容"), _("一年只计一次，无论挂在哪门课程"), _("系统固定，不可更改")),
    ]


def online_text(most: Decimal | None) -> str:
    if most is None:
        return _("全部计入年度要求")
    if not most:
        return _("不计入年度要求，记录在案")
    return _("每年最多 %(hours)s 学时计入年度要求") % {"hours": plain(most)}


def length_text(least_ms: int) -> str:
    """满 30 分钟; 超过 15 分钟 (a table says the latter by one millisecond more)."""
    minutes, over = divmod(least_ms, MINUTE_MS)
    if not over:
        return _("满 %(minutes)s 分钟") % {"minutes": minutes}
    return _("超过 %(minutes)s 分钟") % {"minutes": minutes} if minutes else _("其余")


def _conversion_text(rules: Rules) -> str:
    return _("，").join(
        _("%(length)s的计 %(hours)s 学时") % {"length": length_text(least), "hours": plain(worth)}
        for least, worth in rules.conversion
    )


def _cap(most: Decimal | None) -> str:
    return _("不设上限") if most is None else _("%(hours)s 学时") % {"hours": plain(most)}


def _source(rules: Rules, name: str, preset: Any) -> str:
    """Where a line comes from: the preset's source while it says what the preset says."""
    same = getattr(rules, name) == getattr(PRESET, name)
    return str(preset) if same else _("本级决定")


def differences(before: Iterable[Line], after: Iterable[Line]) -> list[tuple[str, str, str]]:
    """(name, before, after) of the lines that are not the same."""
    was, will_be = _by_name(before), _by_name(after)
    names = list(dict.fromkeys((*was, *will_be)))
    return [
        (name, was.get(name, ""), will_be.get(name, ""))
        for name in names
        if was.get(name) != will_be.get(name)
    ]


def _by_name(lines: Iterable[Line]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.name, []).append(line.text)
    return {name: _("；").join(texts) for name, texts in found.items()}
