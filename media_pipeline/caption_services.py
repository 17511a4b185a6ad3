"""Captions are attached to a lecture, replaced, and taken off."""

from django.db import transaction
from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from lms.members.models import Member
from media_pipeline.caption_keeping import keep_removed, write_cues
from media_pipeline.captions import UnreadableCaptionsError, read_captions
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, CaptionLanguage, CaptionTrack
from media_pipeline.rules import can_handle_asset
from media_pipeline.words import refusal_words


class CaptionsRefusedError(DomainError):
    """The file cannot be taken as captions of this lecture; the message says why."""


def replace_captions(*, asset: Asset, language: str, content: bytes, by: Member) -> CaptionTrack:
    """Take a caption file (SRT, WebVTT, ASS or SSA) as the lecture's captions in that language."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    if language not in CaptionLanguage.values:
        raise CaptionsRefusedError(_("请选择字幕的语言。"))
    if not asset.duration_ms:
        raise CaptionsRefusedError(_("视频还没有检查完，不知道有多长。请检查完以后再上传字幕。"))
    try:
        cues = read_captions(content, length_ms=asset.duration_ms)
    except UnreadableCaptionsError as error:
        raise CaptionsRefusedError(refusal_words(error.flaw, error.at_ms)) from error
    with transaction.atomic():
        return write_cues(asset=asset, language=language, cues=cues, key="", by=by)


def remove_captions(*, asset: Asset, language: str, by: Member) -> None:
    """Take the lecture's captions in that language off, and keep them; none there is no fault."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    with transaction.atomic():
        keep_removed(asset=asset, language=language)
        CaptionTrack.objects.filter(asset=asset, language=language).delete()
