"""What was done to a contest, as its history in the back office says it."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "exams.contest_opened": _("发布竞赛"),
    "exams.contest_extended": _("延长竞赛"),
    "exams.contest_closed": _("结束竞赛"),
    "exams.contest_cancelled": _("取消竞赛"),
    "exams.contest_ranking_on": _("开启个人排名"),
    "exams.contest_ranking_off": _("关闭个人排名"),
}
