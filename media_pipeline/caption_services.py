"""Captions are attached to a lecture, replaced, and taken off."""

from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member
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
    track, _is_new = CaptionTrack.objects.update_or_create(
        asset=asset,
        language=language,
        defaults={
            "cues": [[cue.start_ms, cue.end_ms, cue.text] for cue in cues],
            "changed_by": by,
            "changed_at": clock.now(),
        },
    )
    return track


def remove_captions(*, asset: Asset, language: str, by: Member) -> None:
    """Take the lecture's captions in that language off; none there is a normal end."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    CaptionTrack.objects.filter(asset=asset, language=language).delete()
