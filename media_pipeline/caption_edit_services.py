"""Captions are written line by line in the browser: saved as a whole, by one at a time.

Whoever saves names the version they saw. If somebody else has saved since, nothing is lost: what
was sent is kept aside, and the editor is told. `key` names one opening of the editor: what the
same opening sends later follows what it sent before, also when an answer never reached it.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.members.models import Member
from media_pipeline.caption_keeping import held, keep_copy, write_cues
from media_pipeline.caption_services import CaptionsRefusedError
from media_pipeline.captions import Cue, UnreadableCaptionsError, edited_cues
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, CaptionCopy, CaptionLanguage, CaptionTrack
from media_pipeline.rules import can_handle_asset
from media_pipeline.words import edit_refusal_words


class CaptionsMovedError(CaptionsRefusedError):
    """Somebody else has saved since; `current` is what there is now, None if it was taken off."""

    def __init__(self, current: CaptionTrack | None) -> None:
        if current is None:
            super().__init__(_("这份字幕刚刚被删除了。您的这一份已经另存，没有丢。"))
        else:
            super().__init__(
                _("%(name)s刚刚也改了这份字幕。您的这一份已经另存，两份都在，请选一份继续。")
                % {"name": current.changed_by.name}
            )
        self.current = current


def save_cues(
    *, asset: Asset, language: str, rows: Any, version: int, key: str, by: Member
) -> CaptionTrack:
    """Take `rows` ([[start_ms, end_ms, text], …]) as the lecture's captions in that language.

    `version` is what the editor saw, nought for none. Raises CaptionsRefusedError for what is no
    captions, CaptionsMovedError where somebody else was faster.
    """
    cues = _checked(asset, language, rows, by)
    with transaction.atomic():
        kept = held(asset, language)
        seen = kept.version if kept else 0
        is_ours = seen == version or (kept is not None and kept.edited_in == key)
        if is_ours or (kept is not None and kept.spoken == cues):
            return write_cues(asset=asset, language=language, cues=cues, key=key, by=by)
        keep_copy(asset, language, cues, key=key, by=by, is_aside=True)
    raise CaptionsMovedError(kept)


def restore_copy(*, copy: CaptionCopy, by: Member) -> CaptionTrack:
    """Put a version that was kept in the place of what there is, which is kept in turn."""
    if not can_handle_asset(by, copy.asset):
        raise NotYourLectureError
    with transaction.atomic():
        return write_cues(asset=copy.asset, language=copy.language, cues=copy.spoken, key="", by=by)


def _checked(asset: Asset, language: str, rows: Any, by: Member) -> tuple[Cue, ...]:
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    if language not in CaptionLanguage.values:
        raise CaptionsRefusedError(_("请选择字幕的语言。"))
    try:
        return edited_cues(rows, length_ms=asset.duration_ms)
    except UnreadableCaptionsError as error:
        raise CaptionsRefusedError(edit_refusal_words(error.flaw, error.at_ms)) from error
