"""What goes with a lecture's picture when it shows another content: captions, chapters, posters.

What was brought for the new content stays with it; everything else moves as the picture does, and
what was there before waits with the former content.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.core import clock
from lms.members.models import Member
from media_pipeline import caption_keeping, editing
from media_pipeline.captions import Cue
from media_pipeline.editing import Mapping
from media_pipeline.models import Asset, CaptionLanguage, CaptionTrack, ChapterList, Stills


@dataclass(frozen=True)
class Companions:
    """The captions of a lecture by language, and its chapters as rows of (start_ms, title)."""

    cues: dict[str, tuple[Cue, ...]]
    chapters: list[list[Any]]

    def moved(self, mapping: Mapping) -> "Companions":
        """As they are where the picture has moved so."""
        cues = {language: _moved_cues(before, mapping) for language, before in self.cues.items()}
        return Companions(
            {language: found for language, found in cues.items() if found},
            _moved_chapters(self.chapters, mapping),
        )


def companions_of(asset: Asset) -> Companions:
    tracks = CaptionTrack.objects.filter(asset=asset).order_by("language")
    chapters = ChapterList.objects.filter(asset=asset).first()
    return Companions(
        {track.language: track.spoken for track in tracks}, chapters.chapters if chapters else []
    )


def _moved_cues(cues: tuple[Cue, ...], mapping: Mapping) -> tuple[Cue, ...]:
    moved = []
    for cue in cues:
        span = editing.map_cue(mapping, cue.start_ms, cue.end_ms)
        if span is not None:
            moved.append(Cue(*span, cue.text))
    return tuple(sorted(moved, key=lambda cue: (cue.start_ms, cue.end_ms)))


def _moved_chapters(chapters: list[list[Any]], mapping: Mapping) -> list[list[Any]]:
    """A chapter whose beginning was cut begins where its rest does, if any of it is left."""
    moved: dict[int, str] = {}
    last = max((m.end for m in mapping), default=0)
    ends = [*(start for start, _title in chapters[1:]), last]
    for (start, title), end in zip(chapters, ends, strict=False):
        if editing.map_spans(mapping, [(start, max(end, start + 1))]):
            moved[editing.nearest_ms(mapping, start)] = title
    return [[start, title] for start, title in sorted(moved.items())]


def consequences(asset: Asset, successor: Asset, mapping: Mapping) -> list[str]:
    """What becomes of them, in sentences for the editor."""
    before, own = companions_of(asset), companions_of(successor)
    after = before.moved(mapping)
    said = []
    for language, cues in before.cues.items():
        if language in own.cues:
            continue
        named = {"language": CaptionLanguage(language).label}
        gone = len(cues) - len(after.cues.get(language, ()))
        if gone:
            words = ngettext(
                "%(language)s字幕将删去 %(count)d 条，其余随画面移动。",
                "%(language)s字幕将删去 %(count)d 条，其余随画面移动。",
                gone,
            )
            said.append(words % {**named, "count": gone})
        else:
            said.append(_("%(language)s字幕全部保留，随画面移动。") % named)
    gone = len(before.chapters) - len(after.chapters)
    if gone and not own.chapters:
        words = ngettext(
            "提纲将删去 %(count)d 条，其余随画面移动。",
            "提纲将删去 %(count)d 条，其余随画面移动。",
            gone,
        )
        said.append(words % {"count": gone})
    return said


# --- In the transaction in which the contents are exchanged ---------------------------------------


def move(asset: Asset, successor: Asset, mapping: Mapping, *, by: Member) -> None:
    """`asset` is to show the content of `successor`."""
    before, own = companions_of(asset), companions_of(successor)
    moved = before.moved(mapping)
    _write(asset, Companions({**moved.cues, **own.cues}, own.chapters or moved.chapters), by)
    _write(successor, before, by)
    _exchange_stills(asset, successor)


def move_back(asset: Asset, successor: Asset, *, by: Member) -> None:
    """`asset` is to show again what waited with `successor`."""
    now, before = companions_of(asset), companions_of(successor)
    _write(asset, before, by)
    _write(successor, now, by)
    _exchange_stills(asset, successor)


def _write(asset: Asset, wanted: Companions, by: Member) -> None:
    for language in companions_of(asset).cues.keys() - wanted.cues.keys():
        caption_keeping.keep_removed(asset=asset, language=language)
        CaptionTrack.objects.filter(asset=asset, language=language).delete()
    for language, cues in wanted.cues.items():
        caption_keeping.write_cues(asset=asset, language=language, cues=cues, key="", by=by)
    now = clock.now()
    if wanted.chapters:
        ChapterList.objects.get_or_create(asset=asset, defaults={"changed_at": now})
    kept = ChapterList.objects.select_for_update().filter(asset=asset).first()
    if kept is not None and kept.chapters != wanted.chapters:
        kept.chapters, kept.version = wanted.chapters, kept.version + 1
        kept.changed_by, kept.changed_at = by, now
        kept.save()


def _exchange_stills(asset: Asset, successor: Asset) -> None:
    """The candidates go with the picture; a picture of one's own stays with the lecture."""
    rows = [
        Stills.objects.select_for_update().get_or_create(asset=row)[0] for row in (asset, successor)
    ]
    values = [(row.candidates, row.best, row.chosen) for row in rows]
    for row, (candidates, best, chosen) in zip(rows, reversed(values), strict=True):
        row.candidates, row.best = candidates, best
        row.chosen = 0 if row.own_picture else chosen
        row.save()
