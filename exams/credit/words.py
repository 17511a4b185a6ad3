"""How the credit rules are said to people."""

from typing import Any

from django.utils.translation import gettext as _

from exams.credit.models import StudyHourEntry
from exams.credit.policy import Limit


def limit_sentences(entry: StudyHourEntry) -> list[str]:
    """Why the entry gives less than its source is worth, or counts for less; usually empty."""
    words = _words(entry)
    return [words[limit] for limit in entry.evidence.get("limits", ()) if limit in words]


def limit_sentence(entry: StudyHourEntry) -> str:
    """The first of them, to be said at once; empty if nothing was limited."""
    return next(iter(limit_sentences(entry)), "")


def _words(entry: StudyHourEntry) -> dict[str, Any]:
    if entry.hours:
        granted = {
            "worth": entry.evidence.get("worth", ""),
            "hours": f"{entry.hours.normalize():f}",
        }
        return {
            Limit.SAME_CONTENT: _("同一内容本年度已计过学时，本次只计差额 %(hours)s 学时。")
            % granted,
            Limit.DAY: _("今日将达上限，本次应计 %(worth)s 学时，只计 %(hours)s 学时。") % granted,
            Limit.PROGRAMME: _("本课程将达年度上限，本次应计 %(worth)s 学时，只计 %(hours)s 学时。")
            % granted,
            Limit.ONLINE: _("网络自学计入年度要求的部分已满，超出的记录在案，不计入要求。"),
        }
    return {
        Limit.SAME_CONTENT: _("本次不计：同一内容本年度已计过学时。"),
        Limit.DAY: _("本次不计：今日已达上限。"),
        Limit.PROGRAMME: _("本次不计：本课程已达年度上限。"),
    }
