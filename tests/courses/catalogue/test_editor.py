"""The editor: refusals read well, and a foreign audience's course does not exist."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation
from wagtail.models import Page

from courses.catalogue.models import CourseIndexPage, LessonPage
from media_pipeline.models import AssetState
from tests.factories import courses as make
from tests.factories.members import make_administrator, make_branch_tree, make_instructor

pytestmark = pytest.mark.django_db

CANARY = "金丝雀"


@pytest.fixture
def tree():
    return make_branch_tree()


def editing(page, **changed):
    """What the editor's form of a lesson posts."""
    body = changed.pop("body", [])
    posted = {
        "title": page.title,
        "slug": page.slug,
        "transcript": "",
        "study_hours": "",
        "check_questions-count": "0",
        "body-count": str(len(body)),
        "seo_title": "",
        "search_description": "",
        "go_live_at": "",
        "expire_at": "",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "comments-MIN_NUM_FORMS": "0",
        "comments-MAX_NUM_FORMS": "",
        **changed,
    }
    for at, (kind, value) in enumerate(body):
        posted |= {
            f"body-{at}-deleted": "",
            f"body-{at}-order": str(at),
            f"body-{at}-type": kind,
            f"body-{at}-id": "",
            f"body-{at}-value": value,
        }
    return posted


def told(response):
    return [str(message) for message in response.context["messages"]]


@pytest.mark.slow
def test_publishing_an_unfinished_video_is_refused_in_words_and_the_draft_is_kept(client, tree):
    by = make_administrator(tree.committee)
    chapter = make.chapter(course=make.course(by=make.editor()), by=make.editor())
    asset = make.lecture(by=by, state=AssetState.RUNNING)
    lesson = make.lesson(chapter=chapter, by=by, title="导学", blocks=[], published=False)
    client.force_login(by)
    path = f"/admin/pages/{lesson.pk}/edit/"
    body = [("video", str(asset.pk))]
    response = client.post(path, editing(lesson, body=body, **{"action-publish": "1"}), follow=True)
    assert response.redirect_chain == [(path, 302)]
    assert "《导学》的视频还没有处理完成，暂时不能发布。处理完成后再点“发布”即可。" in [
        text.strip() for text in re.findall(r"《[^<]+", response.content.decode())
    ]
    lesson = LessonPage.objects.get(pk=lesson.pk)
    assert (lesson.live, lesson.get_latest_revision_as_object().body_asset()) == (False, asset)
    asset.state = AssetState.READY
    asset.save(update_fields=["state"])
    client.post(path, editing(lesson, body=body, **{"action-publish": "1"}))
    assert LessonPage.objects.get(pk=lesson.pk).live is True


@pytest.mark.slow
def test_bulk_publishing_is_refused_in_words(client, tree):
    by = make_administrator(tree.committee)
    course = make.course(by=by, published=False)
    chapter = make.chapter(course=course, by=by, published=False)
    lesson = make.lesson(chapter=chapter, by=by, title="导学", blocks=[], published=False)
    client.force_login(by)
    path = f"/admin/bulk/wagtailcore/page/publish/?id={course.pk}&next=/admin/"
    response = client.post(path, {"include_descendants": "on"})
    assert (response.status_code, response.url) == (302, "/admin/")
    assert Page.objects.filter(pk__in=[course.pk, lesson.pk], live=True).count() == 0
    assert client.post(path, {}).status_code == 302
    assert Page.objects.get(pk=course.pk).live is True


@pytest.mark.slow
def test_nobody_posts_a_lecture_the_chooser_would_not_offer(client, tree):
    by = make_instructor(tree.first)
    chapter = make.chapter(course=make.course(by=make.editor()), by=make.editor())
    lesson = make.lesson(chapter=chapter, by=by, blocks=[], published=False)
    own = make.lecture(by=by, owner_branch=tree.first)
    foreign = make.lecture(by=by, owner_branch=tree.third, title=CANARY)
    client.force_login(by)
    path = f"/admin/pages/{lesson.pk}/edit/"
    refused = client.post(path, editing(lesson, body=[("video", str(foreign.pk))]))
    assert refused.status_code == 200
    assert client.post(path, editing(lesson, body=[("video", str(own.pk))])).status_code == 302


@pytest.mark.slow
def test_the_chooser_offers_and_confirms_only_lectures_of_the_own_subtree(client, tree):
    by = make_instructor(tree.general)
    own = make.lecture(by=by, owner_branch=tree.first, title="本支部的课")
    foreign = make.lecture(by=by, owner_branch=tree.third, title=CANARY)
    client.force_login(by)
    listed = client.get("/admin/choose-lecture/").json()["html"]
    assert ("本支部的课" in listed, CANARY in listed) == (True, False)
    searched = client.get("/admin/choose-lecture/results/?q=本支部").content.decode()
    assert "本支部的课" in searched
    chosen = client.get(f"/admin/choose-lecture/chosen/{own.pk}/")
    assert chosen.json()["result"]["title"] == "本支部的课"
    assert client.get(f"/admin/choose-lecture/chosen/{foreign.pk}/").status_code == 404
    assert client.get("/admin/choose-lecture/chosen/nonsense/").status_code == 404
    several = client.get(f"/admin/choose-lecture/chosen-multiple/?id={own.pk}&id={foreign.pk}")
    assert [row["id"] for row in several.json()["result"]] == [str(own.pk)]


@pytest.mark.slow
def test_the_back_office_speaks_chinese(client, tree):
    client.force_login(make_administrator(tree.committee))
    index = CourseIndexPage.objects.get()
    page = client.get(f"/admin/pages/add/courses/coursepage/{index.pk}/").content.decode()
    assert ("学习对象" in page, "保存草稿" in page) == (True, True)
    assert translation.get_language() == "zh-hans"


@pytest.mark.slow
def test_the_preview_shows_the_page_as_members_will_see_it(client, tree):
    by = make_administrator(tree.committee)
    course, (lesson,) = make.course_with_lessons(by=make.editor())
    client.force_login(by)
    for page in (course, lesson):
        shown = client.get(f"/admin/pages/{page.pk}/view_draft/")
        assert shown.status_code == 200
        assert f"<h1>{page.title}</h1>" in shown.content.decode()


# --- A course for an audience the editor does not teach ------------------------------------------


def admin_routes(patterns=None, prefix=""):
    """Every address of the back office, with its converters."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from admin_routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and route.startswith("admin/"):
            yield route


def filled(route, page):
    """The address with the page's id wherever a number stands, or nothing if it wants others."""
    path = re.sub(r"<int:\w+>", str(page.pk), route)
    path = re.sub(r"<str:(?:app_label|app_name)>|<slug:(?:app_label|app_name)>", "courses", path)
    path = re.sub(r"<(?:str|slug):model_name>", page._meta.model_name, path)
    path = re.sub(r"<(?:str|slug):(?:pk|object_id|page_id)>", str(page.pk), path)
    path = re.sub(r"<str:\w+>|<slug:\w+>", "x", path)
    path = path.replace("^", "").replace("$", "").replace("\\Z", "")
    return None if re.search(r"[<(\[]", path) else f"/{path}"


@pytest.mark.slow
def test_no_address_of_the_back_office_shows_a_course_of_a_foreign_audience(client, tree):
    author = make.editor()
    course, (lesson,) = make.course_with_lessons(
        by=author, title=f"{CANARY} 密课", summary=CANARY, audience=tree.third
    )
    chapter = lesson.get_parent()
    chapter = chapter.specific
    LessonPage.objects.filter(pk=lesson.pk).update(transcript=CANARY, title=f"{CANARY} 密讲")
    lesson = LessonPage.objects.get(pk=lesson.pk)
    for page in (course.specific, chapter, lesson):
        page.save_revision(user=author)
    by = make_instructor(tree.first)
    client.force_login(by)
    index = CourseIndexPage.objects.get()
    paths = {
        filled(route, page) for route in admin_routes() for page in (course, chapter, lesson, index)
    }
    paths -= {None}
    paths |= {
        f"/admin/pages/{index.pk}/",
        "/admin/pages/search/?q=密课",
        "/admin/choose-page/search/?q=密课",
        f"/admin/choose-page/{index.pk}/",
        f"/admin/choose-page/{course.pk}/",
        f"/admin/api/main/pages/?child_of={index.pk}",
        "/admin/api/main/pages/?search=密课",
        f"/admin/api/main/pages/{course.pk}/",
    }
    leaks = []
    for path in sorted(paths):
        if path in {"/admin/logout/", "/admin/failwhale/"}:  # the latter raises by design
            continue
        response = client.get(path)
        if response.streaming:
            continue
        if CANARY in response.content.decode(errors="replace"):
            leaks.append((path, response.status_code))
    assert leaks == []
    assert len(paths) > 100


def test_a_question_during_the_lesson_names_an_option_that_exists():
    block = LessonPage._meta.get_field("check_questions").stream_block.child_blocks["question"]
    question = {"text": "多久召开一次支部党员大会？", "options": ["每月", "每季度"], "right": 2}

    assert block.clean(block.to_python(question))["right"] == 2
    with pytest.raises(ValidationError) as refused:
        block.clean(block.to_python({**question, "right": 3}))
    assert refused.value.block_errors["right"].messages == ["没有这么多选项，请改成有的那一项。"]
    with pytest.raises(ValidationError):
        block.clean(block.to_python({**question, "options": ["每月"], "right": 1}))
