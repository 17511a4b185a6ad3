"""What a replay says to people."""

from django.utils.translation import gettext as _


def strings() -> dict[str, str]:
    return {
        "replay_chapters": _("章节"),
        "replay_talk": _("课堂互动"),
        "replay_find": _("找课件里的字"),
        "replay_none": _("没有找到"),
        "replay_play": _("播放"),
        "replay_pause": _("暂停"),
        "replay_place": _("播放位置"),
        "replay_speed": _("倍速"),
        "replay_no_talk": _("这节课没有聊天和投票。"),
        "replay_talk_later": _("播放到那一刻，大家说的话会出现在这里。"),
        "replay_question": _("提问"),
        "replay_check": _("答题"),
        "replay_lesson": _("要计学时，请到课程里看这一讲"),
    }
