"""What was done to papers and exams, as their histories in the back office say it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogFormatter

ACTIONS = {
    "exams.paper_sealed": _("封卷"),
    "exams.paper_seen": _("查看了已封的试卷"),
    "exams.exam_published": _("发布考试"),
    "exams.exam_extended": _("延长结束时间"),
    "exams.exam_cancelled": _("取消考试"),
}


class SaidFormatter(LogFormatter):
    """The action, and what was said with it."""

    def format_message(self, log_entry: Any) -> str:
        said = log_entry.data
        return " ".join(str(word) for word in (self.label, *said.values()))


def register(actions: Any, labels: Mapping[str, Any] = ACTIONS) -> None:
    """Let the log know these actions; other subjects name theirs."""
    for name, label in labels.items():
        words = {"label": label, "message": label}
        actions.register_action(name)(type("SaidFormatter", (SaidFormatter,), words))
