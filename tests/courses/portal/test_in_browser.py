"""Home, catalogue, course and lesson in a real browser: two widths, elder version, axe."""

import pytest
from django.conf import settings
from django.test import Client

from courses.progress.models import LessonProgress
from lms.core import clock
from tests.factories import courses as make
from tests.factories.members import make_branch_tree, make_member

TRANSCRIPT = "同志们好。\n\n从这一讲开始，我们学习怎样用表格记台账。"


@pytest.fixture
def school(transactional_db):
    """A course in three states: one lesson done, one begun, one to read."""
    member = make_member(make_branch_tree().first, name="张秀英")
    by = make.editor()
    course = make.course(
        by=by,
        title="支部工作中的数字技能",
        summary="用好表格、文档与线上会议，把支部台账管得又快又准。",
        topic="业务能力",
        teacher_name="李明",
        introduction="<p>怎样用表格记台账，怎样多人一起改一份文档。</p>",
    )
    chapter = make.chapter(course=course, by=by, title="第一章 表格与台账")
    done = make.lesson(chapter=chapter, by=by, title="一张好用的台账")
    begun = make.lesson(chapter=chapter, by=by, title="筛选和核对", transcript=TRANSCRIPT)
    reading = make.lesson(
        chapter=chapter,
        by=by,
        title="文档命名的约定",
        blocks=[
            ("article", "<h2>为什么</h2><p>找文件不再靠记性。</p>"),
            ("image", make.picture(by=by)),
        ],
    )
    make.course_with_lessons(by=by, title="读懂一份条例", topic="法规制度")
    now = clock.now()
    for lesson, covered_ms, at in ((done, 180_000, now), (begun, 60_000, None)):
        LessonProgress.objects.create(
            member=member,
            lesson=lesson,
            covered=((0, covered_ms),),
            covered_ms=covered_ms,
            required_ms=171_000,
            duration_ms=180_000,
            settled_at=now,
            completed_at=at,
        )
    return {
        "member": member,
        "paths": {
            "home": "/",
            "catalogue": "/courses/",
            "catalogue-empty": "/courses/?q=没有这门课",
            "course": course.route(),
            "lesson": begun.route(),
            "lesson-transcript": f"{begun.route()}?tab=transcript",
            "lesson-reading": reading.route(),
        },
    }


def signed_in(page, member, address):
    client = Client()
    client.force_login(member)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}]
    )
    return page


@pytest.mark.parametrize("look", ["standard", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_are_accessible_at_both_widths(
    width,
    look,
    school,
    school_server,
    open_page,
    assert_accessible,
    shoot,
    page_watch,
):
    page_watch.expect("/poster.jpg|/master.m3u8")  # the lectures of this test have no files
    page = open_page(width=width, height=844 if width == 390 else 800)
    if look == "elder":
        page.context.add_cookies(
            [{"name": "presentation", "value": "mode:elder", "url": school_server}]
        )
    page.goto("/")
    assert_accessible(page)
    shoot(page, f"welcome-{look}")
    signed_in(page, school["member"], school_server)
    for name, path in school["paths"].items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        shoot(page, f"{name}-{look}")
        assert_accessible(page)


def test_the_transcript_opens_beside_the_video_without_leaving_the_page(
    school,
    school_server,
    open_page,
    page_watch,
):
    page_watch.expect("/poster.jpg|/master.m3u8")
    page = signed_in(open_page(), school["member"], school_server)
    page.goto(school["paths"]["lesson"])
    video = page.locator("video").element_handle()
    page.get_by_role("link", name="文稿").click()
    page.get_by_text("从这一讲开始").wait_for()
    assert page.get_by_role("link", name="文稿", exact=True).get_attribute("aria-current") == "page"
    assert video.evaluate("one => one.isConnected") is True
