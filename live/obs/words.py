"""What the studio says of OBS."""

from django.utils.translation import gettext as _


def not_set_up() -> str:
    return _("学校的服务器还没有开通 OBS 推流。需要时请联系系统管理员。")


def over() -> str:
    return _("这节课已经结束，不能再推流。")


def nothing_comes() -> str:
    return _("没有收到 OBS 的画面。请在 OBS 里按“开始直播”。")


def not_understood() -> str:
    return _(
        "OBS 送来的格式不能用。请在 OBS 的“输出”设置里把视频编码改为 H.264、音频编码改为 AAC，"
        "再重新开始直播。"
    )


def no_sound() -> str:
    return _("OBS 没有送来声音。请在 OBS 的“混音器”里打开麦克风，再重新开始直播。")


def cannot_fetch() -> str:
    return _("服务器取不到 OBS 的画面，正在重试。一直这样时请联系系统管理员。")


def disk_full() -> str:
    return _("服务器磁盘空间不足，暂时不能直播。请联系系统管理员。")


def strings() -> dict[str, str]:
    """For the studio; {…} is filled in by the page."""
    return {
        "obs": _("OBS 推流"),
        "obs_title": _("用 OBS 讲课"),
        "obs_intro": _("在 OBS 里打开“设置 → 直播”，服务选“自定义”，填下面两项："),
        "obs_server": _("服务器"),
        "obs_key": _("推流码"),
        "obs_copy": _("复制"),
        "obs_copied": _("已复制"),
        "obs_make": _("生成推流码"),
        "obs_more": _("忘了，或者被别人看到了？"),
        "obs_renew": _("换一个推流码"),
        "obs_drop": _("停用推流码"),
        "obs_once": _("推流码只显示这一次，请现在就填进 OBS。不要告诉别人：有了它就能替您讲课。"),
        "obs_made": _("推流码已经生成过（{time}）。忘了就换一个，旧的立刻失效。"),
        "obs_none": _("还没有推流码。"),
        "obs_advice": _(
            "再到“设置 → 输出”：视频编码 H.264，音频编码 AAC，码率不超过 2500 Kbps，"
            "关键帧间隔 1 秒。"
        ),
        "obs_begin": _("在 OBS 里按“开始直播”，学员马上就能看到；按“停止直播”就断开。"),
        "obs_from": _("画面来自 OBS"),
        "obs_waiting": _("等待 OBS 推流"),
        "obs_standing_by": _("OBS 正在推流，但现在用的是别的画面。"),
        "obs_take": _("改用 OBS 的画面"),
        "obs_lost": _("OBS 断开了，学员看到“讲师网络中断，正在重连”。请在 OBS 里重新开始直播。"),
        "obs_ends": _("课结束后推流码自动失效。"),
    }
