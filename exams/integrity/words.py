"""What was noticed, in words that a branch secretary and the member both understand."""

from typing import Any

from django.utils.translation import gettext as _

from exams.integrity.models import ReviewCase
from exams.integrity.signals import Name


def signal_sentences(case: ReviewCase) -> list[str]:
    """The evidence of a case, a sentence for each signal."""
    return [_sentence(signal) for signal in case.evidence["signals"]]


def _sentence(signal: dict[str, Any]) -> str:
    sentences = {
        Name.SWITCHES: _(
            "同一个浏览器在 %(days)d 天里轮流登录 %(accounts)d 个账号，"
            "其中 %(times)d 次换人不到一分钟。"
        ),
        Name.SAME_PATH: _("这些账号学的内容大多相同：%(lessons)d 讲中有 %(shared)d 讲。"),
        Name.STARTS: _(
            "有 %(lessons)d 讲在不同日子同时开始，先后相差的时间每次几乎一样（相差不到两秒）。"
        ),
        Name.ENDS: _("这 %(lessons)d 讲也几乎同时结束。"),
        Name.GAPS: _("连续 %(times)d 次在上一讲结束后约 %(seconds)d 秒开始下一讲，几乎分秒不差。"),
        Name.STEADY: _("%(sittings)d 次学习中途没有一次暂停。"),
        Name.NIGHT: _("%(of)d 次学习中有 %(sittings)d 次在零点到五点。"),
        Name.LONG_DAY: _("有一天累计学习超过 %(hours)d 小时。"),
    }
    return sentences[Name(signal["name"])] % signal
