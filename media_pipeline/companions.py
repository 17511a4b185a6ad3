"""What the back office shows beside a lecture: its posters, chapters and captions."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lms.core import clock
from media_pipeline import playback, queries
from media_pipeline.models import Asset


def lecture_context(asset: Asset, member: Any) -> dict[str, Any]:
    """For the lecture's page."""
    return {**poster_context(asset, member), "chapters": queries.chapters_of(asset.pk)}


def preview_context(asset: Asset, member: Any) -> dict[str, Any]:
    """What shows the lecture beside an editor; nothing while it is not ready."""
    if not asset.is_ready or asset.is_internal:
        return {"preview": "", "poster": ""}
    return {
        "preview": reverse("lectures:preview", args=[asset.pk]),
        "poster": playback.signed_poster(asset=asset, member=member, now=clock.now()),
    }


def poster_context(asset: Asset, member: Any) -> dict[str, Any]:
    """What the lecture's page shows of its posters: each candidate with its address."""
    stills = queries.stills_of(asset.pk)
    if stills is None or not asset.take:
        return {"stills": stills, "candidates": []}
    now = clock.now()
    return {
        "stills": stills,
        "candidates": [
            {
                "number": number,
                "at_ms": at_ms,
                "src": playback.signed_candidate(
                    asset=asset, member=member, now=now, number=number
                ),
                "is_shown": number == stills.shown and not stills.own_picture,
                "is_best": number == stills.best,
            }
            for number, at_ms in stills.candidates
        ],
    }


def editor_words() -> dict[str, str]:
    """The words of the captions editor."""
    return {
        "idle": _("改动会自动保存"),
        "dirty": _("有改动，马上保存…"),
        "saving": _("正在保存…"),
        "saved": _("已保存 {at}"),
        "offline": _("连不上学校，改动还在这个页面里，恢复后自动保存。请不要关闭页面。"),
        "signed_out": _("登录已过期。请在新窗口登录，再回到这里，改动会自动保存。"),
        "empty": _("（还没有文字，不会保存）"),
        "count": _("共 {count} 条"),
        "none": _("还没有字幕。播放到有人说话的地方，点“在当前位置加一条”。"),
        "bad_time": _("时间要写成 1:02.500 的样子，并且在视频长度以内。"),
        "shifted": _("全部字幕已移动 {count} 毫秒。"),
        "out_of_range": _("这样移动，有的字幕会到视频外面。没有移动。"),
        "deleted": _("已删除，可以撤销。"),
        "theirs_loaded": _("已换成对方的版本。您的那一份在下面“保留的版本”里。"),
    }
