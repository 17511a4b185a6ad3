"""What the chat says to people."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from live.chat.models import MOST_CHARS, ChatMute


def muted(mute: ChatMute) -> str:
    """Who keeps somebody from speaking, why, and what can be done about it."""
    said = {"name": mute.muted_by.name, "why": mute.reason}
    if mute.until is None:
        return _(
            "{name}暂停了您在这节课里的发言（{why}）。听课不受影响；有疑问请课后联系老师。"
        ).format(**said)
    until = localtime(mute.until).strftime("%H:%M")
    return _(
        "{name}暂停了您的发言（{why}），{until} 后可以再发言。听课不受影响；有疑问请课后联系老师。"
    ).format(until=until, **said)


def empty() -> str:
    return _("请先写点什么再发送。")


def too_long() -> str:
    return _("一次最多 {count} 个字，请分几次发。").format(count=MOST_CHARS)


def closed() -> str:
    return _("老师关闭了发言，请先听课；老师打开后就能发。")


def too_soon(seconds: int) -> str:
    return _("老师开了慢速发言，请 {count} 秒后再发。").format(count=seconds)


def not_there() -> str:
    return _("没有这条消息，或者已经被处理了。")


def not_yours() -> str:
    return _("只能删除自己的消息。")


def strings() -> dict[str, str]:
    """What the page says, in the reader's language; {…} is filled in by the page."""
    return {
        "chat": _("聊天"),
        "chat_empty": _("还没有人说话，您来说第一句"),
        "chat_write": _("说点什么…"),
        "chat_send": _("发送"),
        "chat_sending": _("正在发送…"),
        "chat_saved": _("已送出"),
        "chat_failed": _("没有送出"),
        "chat_again": _("重发"),
        "chat_discard": _("不发了"),
        "chat_waiting": _("待审核"),
        "chat_dropped": _("老师没有通过这条消息：{why}"),
        "chat_removed": _("{name}删除了一条消息"),
        "chat_withdrawn": _("{name}撤回了一条消息"),
        "chat_new": _("新消息 {count}"),
        "chat_reply": _("回复"),
        "chat_reply_to": _("回复 {name}"),
        "chat_reply_gone": _("原消息已看不到"),
        "chat_cancel": _("取消"),
        "chat_delete": _("删除"),
        "chat_withdraw": _("撤回"),
        "chat_pin": _("置顶"),
        "chat_unpin": _("取消置顶"),
        "chat_pinned": _("置顶"),
        "chat_more": _("对这条消息：{name}"),
        "chat_lead": _("老师"),
        "chat_me": _("我"),
        "chat_list": _("聊天消息"),
        "chat_closed": _("老师关闭了发言"),
        "chat_slow": _("慢速：每人 {count} 秒发一条"),
        "chat_slow_off": _("不限速"),
        "chat_slow_seconds": _("每 {count} 秒一条"),
        "chat_review": _("先审后发"),
        "chat_review_note": _("老师看过以后才会显示"),
        "chat_settings": _("发言设置"),
        "chat_is_open": _("允许发言"),
        "chat_pace": _("发言速度"),
        "chat_mute": _("暂停发言"),
        "chat_unmute": _("恢复发言"),
        "chat_mute_minutes": _("{count} 分钟"),
        "chat_mute_class": _("到下课"),
        "chat_mute_title": _("暂停{name}的发言"),
        "chat_delete_title": _("删除{name}的消息"),
        "chat_why": _("原因（会告诉本人）"),
        "chat_why_kept": _("原因（留在记录里）"),
        "chat_reason_topic": _("与课程无关"),
        "chat_reason_improper": _("不当言论"),
        "chat_reason_advert": _("广告"),
        "chat_reason_flood": _("刷屏"),
        "chat_for": _("多久"),
        "chat_muted_list": _("暂停发言的人"),
        "chat_muted_until": _("到 {time}"),
        "chat_unmuted": _("老师恢复了您的发言"),
        "chat_to_review": _("待审核 {count} 条"),
        "chat_release": _("显示"),
        "chat_release_all": _("全部显示"),
        "chat_drop": _("不显示"),
        "chat_not_begun": _("老师开放课堂后就能发言"),
        "chat_over": _("课已结束，不能再发言"),
        "chat_failed_why": _("没有成功，请再试一次。"),
    }
