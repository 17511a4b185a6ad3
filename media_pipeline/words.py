"""Where a lecture stands, and why a caption file is not taken, in sentences."""

from django.utils.translation import gettext as _

from lms.core.design.texts import clock
from media_pipeline import chapters, editing
from media_pipeline.captions import MOST_BYTES, Flaw
from media_pipeline.internal import Packaging
from media_pipeline.models import Asset, AssetState


def status_words(asset: Asset) -> str:
    """Where a lecture stands, in a sentence for its uploader."""
    if asset.state == AssetState.FAILED:
        return asset.reason
    if asset.state == AssetState.READY:
        return _("转码完成，可以放进课程了。")
    if asset.state == AssetState.PACKAGING:
        return _("转码完成，正在封装和检查。")
    if asset.state == AssetState.RUNNING:
        words = _("正在转码（%(percent)d%%）。") % {"percent": asset.percent}
        return words + (_("流畅画质已可预览。") if asset.playable_at else "")
    if asset.state == AssetState.QUEUED:
        return _("检查通过，正在排队等待转码。")
    return _("文件已收到，正在检查。")


def packaging_words(asset: Asset, packaging: Packaging) -> str:
    """How a lecture is shown with regard to its being internal, in a sentence."""
    if packaging is Packaging.FAILED:
        return _("重新打包没有完成，学员仍按原来的方式观看。原因见下面的处理记录。")
    if packaging is Packaging.WAITING:
        return _("正在重新打包。完成之前学员仍按原来的方式观看，完成之后正在看的人需要刷新页面。")
    if packaging is Packaging.LATER:
        return _("这是内部资料。处理完成以后才能观看，到时加密播放。")
    if asset.is_internal:
        return _("这是内部资料：加密播放，画面上浮动显示观看人的姓名和编号后四位，不提供单个文件。")
    return _("这不是内部资料。设为内部资料后会加密播放，不需要重新转码。")


def refusal_words(flaw: Flaw, at_ms: int) -> str:
    """Why a caption file is not taken, in a sentence that says what to do."""
    at = {"at": clock(at_ms)}
    if flaw is Flaw.NO_CUES:
        return _("文件里没有一条字幕。请打开看看是否选错了文件。")
    if flaw is Flaw.TOO_LARGE:
        return _("字幕文件超过 %(most)d MB。请去掉内嵌的字体和图片后再上传。") % {
            "most": MOST_BYTES // 1024**2
        }
    if flaw is Flaw.TORN:
        return _("%(at)s 之后有一行时间读不懂。请在字幕软件里改正后再上传。") % at
    if flaw is Flaw.BACKWARDS:
        return _("%(at)s 处的字幕结束早于开始。请在字幕软件里改正时间后再上传。") % at
    if flaw is Flaw.BEYOND_END:
        return _("字幕到 %(at)s 还没有结束，比视频长。请确认选的是这个视频的字幕。") % at
    return _("这个文件不是字幕。请选择 SRT、VTT 或 ASS 格式的字幕文件。")


def chapter_refusal_words(flaw: chapters.Flaw, line: str) -> str:
    """Why lines are not taken as chapters, in a sentence that says which and what to do."""
    here = {"line": line[:40]}
    if flaw is chapters.Flaw.NO_TITLE:
        return _("“%(line)s”后面没有标题。请写上标题，例如“12:30 学习的意义”。") % here
    if flaw is chapters.Flaw.LONG_TITLE:
        return _("“%(line)s…”的标题太长。请写在 %(most)d 个字以内。") % {
            **here,
            "most": chapters.MOST_LETTERS,
        }
    if flaw is chapters.Flaw.BEYOND_END:
        return _("“%(line)s”的时间超过了视频的长度。请改正时间。") % here
    if flaw is chapters.Flaw.SAME_MOMENT:
        return _("“%(line)s”和前面一行是同一时间。请改正其中一行。") % here
    if flaw is chapters.Flaw.TOO_MANY:
        return _("提纲超过 %(most)d 条，学员不好找。请合并一些。") % {
            "most": chapters.MOST_CHAPTERS
        }
    return _("“%(line)s”没有以时间开头。请写成“12:30 标题”的样子，一条一行。") % here


def edit_refusal_words(flaw: Flaw, at_ms: int) -> str:
    """Why lines of the editor are not saved, in a sentence that says where and what to do."""
    at = {"at": clock(at_ms)}
    if flaw is Flaw.NO_CUES:
        return _("至少要有一条写了字的字幕。要全部去掉，请回到视频页面点“删除”。")
    if flaw is Flaw.BACKWARDS:
        return _("%(at)s 处的字幕结束早于开始，还没有保存。请改正它的时间。") % at
    if flaw is Flaw.BEYOND_END:
        return _("%(at)s 处的字幕在视频结束以后，还没有保存。请改正它的时间。") % at
    if flaw is Flaw.LONG_TEXT:
        return _("%(at)s 处的字幕太长，还没有保存。请拆成几条。") % at
    return _("这些内容不能保存为字幕。请刷新页面后再试。")


def flaw_words(flaw: editing.Flaw, at_ms: int) -> str:
    """Why cuts cannot be made, in a sentence that says what to do."""
    at = {"at": clock(at_ms)}
    if flaw is editing.Flaw.NOTHING_CUT:
        return _("还没有剪掉任何内容。请先设定片头、片尾或要删去的片段。")
    if flaw is editing.Flaw.NOTHING_LEFT:
        return _("这样剪以后几乎什么都不剩了。请检查各个时间。")
    if flaw is editing.Flaw.OUTSIDE:
        return _("%(at)s 超出了视频的长度。请检查这个时间。") % at
    if flaw is editing.Flaw.BACKWARDS:
        return _("从 %(at)s 开始的片段，结束不晚于开始。请检查这两个时间。") % at
    return _("删去的片段太多。请最多分成 %(most)d 段。") % {"most": editing.MOST_STRETCHES}
