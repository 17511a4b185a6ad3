"""The words of the islands, from the same catalogue as the pages."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def player_words(beat_seconds: int) -> dict[str, str]:
    return {
        "place": _("{now}，全长 {length}"),
        "locked": _("首次学习请按顺序观看"),
        "saved_idle": _("开始学习后，记录会自动保存"),
        "saved_playing": ngettext(
            "正在学习，记录每 %(count)d 秒自动保存",
            "正在学习，记录每 %(count)d 秒自动保存",
            beat_seconds,
        )
        % {"count": beat_seconds},
        "saved_saving": _("正在保存…"),
        "saved_saved": _("已保存"),
        "saved_offline": _("连不上学校，{count} 条记录存在本机，恢复后自动上传"),
        "verified": _("本讲已核实 {time}"),
        "replaced": _("视频已更新，请刷新页面。已学的进度都保留，会从对应的位置继续。"),
        "reload": _("刷新页面"),
        "elsewhere": _("您在另一窗口或设备上打开了学习，这里已暂停。已学的部分都算数。"),
        "here": _("在这里继续"),
        "signed_out": _("登录已过期，请重新登录，然后从刚才的位置继续。"),
        "sign_in": _("重新登录"),
        "unreachable": _("现在连不上学校，请检查网络后再试。"),
        "broken": _("视频放不出来了，请重新打开本页。已保存的学习不受影响。"),
        "again": _("再试一次"),
        "no_pip": _("这台设备不支持小窗播放"),
        "auto": _("自动"),
        "sound_alone": _("只听"),
        "check_wait": _("请稍候…"),
        "check_title": _("您还在学习吗？"),
        "check_button": _("我在学习，继续"),
        "check_note": _("已经暂停，进度都在。点一下就从这里继续。"),
        "check_any": _("选一个答案就能继续，答错也没关系，已学的进度都在。"),
        "check_go": _("继续学习"),
    }


def upload_words() -> dict[str, str]:
    return {
        "waiting": _("排队中，前面的传完就开始。"),
        "checking": _("正在核对…"),
        "begun": _("正在上传。"),
        "resumed": _("从上次停下的地方接着传。"),
        "figures": _("{sent} / {total}"),
        "speed": _("{speed}/秒"),
        "left": _("约剩 {time}"),
        "seconds": _("{count} 秒"),
        "minutes": _("{count} 分钟"),
        "hours": _("{hours} 小时 {minutes} 分钟"),
        "paused": _("已暂停，随时可以继续，不用从头传。"),
        "interrupted": _("上传中断了。网络恢复后会自动接着传，也可以点“重试”。"),
        "signed_out": _("登录已过期。请在新窗口重新登录，再点“重试”，会接着传。"),
        "empty": _("这是一个空文件，请重新选择。"),
        "unreadable": _("读不出这个文件。它可能被移动或改动了，请重新选择。"),
        "known": _("这个文件可能已经上传过：《{title}》。"),
        "look": _("去看看"),
        "same": _("与《{title}》相同，可以直接用那一个，删除这一个。"),
        "use_that": _("用那一个"),
        "other_file": _("这不是当时那个文件（大小或内容不同）。请选择《{name}》。"),
        "cancelled": _("已取消。"),
        "title_kept": _("标题已保存。"),
        "title_lost": _("标题没有保存，请再改一次。"),
        "summary": _("共 {total} 个：正在上传 {sending} 个，排队 {waiting} 个，传完 {sent} 个。"),
        "sent": _("上传完成。"),
    }
