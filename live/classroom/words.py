"""What a live class says to people."""

from django.utils.translation import gettext as _

from live.classroom.models import ClassState

TONES = {
    ClassState.SCHEDULED: "",
    ClassState.WAITING: "attention",
    ClassState.ON_AIR: "red",
    ClassState.PAUSED: "attention",
    ClassState.CLOSED: "ok",
    ClassState.CANCELLED: "",
}


def not_the_teacher() -> str:
    return _("这节直播课由其他同志主讲，您不能操作。")


def moved() -> str:
    return _("情况已经变化，没有改动。请看页面上现在的状态再操作。")


def room_strings() -> dict[str, str]:
    """What the room says, in the reader's language; {…} is filled in by the page."""
    return {
        "connecting": _("正在连接…"),
        "reconnecting": _("连接中断，正在重新连接…"),
        "signed_out": _("登录已过期，请重新登录后回到这里。"),
        "elsewhere": _("您在别的窗口打开了这节课，这里已停下。要在这里看，请刷新。"),
        "stopped": _("连接被停下了，请刷新页面。"),
        "scheduled": _("还没有开始，到时间会自动播放"),
        "waiting": _("老师正在准备，开始后会自动播放"),
        "paused": _("老师暂停了讲课，请稍候"),
        "lost": _("讲师网络中断，正在重连"),
        "loading": _("正在接收画面…"),
        "closed": _("这节课已经结束"),
        "see_replay": _("看回放"),
        "cancelled": _("这节课已取消"),
        "sound_alone": _("只有声音"),
        "unmute": _("点这里打开声音"),
        "latency": _("延迟 {seconds} 秒"),
        "way_ws": _("实时"),
        "way_hls": _("流畅优先"),
        "listen": _("只听声音"),
        "watch": _("看画面"),
        "listening": _("正在只听声音"),
        "people": _("{count} 人在课堂"),
        "side": _("课堂互动"),
        "fullscreen": _("全屏"),
        "video": _("直播画面"),
    }


def studio_strings() -> dict[str, str]:
    """What the studio says to the teacher."""
    return {
        **room_strings(),
        "insecure": _(
            "浏览器只在 https 网址下允许使用摄像头。请用 https 开头的网址打开本页；"
            "没有证书时请联系学校管理员。"
        ),
        "no_devices": _("这个浏览器不支持在网页里直播。请换用新版 Chrome、Edge 或 Safari。"),
        "denied": _(
            "浏览器没有允许使用摄像头和麦克风。点地址栏左边的图标，改为“允许”，再按“重新检查”。"
        ),
        "denied_screen": _(
            "您没有选择要共享的屏幕或窗口。再按一次“重新检查”，在弹出的窗口里选一个。"
        ),
        "not_found": _("没有找到摄像头或麦克风。请插好设备后按“重新检查”，或者改选“只有声音”。"),
        "busy": _("摄像头或麦克风正被别的程序占用。请关掉其他会议软件，再按“重新检查”。"),
        "refused": _("打不开摄像头或麦克风（{why}）。请重新插拔设备，或换一个浏览器。"),
        "checking": _("正在打开设备…"),
        "ready": _("设备正常"),
        "recording": _("正在录 5 秒，请说一句话…"),
        "recorded": _("录好了，请听听声音、看看画面"),
        "silent": _("麦克风没有声音。请检查麦克风是否静音、选对了没有。"),
        "uplink_testing": _("正在测上行网速…"),
        "uplink_good": _("上行 {mbps} Mbit/s，够用"),
        "uplink_low": _("上行只有 {mbps} Mbit/s，已自动降低清晰度"),
        "uplink_bad": _("上行只有 {mbps} Mbit/s，建议改选“只有声音”，或换一个网络"),
        "uplink_failed": _("没有测成。请检查网络后再试。"),
        "paused_self": _("已暂停，学员看到“老师暂停了讲课”"),
        "line_lost": _("网络中断，正在重连；您讲的内容都留着，接通后补传"),
        "resending": _("正在补传 {seconds} 秒的内容"),
        "transcoded": _("这个浏览器不能直接产生 H.264 画面，由服务器转换，画面会再晚一两秒"),
        "held": _("{name} 正在直播。要由您接着讲，请按“接手直播”。"),
        "taken": _("{name} 接手了直播，您这里已停下。"),
        "taken_self": _("您在别的窗口接着直播，这里已停下。"),
        "source_ended": _("画面来源被停止了，请重新选择。"),
        "ended": _("这节课已经结束，正在整理回放"),
        "quality": _("画质"),
        "uplink": _("上行"),
        "delay": _("上传延迟"),
        "watchers": _("在课堂"),
        "kbps": "{count} kbit/s",
        "milliseconds": _("{count} 毫秒"),
        "persons": _("{count} 人"),
        "source": _("画面来源"),
        "camera": _("摄像头"),
        "screen": _("共享屏幕"),
        "both": _("屏幕加摄像头"),
        "sound": _("只有声音"),
        "microphone": _("麦克风"),
        "auto": _("按网速自动"),
        "height": _("{height} 线"),
        "default_device": _("系统默认"),
        "checks": _("开播前检查"),
        "devices": _("设备"),
        "trial": _("试录"),
        "uplink_speed": _("上行网速"),
        "recheck": _("重新检查"),
        "record": _("录 5 秒听听看"),
        "measure": _("测一测"),
        "unmeasured": _("还没有测"),
        "unrecorded": _("还没有录"),
        "preview": _("预览"),
        "go": _("开始直播"),
        "pause": _("暂停"),
        "resume": _("继续"),
        "take_over": _("接手直播"),
        "change": _("换成这个来源"),
        "starting": _("正在接通…"),
        "mute": _("静音"),
        "unmute_self": _("取消静音"),
        "disk_full": _("服务器磁盘空间不足，暂时不能直播。请联系系统管理员。"),
        "failed": _("服务器没有接上，正在重试。"),
    }
