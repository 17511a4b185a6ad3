"""What is said on a locked screen, and on pages, about push."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from live.notices.models import NoticeKind


def sentence(kind: str) -> str:
    """Of a notice only its kind: no names, no titles, no reasons."""
    return {
        NoticeKind.ANSWER: _("有人回复了您"),
        NoticeKind.MENTION: _("有人叫您"),
        NoticeKind.ACCEPTED: _("您的回答被采纳"),
        NoticeKind.MODERATION: _("您的发言有处理结果"),
        NoticeKind.DESK: _("有事等您处理"),
        NoticeKind.UNANSWERED: _("有提问等您回答"),
        NoticeKind.WRITING: _("您交的文稿有进展"),
        NoticeKind.CLASS: _("有直播课就要开始"),
        NoticeKind.CONFIRM: _("有名单等您处理"),
    }.get(NoticeKind(kind), _("您有新消息"))


def round_up(count: int) -> str:
    said = ngettext("您有 %(count)d 条未读消息", "您有 %(count)d 条未读消息", count)
    return said % {"count": count}


def no_push() -> str:
    return _("本校没有开启浏览器推送，消息照常在站内提醒。")


def island() -> dict[str, str]:
    """What the page's script says."""
    return {
        "old": _("这个浏览器不支持推送，消息照常在站内提醒。苹果手机请先把本站添加到主屏幕。"),
        "insecure": _("推送需要 HTTPS 访问，请联系学校管理员。"),
        "denied": _("浏览器禁止了本站的通知。请在浏览器的网站设置里允许通知，再按一次。"),
        "far": _("浏览器连不上它的推送服务，没有开启。消息照常在站内提醒。"),
        "failed": _("没有开启，请检查网络再按一次。"),
        "working": _("正在开启…"),
        "stopping": _("正在关闭…"),
    }
