"""The captions of the demo lectures: what the voice says, and when."""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from lms.demo.content import all_lessons
from lms.demo.narration_index import LEAD_MS, SENTENCE_GAP_MS, TAIL_MS, read_index
from lms.demo.texts import LessonText, SlideText
from lms.members.models import Member
from media_pipeline.caption_services import replace_captions
from media_pipeline.captions import Cue, as_webvtt
from media_pipeline.models import Asset, CaptionLanguage
from media_pipeline.queries import caption_languages


def spoken_cues(lesson: LessonText) -> tuple[Cue, ...]:
    """A cue a sentence. How long a slide lasts is known; within it, sentences last by length."""
    shown = read_index()[lesson.key]
    begins = [0, *accumulate(shown)]
    return tuple(
        cue
        for slide, begin_ms, length_ms in zip(lesson.slides, begins, shown, strict=False)
        for cue in _slide_cues(slide, begin_ms, length_ms)
    )


def _slide_cues(slide: SlideText, begin_ms: int, length_ms: int) -> Iterator[Cue]:
    gaps = SENTENCE_GAP_MS * (len(slide.narration) - 1)
    spoken_ms = length_ms - LEAD_MS - TAIL_MS - gaps
    signs = sum(map(len, slide.narration))
    at = float(begin_ms + LEAD_MS)
    for sentence in slide.narration:
        end = at + spoken_ms * len(sentence) / signs
        yield Cue(round(at), round(end), sentence)
        at = end + SENTENCE_GAP_MS


def caption_lectures(*, assets: Mapping[str, Asset], by: Member) -> None:
    """Chinese captions for each lecture that has none; those of others stay."""
    for _course, text in all_lessons():
        asset = assets[text.key]
        if CaptionLanguage.CHINESE in caption_languages(asset.pk):
            continue
        within = [cue for cue in spoken_cues(text) if cue.start_ms < asset.duration_ms]
        replace_captions(
            asset=asset,
            language=CaptionLanguage.CHINESE,
            content=as_webvtt(within).encode(),
            by=by,
        )
