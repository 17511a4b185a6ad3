"""What the checks of a room say."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _


def clock_of(moment: dt.datetime) -> str:
    """The time of day, to the second."""
    return f"{timezone.localtime(moment):%H:%M:%S}"


def nothing_given(is_written: bool) -> str:
    return _("还没有写。请写好再提交。") if is_written else _("还没有选。请选好再提交。")


def strings() -> dict[str, str]:
    """For the room, the studio and the replay; {…} is filled in by the page."""
    return {
        "checks_title": _("互动"),
        "checks_poll": _("投票"),
        "checks_quiz": _("答题"),
        "checks_roll": _("点名"),
        "checks_roll_second": _("点名（第二轮）"),
        "checks_roll_ask": _("请在 {seconds} 秒内点一下"),
        "checks_here": _("到"),
        "checks_submit": _("提交"),
        "checks_pick": nothing_given(False),
        "checks_write": nothing_given(True),
        "checks_your_words": _("您的回答"),
        "checks_blank": _("第 {number} 空"),
        "checks_others": _("其他回答"),
        "checks_yours_was": _("您答的：{words}"),
        "checks_several": _("可以选几项"),
        "checks_sent": _("已提交 {clock}"),
        "checks_was_here": _("已答到 {clock}"),
        "checks_over": _("已结束"),
        "checks_missed": _("这次没有赶上"),
        "checks_hide": _("收起"),
        "checks_right": _("答对了"),
        "checks_right_one": _("正确"),
        "checks_wrong": _("答错了"),
        "checks_answer_is": _("正确答案：{words}"),
        "checks_answered": _("{count} 人已答"),
        "checks_true": _("对"),
        "checks_false": _("错"),
        "checks_failed": _("没有送到，请再点一次。"),
        "checks_yours": _("您选的"),
        "checks_lost": _("没听懂"),
        "checks_lost_said": _("已匿名告诉老师"),
        # The studio
        "checks_ask": _("问一问大家"),
        "checks_question": _("题目（可以不写，口头问）"),
        "checks_options": _("选项，一行一个"),
        "checks_yes_no": _("是 / 否"),
        "checks_abcd": "A B C D",
        "checks_scale": "1–5",
        "checks_own": _("自己写选项"),
        "checks_yes": _("是"),
        "checks_no": _("否"),
        "checks_start_poll": _("开始投票"),
        "checks_bank": _("从题库选题"),
        "checks_find": _("找题"),
        "checks_find_words": _("题目里的字"),
        "checks_found_none": _("没有找到可用的题。课堂上可以用选择、判断、填空和数值题。"),
        "checks_use": _("用这道题"),
        "checks_call": _("开始点名"),
        "checks_window": _("{seconds} 秒"),
        "checks_again": _("给没答到的人再点一轮"),
        "checks_left": _("还剩 {seconds} 秒"),
        "checks_present": _("已到 {count} 人"),
        "checks_stop": _("结束作答"),
        "checks_stop_roll": _("结束点名"),
        "checks_tell": _("公布结果"),
        "checks_away": _("收起，回到讲课"),
        "checks_names": _("看名单"),
        "checks_heat": _("没听懂（匿名）"),
        "checks_heat_none": _("还没有人按“没听懂”。"),
        "checks_heat_now": _("这两分钟有 {count} 人没听懂"),
        "checks_slide": _("第 {slide} 页"),
        "checks_count": _("{count} 人"),
        "checks_room_first": _("开放课堂以后可以投票、答题、点名。"),
        # The replay
        "checks_later": _("课上问过这一题，请补答"),
        "checks_later_roll": _("课上在这里点过名，请点一下"),
        "checks_later_sent": _("已补答 {clock}"),
        "checks_go_on": _("继续看"),
    }
