"""What groups say to people."""

from django.utils.translation import gettext as _


def room_strings() -> dict[str, str]:
    return {
        "groups": _("分组"),
        "groups_none": _("现在没有分组讨论。"),
        "groups_count": _("分几组"),
        "groups_minutes": _("讨论几分钟"),
        "groups_how": _("怎么分"),
        "groups_random": _("随机"),
        "groups_branch": _("同一支部在一起"),
        "groups_topic": _("讨论题（可不填）"),
        "groups_open": _("开始分组讨论"),
        "groups_close": _("结束讨论，回到课堂"),
        "groups_left": _("还有 {time}"),
        "groups_over": _("时间到，正在回到课堂"),
        "groups_one": _("第 {number} 组"),
        "groups_people": _("{count} 人 · {said} 条发言"),
        "groups_visit": _("进第 {number} 组看看"),
        "groups_back": _("回到各组列表"),
        "groups_mine": _("您在第 {number} 组：{names}"),
        "groups_talk": _("小组发言"),
        "groups_words": _("说点什么……"),
        "groups_say": _("发送"),
        "groups_note": _("小组记录"),
        "groups_note_help": _("全组共写一份，下课后留在这节课里。"),
        "groups_save": _("保存记录"),
        "groups_saved": _("已保存"),
        "groups_theirs": _("现在的内容（{name}）：{text}"),
        "groups_earlier": _("各组的记录"),
    }


def config_addresses(live_class_id: int) -> dict[str, str]:
    return {"own": f"/live/{live_class_id}/group/", "every": f"/live/{live_class_id}/groups/"}
