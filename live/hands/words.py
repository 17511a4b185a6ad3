"""What asking and raising hands say to people."""

from django.utils.translation import gettext as _


def empty() -> str:
    return _("请先写下您的问题。")


def too_long(count: int) -> str:
    return _("问题最多 {count} 个字，请写短一些。").format(count=count)


def too_many(count: int) -> str:
    return _("您已有 {count} 个问题在等回答，请等老师回答后再提。").format(count=count)


def no_question() -> str:
    return _("没有这个问题，或者已经被处理了。")


def not_up() -> str:
    return _("这位同志已经放下了手，请看现在的名单。")


def taken(name: str) -> str:
    return _("{name}正在发言，请先结束再请下一位。").format(name=name)


def not_on_stage() -> str:
    return _("发言已经结束。")


def nobody_left() -> str:
    return _("在课堂的同志都点过了，可以重新点一轮。")


def nobody_here() -> str:
    return _("课堂里现在没有可以点的同志。")


def call_over() -> str:
    return _("这次点名已经结束。")


def strings() -> dict[str, str]:
    """What the page says, in the reader's language; {…} is filled in by the page."""
    return {
        "ask": _("提问"),
        "ask_empty": _("还没有人提问"),
        "ask_write": _("写下您的问题…"),
        "ask_send": _("提问"),
        "ask_vote": _("我也想问"),
        "ask_voted": _("已附议"),
        "ask_votes": _("{count} 人想问"),
        "ask_mine": _("我的提问"),
        "ask_answered": _("已回答"),
        "ask_dismissed": _("不回答"),
        "ask_withdraw": _("撤回"),
        "ask_answer": _("标为已回答"),
        "ask_dismiss": _("不回答"),
        "ask_reopen": _("放回待答"),
        "ask_note": _("说明（可不写，大家能看到）"),
        "ask_note_said": _("老师：{note}"),
        "ask_confirm": _("确定"),
        "ask_cancel": _("取消"),
        "ask_list": _("提问列表"),
        "ask_not_now": _("课堂开放后才能提问"),
        "hands": _("举手"),
        "hand_raise": _("举手发言"),
        "hand_lower": _("放下手"),
        "hand_up": _("您已举手"),
        "hand_next": _("下一个就是您"),
        "hand_ahead": _("前面还有 {count} 人"),
        "hand_ahead_many": _("前面还有 {count} 人以上"),
        "hand_none": _("现在没有人举手"),
        "hand_queue": _("举手的人"),
        "hand_grant": _("请发言"),
        "hand_decline": _("暂不请"),
        "hand_declined": _("老师暂时不请您发言，您可以再举手，也可以在“提问”里写下来"),
        "hand_not_now": _("开播后才能举手"),
        "hand_hint": _("举手后老师会看到，轮到您时再打开麦克风"),
        "stage_yours": _("老师请您发言"),
        "stage_speaking": _("您正在发言"),
        "stage_choose": _("请选一种方式。选好以后才会打开麦克风。"),
        "stage_voice": _("用声音发言"),
        "stage_picture": _("声音加画面"),
        "stage_text": _("用文字发言"),
        "stage_end": _("结束发言"),
        "stage_opening": _("正在打开麦克风…"),
        "stage_calling": _("正在接通老师…"),
        "stage_on": _("已接通，大家能听到您。请直接说话"),
        "stage_on_text": _("请在聊天里写下您要说的话"),
        "stage_lost": _("连接断了，正在重连…"),
        "stage_no_answer": _("老师那边没有接上。请用文字发言，或稍后再试"),
        "stage_again": _("再试一次"),
        "stage_over": _("发言已结束，谢谢"),
        "stage_now": _("{name}正在发言"),
        "stage_denied": _(
            "浏览器没有允许使用麦克风。点地址栏左边的图标，把麦克风改为“允许”，再按“再试一次”；也可以用文字发言。"
        ),
        "stage_insecure": _(
            "浏览器只在 https 网址下允许使用麦克风。请用文字发言，或换 https 开头的网址。"
        ),
        "stage_not_found": _(
            "没有找到麦克风。请插好耳机或麦克风后按“再试一次”，也可以用文字发言。"
        ),
        "stage_busy": _(
            "麦克风正被别的程序占用。请关掉其他会议软件后按“再试一次”，也可以用文字发言。"
        ),
        "stage_unsupported": _("这个浏览器不支持连麦，请用文字发言。"),
        "stage_self": _("您的画面"),
        "desk_connecting": _("正在和{name}接通…"),
        "desk_on": _("{name}已接通，学员能听到"),
        "desk_text": _("{name}用文字发言"),
        "desk_choosing": _("等{name}选择发言方式…"),
        "desk_lost": _("和{name}的连接断了，30 秒内没有恢复会自动结束"),
        "desk_off_air": _("您还没有开播：开播后学员才能和您连麦"),
        "desk_volume": _("学员音量"),
        "desk_end": _("请回座"),
        "call": _("随机点名"),
        "call_draw": _("随机点一位"),
        "call_again": _("重新点一轮"),
        "call_waiting": _("点到 {name}，等待回应…"),
        "call_end": _("结束这次点名"),
        "call_here": _("{name}：到"),
        "call_speaks": _("{name}要发言"),
        "call_cannot": _("{name}现在不便"),
        "call_none": _("{name}没有回应"),
        "call_you": _("老师点到您了"),
        "call_you_note": _("请选一项回应"),
        "call_say_here": _("到"),
        "call_say_speaks": _("说话"),
        "call_say_cannot": _("不便"),
        "call_other": _("老师点到 {name}"),
        "talk_failed": _("没有成功，请再试一次。"),
    }
