"""The words of the sitting's islands, from the same catalogue as the pages."""

from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _


def sitting_words() -> dict[str, str]:
    return _words(get_language())


@lru_cache
def _words(_language: str | None) -> dict[str, str]:
    return {
        "saved": _("已保存 {time}"),
        "saving": _("正在保存…"),
        "kept_here": _("答案存在本机，等待上传（{count} 题）"),
        "offline": _(
            "网络已断开，可以继续作答，请不要关闭本页。恢复后自动上传（本机存 {count} 题）。"
        ),
        "minutes_left": _("还剩 {count} 分钟"),
        "unanswered": _("还有 {count} 题没有作答。"),
        "all_answered": _("全部题目都已作答。"),
        "flagged": _("有 {count} 题标记待查。"),
        "submitting": _("正在交卷…"),
        "submit_waits": _("网络不通，答案都在本机。恢复后自动交卷，请不要关闭本页。"),
        "changed": _("此题在别处改过，显示的是最新答案。"),
        "use_mine": _("改用我在这里答的"),
        "unreadable": _("第 {number} 题没有保存：填写的格式不对。"),
        "answered_label": _("第 {number} 题，已答"),
        "unanswered_label": _("第 {number} 题，未答"),
        "flagged_label": _("第 {number} 题，标记待查"),
        "time_up": _("时间到，正在交卷…"),
        "signed_out": _("登录已过期。答案都在本机，重新登录后会自动上传。"),
        "more_time": _("考试时间延长了，还剩 {count} 分钟"),
    }
