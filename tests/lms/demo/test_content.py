"""The demo school's texts are whole, speakable and drawn."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from PIL import Image

from lms.demo.captions import spoken_cues
from lms.demo.content import COURSES, all_lessons, course_of
from lms.demo.film import duration_seconds, slide_milliseconds
from lms.demo.narration_index import NARRATION, TICK_MS, narration_path, read_index
from lms.demo.people import BRANCHES, MEMBERS, Duty, Level
from lms.demo.pictures import DIGIT_HEIGHT, DIGIT_WIDTH, IMAGES, digits_path, slide_path

LESSONS = [lesson for _, lesson in all_lessons()]


def size_of(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


def test_three_courses_have_nine_lessons_in_chapters():
    assert [
        (course.slug, [len(chapter.lessons) for chapter in course.chapters]) for course in COURSES
    ] == [
        ("digital-skills", [2, 1]),
        ("branch-study", [2, 1]),
        ("read-regulation", [2, 1]),
    ]


def test_every_lesson_has_its_own_key_and_knows_its_course():
    assert len({lesson.key for lesson in LESSONS}) == 9
    assert [course_of(lesson) for lesson in LESSONS] == [course for course, _ in all_lessons()]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_a_lesson_opens_with_a_cover_and_says_something_on_every_page(lesson):
    assert lesson.slides[0].title == lesson.title
    assert [bool(slide.bullets) for slide in lesson.slides] == [False] + [True] * (
        len(lesson.slides) - 1
    )
    assert all(slide.narration for slide in lesson.slides)
    assert all(lesson.intro)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_narration_is_chinese_characters_a_voice_can_read(lesson):
    spoken = "".join(sentence for slide in lesson.slides for sentence in slide.narration)
    assert re.findall(r"[^\u4e00-\u9fff，。、；：？！]", spoken) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_narration_is_as_long_as_it_was_meant_to_be(lesson):
    shown = slide_milliseconds(lesson)
    assert len(shown) == len(lesson.slides)
    assert [milliseconds % TICK_MS for milliseconds in shown] == [0] * len(shown)
    assert duration_seconds(lesson) == pytest.approx(lesson.target_seconds, rel=0.15)


def test_one_lecture_lasts_three_minutes_and_the_others_are_short():
    lengths = sorted(duration_seconds(lesson) for lesson in LESSONS)
    assert lengths[-1] >= 180
    assert lengths[-2] <= 90


def test_exactly_the_narration_and_pictures_of_the_texts_are_committed():
    assert {path.name for path in NARRATION.iterdir()} == {
        "index.json",
        *(narration_path(lesson.key).name for lesson in LESSONS),
    }
    assert set(read_index()) == {lesson.key for lesson in LESSONS}
    assert {path.name for path in IMAGES.iterdir()} == {
        digits_path().name,
        *(
            slide_path(lesson.key, number + 1).name
            for lesson in LESSONS
            for number in range(len(lesson.slides))
        ),
    }


def test_the_committed_sound_and_pictures_are_small():
    assert size_of(NARRATION) < 1_500_000
    assert size_of(IMAGES) < 1_200_000


def test_every_slide_is_a_720p_picture_and_the_digits_are_one_strip():
    sizes = set()
    for lesson in LESSONS:
        for number in range(len(lesson.slides)):
            with Image.open(slide_path(lesson.key, number + 1)) as picture:
                sizes.add(picture.size)
    assert sizes == {(1280, 720)}
    with Image.open(digits_path()) as strip:
        assert strip.size == (11 * DIGIT_WIDTH, DIGIT_HEIGHT)


def test_thirty_members_with_their_own_numbers_phones_and_names():
    assert len(MEMBERS) == 30
    assert len({member.number for member in MEMBERS}) == 30
    assert len({member.phone for member in MEMBERS}) == 30
    assert len({member.name for member in MEMBERS}) == 30
    assert Counter(member.duty for member in MEMBERS) == {
        Duty.MEMBER: 25,
        Duty.SECRETARY: 3,
        Duty.ADMINISTRATOR: 1,
        Duty.INSTRUCTOR: 1,
    }


def test_names_hold_rare_characters_and_the_middle_dot():
    names = "".join(member.name for member in MEMBERS)
    assert [character for character in "䶮淏·" if character not in names] == []


def test_the_tree_names_parents_before_children_and_members_stand_in_it():
    seen = {""}
    for branch in BRANCHES:
        assert branch.parent in seen
        seen.add(branch.key)
    assert [branch.name for branch in BRANCHES if branch.level == Level.BRANCH] == [
        "第一党支部",
        "第二党支部",
        "离退休党支部",
    ]
    assert {member.branch for member in MEMBERS} <= seen


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_captions_say_what_the_voice_says_while_its_slide_is_shown(lesson):
    cues = spoken_cues(lesson)
    assert [cue.text for cue in cues] == [
        sentence for slide in lesson.slides for sentence in slide.narration
    ]
    assert all(one.end_ms < next_one.start_ms for one, next_one in pairwise(cues))
    begin, rest = 0, list(cues)
    for slide, length in zip(lesson.slides, slide_milliseconds(lesson), strict=True):
        own, rest = rest[: len(slide.narration)], rest[len(slide.narration) :]
        assert (own[0].start_ms, own[-1].end_ms) == (begin + 400, begin + length - 700)
        begin += length
