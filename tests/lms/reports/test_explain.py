"""Why a number is what it is."""

import pytest

from lms.reports.explain import explained_lesson
from lms.reports.words import not_counted
from tests.factories.hours import evidence


def test_evidence_is_read_back() -> None:
    lesson = explained_lesson(evidence())
    assert lesson is not None
    assert (lesson.percent, lesson.share_percent, lesson.forgiven_seconds) == (97, 95, 10)
    assert lesson.gaps == ((600_000, 630_000),)
    assert (lesson.unseen_ms, lesson.repeated_ms, lesson.too_fast_ms) == (30_000, 60_000, 0)
    assert [(each.covered_ms, each.present_ms) for each in lesson.sittings] == [
        (600_000, 660_000),
        (630_000, 600_000),
    ]


def test_each_thing_not_counted_has_its_sentence() -> None:
    lesson = explained_lesson(evidence(covered_ms=1_140_000))
    assert lesson is not None
    assert not_counted(lesson) == [
        "10:00–10:30没有看，所以不计；本讲看够 18:50 即算完成。",
        "有 01:00 的内容看过不止一次，同样的内容只计一次。",
        "有 00:30 的内容超出了实际经过的时间所能看完的长度，没有计入。",
        "有 2 次上报超出视频范围或课程允许的倍速，没有计入。",
    ]


def test_what_was_watched_whole_leaves_nothing_to_say() -> None:
    whole = [[0, 1_200_000]]
    lesson = explained_lesson(evidence(covered=whole, covered_ms=1_200_000, sessions=[]))
    assert lesson is not None
    assert lesson.percent == 100
    assert not_counted(lesson) == []


def test_many_gaps_are_named_in_part() -> None:
    covered = [[place * 100_000 + 50_000, place * 100_000 + 100_000] for place in range(12)]
    lesson = explained_lesson(evidence(covered=covered, covered_ms=600_000, sessions=[]))
    assert lesson is not None
    assert len(lesson.gaps) == 12
    assert not_counted(lesson) == [
        "00:00–00:50、01:40–02:30、03:20–04:10、05:00–05:50、06:40–07:30 等没有看，所以不计；"
        "本讲看够 18:50 即算完成。"
    ]


def test_presence_checks_are_added_up_and_older_evidence_has_none() -> None:
    sessions = [
        {**sitting, "checks_asked": asked, "checks_answered": 1}
        for asked, sitting in enumerate(evidence()["sessions"], start=1)
    ]
    lesson = explained_lesson(evidence(sessions=sessions))
    assert lesson is not None
    assert (lesson.checks_asked, lesson.checks_answered) == (3, 2)
    before = explained_lesson(evidence())
    assert before is not None
    assert (before.checks_asked, before.checks_answered) == (0, 0)


@pytest.mark.parametrize("said", [{}, {"reason": "登记有误"}, {"duration_ms": 0}])
def test_evidence_without_a_recording_has_no_strip(said: dict[str, object]) -> None:
    assert explained_lesson(said) is None
