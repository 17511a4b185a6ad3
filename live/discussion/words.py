"""The words of a discussion: tones of badges, sentences of the islands."""

from django.utils.translation import gettext as _

from live.discussion.models import HidingState, ReportState, Step

HIDING_TONES = {
    HidingState.IN_FORCE: "attention",
    HidingState.APPEALED: "attention",
    HidingState.UPHELD: "red",
    HidingState.LIFTED: "ok",
}
REPORT_TONES = {
    ReportState.OPEN: "attention",
    ReportState.UPHELD: "ok",
    ReportState.DISMISSED: "",
}
STEP_TONES = {
    Step.HELD: "attention",
    Step.RELEASED: "ok",
    Step.REPORTED: "attention",
    Step.DISMISSED: "",
    Step.HIDDEN: "red",
    Step.APPEALED: "attention",
    Step.UPHELD: "red",
    Step.LIFTED: "ok",
    Step.CLOSED: "",
    Step.REOPENED: "ok",
}


def composer_words() -> dict[str, str]:
    """For `<lms-composer>`."""
    return {
        "saving": _("正在保存草稿…"),
        "saved": _("草稿已保存 {time}，换一台设备也能接着写"),
        "local": _("连不上学校，草稿存在这台设备上，恢复后自动上传"),
        "restored": _("接着写上次没有发出的草稿"),
        "refused": _("登录已过期，草稿存在这台设备上。请重新登录。"),
        "sending": _("正在发送…"),
        "people": _("可以叫上的同志"),
    }


def thread_words() -> dict[str, str]:
    """For `<lms-thread>`."""
    return {
        "live": _("新发言会自动出现"),
        "polling": _("实时连接不通，每 {seconds} 秒看一次有没有新发言"),
        "broken": _("连不上学校，恢复后自动接上"),
        "signed_out": _("登录已过期，请重新登录"),
        "new": _("有新发言"),
        "elsewhere": _("后面的页有新发言"),
    }
