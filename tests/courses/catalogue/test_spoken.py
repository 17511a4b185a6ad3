"""What is said in lessons: found by those who may study them, at a fixed cost, and taken along."""

from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.catalogue.models import LessonPage
from courses.catalogue.spoken import spoken_results
from lms.members.models import Member
from media_pipeline.chapter_services import save_chapters
from media_pipeline.models import Asset, CaptionTrack
from tests.factories import courses as make
from tests.factories.media import make_captions
from tests.factories.members import BranchTree, make_branch_tree, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CUES = (
    (0, 2000, "同志们好，今天学"),
    (2000, 5000, "习党章的总纲。"),
    (65_500, 70_000, "再学习 Party School 的纪律"),
    (90_000, 95_000, "学习贵在坚持"),
    (120_000, 125_000, "坚持学习"),
)


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def member(tree: BranchTree) -> Member:
    return make_member(tree.first, name="张秀英")


@pytest.fixture
def by() -> Member:
    return make.editor()


def spoken_lesson(by: Member, title: str = "第一讲", **course: Any) -> LessonPage:
    made = make.course(by=by, title="读懂一份规章", **course)
    lecture = make.lecture(by=by)
    make_captions(lecture, *CUES)
    return make.lesson(chapter=make.chapter(course=made, by=by), by=by, title=title, asset=lecture)


def lecture_of(lesson: LessonPage) -> Asset:
    assert lesson.asset is not None
    return lesson.asset


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def test_results_name_the_lesson_and_the_second(by: Member, member: Member) -> None:
    lesson = spoken_lesson(by)
    page = signed_in(member).get("/courses/", {"q": "学习"})
    [result] = page.context["spoken"]
    assert (result.title, result.course_title, result.total) == ("第一讲", "读懂一份规章", 5)
    at = f"/lessons/{lesson.pk}/?t={{}}&tab=transcript&lang=zh-Hans&find={quote('学习')}"
    assert [moment.url for moment in result.hits] == [at.format(0), at.format(2), at.format(65)]
    assert "再<mark>学习</mark> Party School" in page.content.decode()
    assert "看全部 5 处" in page.content.decode()
    assert "没有找到这样的课程" not in page.content.decode()
    assert "没有找到这样的课程" in signed_in(member).get("/courses/?q=没有说过").content.decode()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("党章", 1),
        ("党 章", 1),
        ("party school", 1),
        ("纪", 1),
        ("坚持 纪律", 1),
        ("章党", 0),
        (",", 0),
    ],
)
def test_words_pairs_and_single_letters(by: Member, member: Member, text: str, count: int) -> None:
    spoken_lesson(by)
    assert len(spoken_results(by=member, text=text)) == count


def test_only_lessons_one_may_study_answer(tree: BranchTree, by: Member, member: Member) -> None:
    lesson = spoken_lesson(by, audience=tree.second)
    assert spoken_results(by=member, text="党章") == []
    theirs = make_member(tree.second)
    assert [one.title for one in spoken_results(by=theirs, text="党章")] == ["第一讲"]
    at = f"/lessons/{lesson.pk}/transcript.txt"
    assert signed_in(member).get(at).status_code == 404
    assert signed_in(theirs).get(at).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_said_takes_three_statements(by: Member, member: Member, count: int) -> None:
    for _ in range(count):
        spoken_lesson(by)
    spoken_results(by=member, text="党章")
    with CaptureQueriesContext(connection) as captured:
        assert len(spoken_results(by=member, text="党章")) == count
    assert len(captured) == 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_searched_catalogue_costs_the_same_for_one_and_for_three(
    by: Member, member: Member, count: int
) -> None:
    for _ in range(count):
        spoken_lesson(by)
    client = signed_in(member)
    client.get("/courses/?q=规章")
    with CaptureQueriesContext(connection) as captured:
        assert len(client.get("/courses/?q=规章").context["cards"]) == count
    assert len(captured) == 8
    with CaptureQueriesContext(connection) as captured:
        assert len(client.get("/courses/?q=党章").context["spoken"]) == count
    assert len(captured) == 6


def test_the_index_is_one_the_database_can_use(by: Member) -> None:
    spoken_lesson(by)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        found = CaptionTrack.objects.filter(grams__contains=["党章"]).order_by().values("asset_id")
        assert "captions_by_grams" in found.explain()


# --- In one lesson ----------------------------------------------------------------------------


def test_a_transcript_marks_what_is_looked_for(by: Member, member: Member) -> None:
    lesson = spoken_lesson(by)
    page = signed_in(member).get(f"{lesson.route()}?tab=transcript&find=学习党章")
    assert page.context["found"] == 2
    text = page.content.decode()
    assert "同志们好，今天<mark>学</mark>" in text
    assert "<mark>习党章</mark>的总纲。" in text
    page = signed_in(member).get(f"{lesson.route()}?tab=transcript&find=<u>x")
    assert (page.context["found"], "<u>x" in page.content.decode()) == (0, False)
    assert "文稿里没有找到，换一个词试试。" in page.content.decode()
    page = signed_in(member).get(f"{lesson.route()}?tab=transcript")
    assert (page.context["found"], len(page.context["lines"])) == (0, 5)


def test_the_text_is_taken_along_under_its_chapters(by: Member, member: Member) -> None:
    lesson = spoken_lesson(by)
    save_chapters(asset=lecture_of(lesson), text="00:00 导学\n01:00 纪律", version=0, by=by)
    answer = signed_in(member).get(f"{lesson.route()}transcript.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == (f"attachment; filename*=utf-8''{quote('第一讲.txt')}")
    assert answer.content.decode() == (
        "读懂一份规章\n第一讲\n\n"
        "\n【00:00 导学】\n[00:00] 同志们好，今天学\n[00:02] 习党章的总纲。\n"
        "\n【01:00 纪律】\n[01:05] 再学习 Party School 的纪律\n[01:30] 学习贵在坚持\n"
        "[02:00] 坚持学习\n"
    )
    make_captions(lecture_of(lesson), (0, 1000, "Hello"), language="en")
    english = signed_in(member).get(f"{lesson.route()}transcript.txt?lang=en")
    assert english.content.decode().endswith("【00:00 导学】\n[00:00] Hello\n")
    assert quote("第一讲.en.txt") in english["Content-Disposition"]


def test_without_captions_what_the_editor_wrote_is_the_text(by: Member, member: Member) -> None:
    chapter = make.chapter(course=make.course(by=by, title="读懂一份规章"), by=by)
    written = make.lesson(
        chapter=chapter, by=by, title="甲", asset=make.lecture(by=by), transcript="从这里开始。"
    )
    silent = make.lesson(chapter=chapter, by=by, title="乙", asset=make.lecture(by=by))
    client = signed_in(member)
    page = client.get(f"{written.route()}transcript.txt")
    assert page.content.decode() == "读懂一份规章\n甲\n\n从这里开始。\n"
    assert client.get(f"{silent.route()}transcript.txt").status_code == 404


def test_the_chapters_stand_beside_the_lesson(by: Member, member: Member) -> None:
    lesson = spoken_lesson(by)
    client = signed_in(member)
    assert client.get(f"{lesson.route()}?tab=chapters").context["player"]["chapters"] == []
    save_chapters(asset=lecture_of(lesson), text="00:00 导学\n01:00 纪律", version=0, by=by)
    page = client.get(f"{lesson.route()}?tab=chapters")
    assert page.context["player"]["chapters"] == [
        {"start": 0, "title": "导学"},
        {"start": 60_000, "title": "纪律"},
    ]
    assert 'data-t="60000"' in page.content.decode()
    assert "chapters.vtt" in page.context["player"]["chaptersTrack"]
