"""How captions are written: each version counted and indexed, the one before it kept."""

from collections.abc import Sequence

from lms.core import clock
from lms.members.models import Member
from media_pipeline.captions import Cue
from media_pipeline.models import Asset, CaptionCopy, CaptionTrack
from media_pipeline.spoken_search import grams_of

MOST_COPIES = 20


def held(asset: Asset, language: str) -> CaptionTrack | None:
    """The captions, locked until the transaction ends; None where there are none."""
    # The lecture's row stands for captions that are not there yet: two who begin take turns.
    Asset.objects.select_for_update(of=("self",)).only("pk").get(pk=asset.pk)
    return (
        CaptionTrack.objects.select_for_update(of=("self",))
        .select_related("changed_by")
        .filter(asset=asset, language=language)
        .first()
    )


def write_cues(
    *, asset: Asset, language: str, cues: Sequence[Cue], key: str, by: Member
) -> CaptionTrack:
    """Write checked cues; what another opening of the editor, or a file, left is kept. Inside a
    transaction."""
    kept = held(asset, language)
    rows = _rows(cues)
    if kept is not None and kept.cues == rows:
        return kept
    if kept is not None and (not key or kept.edited_in != key):
        keep_copy(asset, language, kept.spoken, key="", by=kept.changed_by, is_aside=False)
    # A key that was conflicted and has now been saved needs no copy of its own any more.
    if key:
        CaptionCopy.objects.filter(asset=asset, language=language, edited_in=key).delete()
    track = kept or CaptionTrack(asset=asset, language=language, version=0)
    track.cues, track.grams = rows, grams_of(cues)
    track.version += 1
    track.edited_in, track.changed_by, track.changed_at = key, by, clock.now()
    track.save()
    return track


def keep_removed(*, asset: Asset, language: str) -> None:
    """Keep what is about to be taken off. Inside a transaction."""
    kept = held(asset, language)
    if kept is not None:
        keep_copy(asset, language, kept.spoken, key="", by=kept.changed_by, is_aside=False)


def keep_copy(
    asset: Asset, language: str, cues: Sequence[Cue], *, key: str, by: Member, is_aside: bool
) -> None:
    """Keep a version beside what is shown; of many the oldest go. Inside a transaction."""
    copies = CaptionCopy.objects.filter(asset=asset, language=language)
    if key:
        copies.filter(edited_in=key).delete()
    CaptionCopy.objects.create(
        asset=asset,
        language=language,
        cues=_rows(cues),
        edited_in=key,
        is_aside=is_aside,
        by=by,
        kept_at=clock.now(),
    )
    newest = copies.order_by("-kept_at", "-pk").values_list("pk", flat=True)[:MOST_COPIES]
    copies.exclude(pk__in=list(newest)).delete()


def _rows(cues: Sequence[Cue]) -> list[list[int | str]]:
    return [[cue.start_ms, cue.end_ms, cue.text] for cue in cues]
