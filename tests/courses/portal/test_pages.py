"""Home, catalogue, course and lesson pages: what they show, to whom, at what cost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.progress.models import LessonProgress
from exams.credit.targets import settle_targets
from lms.core import clock
from tests.factories import courses as make
from tests.factories.media import make_captions
from tests.factories.members import make_branch_tree, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_branch_tree()


@pytest.fixture
def member(tree):
    return make_member(tree.first, name="张秀英")


@pytest.fixture
def signed_in(client, member):
    client.force_login(member)
    return client


def progress(member, lesson, *, covered_ms=60_000, completed=False):
    now = clock.now()
    return LessonProgress.objects.create(
        member=member,
        lesson=lesson,
        covered=((0, covered_ms),),
        covered_ms=covered_ms,
        required_ms=171_000,
        duration_ms=180_000,
        settled_at=now,
        completed_at=now if completed else None,
    )


def statements(client, path):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200
    return len(captured), response


# --- Anonymous ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_visitor_sees_the_welcome_and_nothing_of_what_is_inside(client):
    course, _lessons = make.course_with_lessons(by=make.editor(), title="只给党员看的课")
    page = client.get("/")
    assert page.status_code == 200
    assert ("只给党员看的课" in page.content.decode()) is False
    assert ('href="/sign-in/"' in page.content.decode()) is True
    for path in ("/courses/", course.route(), "/lessons/1/", "/files/images/x.png"):
        refused = client.get(path)
        assert (refused.status_code, refused.url.split("?")[0]) == (302, "/sign-in/")


# --- Cost --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_course_page_takes_five_statements_and_few_bytes(signed_in, member, count):
    course, lessons = make.course_with_lessons(by=make.editor(), lessons=count)
    progress(member, lessons[0])
    taken, response = statements(signed_in, course.route())
    assert taken == 5
    assert len(response.content) < 100_000


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_catalogue_takes_seven_statements(signed_in, count):
    for _ in range(count):
        make.course_with_lessons(by=make.editor(), lessons=count)
    assert statements(signed_in, "/courses/")[0] == 7


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_home_page_takes_eight_statements(signed_in, member, count):
    settle_targets(member_ids=[member.pk])
    for _ in range(count):
        make.course_with_lessons(by=make.editor(), lessons=count)
    assert statements(signed_in, "/")[0] == 8


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_the_lesson_page_takes_ten_statements(signed_in, count):
    _course, lessons = make.course_with_lessons(by=make.editor(), lessons=count)
    assert statements(signed_in, lessons[0].route())[0] == 10


# --- What is shown -----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_home_page_leads_to_the_lesson_that_was_begun(signed_in, member):
    _course, lessons = make.course_with_lessons(by=make.editor(), lessons=2, title="数字技能")
    fresh = signed_in.get("/").context
    assert (fresh["go_on"].lesson.lesson.id, fresh["has_begun"]) == (lessons[0].pk, False)
    progress(member, lessons[0], completed=True, covered_ms=180_000)
    begun = signed_in.get("/").context
    assert begun["go_on"].lesson.lesson.id == lessons[1].pk
    assert [(card["title"], card["percent"]) for card in begun["shown"]] == [("数字技能", 50)]


@pytest.mark.slow
def test_the_home_page_offers_what_is_finished_when_nothing_else_is_left(signed_in, member):
    _course, (lesson,) = make.course_with_lessons(by=make.editor(), title="数字技能")
    before = signed_in.get("/").context
    assert (before["finished"], before["few"]) == ([], True)
    progress(member, lesson, completed=True, covered_ms=180_000)
    after = signed_in.get("/").context
    assert (after["shown"], after["go_on"]) == ([], None)
    assert [(card["title"], card["done"]) for card in after["finished"]] == [("数字技能", True)]


@pytest.mark.slow
def test_the_catalogue_is_searched_and_filtered(signed_in, member):
    by = make.editor()
    first, (lesson,) = make.course_with_lessons(by=by, title="数字技能", topic="业务能力")
    make.course_with_lessons(by=by, title="读懂条例", topic="法规制度", teacher_name="李教授")
    progress(member, lesson)

    def found(query):
        return [card["title"] for card in signed_in.get(f"/courses/?{query}").context["cards"]]

    assert found("") == ["数字技能", "读懂条例"]
    assert found("q=数字") == ["数字技能"]
    assert found("q=李教授") == ["读懂条例"]
    assert found("q=没有这门课") == []
    assert found("topic=法规制度") == ["读懂条例"]
    assert found("state=new") == ["读懂条例"]
    assert found("state=begun") == ["数字技能"]
    assert found("state=done") == []
    assert found("state=nonsense&page=999") == ["数字技能", "读懂条例"]
    LessonProgress.objects.update(completed_at=clock.now())
    assert found("state=done") == ["数字技能"]
    assert first.title == "数字技能"


@pytest.mark.slow
def test_a_restricted_course_is_a_404_for_others(client, tree):
    by = make.editor()
    course, (lesson,) = make.course_with_lessons(by=by, audience=tree.first)
    paths = (course.route(), lesson.route())
    client.force_login(make_member(tree.first))
    assert [client.get(path).status_code for path in paths] == [200, 200]
    client.force_login(make_member(tree.second))
    assert [client.get(path).status_code for path in paths] == [404, 404]


@pytest.mark.slow
def test_opening_a_lesson_opens_no_session(signed_in, member):
    from courses.progress.models import WatchSession

    _course, (lesson,) = make.course_with_lessons(by=make.editor())
    response = signed_in.get(lesson.route())
    config = response.context["player"]
    assert WatchSession.objects.count() == 0
    assert (config["lesson"], config["startUrl"], config["durationMs"], config["rates"]) == (
        lesson.pk,
        "/learn/sessions/",
        180_000,
        [0.75, 1.0, 1.25, 1.5],
    )


@pytest.mark.slow
def test_the_tabs_of_a_lesson_come_alone_for_htmx(signed_in):
    by = make.editor()
    chapter = make.chapter(course=make.course(by=by), by=by)
    lesson = make.lesson(chapter=chapter, by=by, transcript="同志们好。")
    whole = signed_in.get(f"{lesson.route()}?tab=transcript").content.decode()
    part = signed_in.get(
        f"{lesson.route()}?tab=transcript", headers={"HX-Request": "true"}
    ).content.decode()
    assert ("同志们好。" in whole, "<html" in whole) == (True, True)
    assert ("同志们好。" in part, "<html" in part) == (True, False)


@pytest.mark.slow
def test_the_transcript_of_a_captioned_lecture_is_its_captions(signed_in):
    by = make.editor()
    chapter = make.chapter(course=make.course(by=by), by=by)
    lesson = make.lesson(chapter=chapter, by=by, transcript="手写的文稿。")
    make_captions(lesson.asset, (400, 2000, "<b>同志们好。"), (65_000, 66_000, "再见。"))
    make_captions(lesson.asset, (400, 2000, "Hello."), language="en")
    page = signed_in.get(lesson.route())
    assert [one["lang"] for one in page.context["player"]["captions"]] == ["zh-Hans", "en"]
    assert "同志们好" not in page.content.decode()
    taken, page = statements(signed_in, f"{lesson.route()}?tab=transcript")
    assert taken == 11
    line = r'data-t="(\d+)".*?>([\d:]+)</span>.*?>([^<]+)</span>'
    assert re.findall(line, page.content.decode()) == [
        ("400", "00:00", "&lt;b&gt;同志们好。"),
        ("65000", "01:05", "再见。"),
    ]
    assert "手写的文稿。" not in page.content.decode()
    for wanted, text in {"en": "Hello.", "fr": "再见。", "": "再见。"}.items():
        part = signed_in.get(f"{lesson.route()}?tab=transcript&lang={wanted}")
        assert part.context["spoken"].cues[-1].text == text


def opened(client, path):
    response = client.get(path)
    content = b"".join(response.streaming_content) if response.streaming else b""
    return response.status_code, response["Content-Type"], content


# --- Files -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_documents_and_pictures_are_for_who_may_study_the_lesson(client, tree):
    by = make.editor()
    course = make.course(by=by, audience=tree.first)
    chapter = make.chapter(course=course, by=by)
    document, picture = make.document(by=by), make.picture(by=by)
    lesson = make.lesson(
        chapter=chapter, by=by, blocks=[("document", document), ("image", picture)]
    )
    other = make.lesson(chapter=chapter, by=by)
    paths = (
        f"/lessons/{lesson.pk}/documents/{document.pk}/",
        f"/lessons/{lesson.pk}/images/{picture.pk}/",
    )
    client.force_login(make_member(tree.first))
    assert opened(client, paths[0]) == (200, "application/pdf", make.SMALLEST_PDF)
    assert opened(client, paths[1])[:2] == (200, "image/webp")
    assert client.get(paths[0].replace(str(lesson.pk), str(other.pk), 1)).status_code == 404
    client.force_login(make_member(tree.second))
    assert [client.get(path).status_code for path in paths] == [404, 404]


def test_a_cover_is_for_who_may_study_the_course(client, tree):
    by = make.editor()
    picture = make.picture(by=by)
    course = make.course(by=by, audience=tree.first, cover=picture)
    path = f"/courses/{course.slug}/cover/{picture.pk}/"
    client.force_login(make_member(tree.first))
    assert opened(client, path)[:2] == (200, "image/webp")
    assert client.get(f"/courses/{course.slug}/cover/{picture.pk + 1}/").status_code == 404
    client.force_login(make_member(tree.second))
    assert client.get(path).status_code == 404


def test_media_files_have_no_public_address(signed_in):
    by = make.editor()
    picture, document = make.picture(by=by), make.document(by=by)
    for stored in (picture.file.name, document.file.name, "../secret-key", "%2e%2e/secret-key"):
        assert signed_in.get(f"/files/{stored}").status_code == 404
