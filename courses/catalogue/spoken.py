"""What is said in lessons: found by words, line by line, and taken along as text."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from courses.catalogue.models import CoursePage, LessonPage
from courses.catalogue.queries import visible_lessons
from media_pipeline.captions import Cue
from media_pipeline.queries import assets_saying, caption_track, chapters_of, tracks_saying
from media_pipeline.spoken_search import Hit, hits, pieces, wanted_grams
from media_pipeline.transcript_text import as_text

MOST_LESSONS = 20
HITS_SHOWN = 3


@dataclass(frozen=True)
class SpokenHit:
    """One moment at which it is said, and where that is seen."""

    hit: Hit
    url: str


@dataclass(frozen=True)
class SpokenResult:
    """A lesson in which something is said: its first moments, and how many there are."""

    title: str
    course_title: str
    url: str
    language: str
    hits: tuple[SpokenHit, ...]
    total: int


def spoken_results(*, by: Any, text: str) -> list[SpokenResult]:
    """The lessons `by` may study in which `text` is said, in order; three statements."""
    grams = wanted_grams(text)
    if not grams:
        return []
    course = CoursePage.objects.filter(path=OuterRef("course_path"))
    lessons = list(
        visible_lessons(by)
        .filter(asset_id__in=assets_saying(grams))
        .annotate(course_title=Subquery(course.values("title")[:1]))
        .values_list("pk", "title", "course_title", "asset_id")[:MOST_LESSONS]
    )
    if not lessons:
        return []
    said: dict[Any, tuple[str, tuple[Hit, ...]]] = {}
    for track in tracks_saying(grams, [asset_id for _pk, _title, _course, asset_id in lessons]):
        found = hits(track.spoken, text)
        if found and track.asset_id not in said:
            said[track.asset_id] = (track.language, found)
    return [
        _result(pk, title, course_title, text, *said[asset_id])
        for pk, title, course_title, asset_id in lessons
        if asset_id in said
    ]


def _result(
    lesson_id: int, title: str, course_title: str, text: str, lang: str, found: tuple[Hit, ...]
) -> SpokenResult:
    at = reverse("courses:lesson", args=[lesson_id])
    asked = {"tab": "transcript", "lang": lang, "find": text}
    return SpokenResult(
        title=title,
        course_title=course_title,
        url=f"{at}?{urlencode(asked)}",
        language=lang,
        hits=tuple(
            SpokenHit(hit, f"{at}?{urlencode({'t': hit.cue.start_ms // 1000, **asked})}")
            for hit in found[:HITS_SHOWN]
        ),
        total=len(found),
    )


@dataclass(frozen=True)
class SpokenLine:
    """One line of a transcript, in pieces of which those that were looked for are marked."""

    start_ms: int
    pieces: tuple[tuple[str, bool], ...]
    is_hit: bool


def transcript_lines(cues: tuple[Cue, ...], text: str) -> list[SpokenLine]:
    """All lines, with `text` marked where it is said."""
    found = {hit.at: hit for hit in hits(cues, text)} if text else {}
    return [
        SpokenLine(
            cue.start_ms,
            found[at].pieces if at in found else pieces(cue.text, ()),
            at in found,
        )
        for at, cue in enumerate(cues)
    ]


def transcript_file(
    lesson: LessonPage, course: CoursePage, languages: list[str], wanted: str
) -> tuple[str, str] | None:
    """(language, text) of what is said, or of what the editor wrote; None without either."""
    heads = [course.title, lesson.title]
    if languages:
        language = wanted if wanted in languages else languages[0]
        track = caption_track(lesson.asset_id, language)
        if track is not None:
            return language, as_text(heads, track.spoken, chapters_of(lesson.asset_id))
    if lesson.transcript:
        return "", "\n".join([*heads, "", lesson.transcript]) + "\n"
    return None
