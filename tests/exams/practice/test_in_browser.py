"""Practice and the bank in a real browser: every type answered, two widths, elder version, axe."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from exams.practice.models import PracticeCard
from exams.questions.models import Question
from exams.questions.services import Written
from exams.questions.source_services import add_topic
from lms.demo.bank_texts import CONSTITUTION, QUESTIONS
from tests.factories import courses
from tests.factories.members import make_branch_tree, make_instructor, make_member
from tests.factories.questions import make_card, make_edition, make_question

BY_PEOPLE = {"short", "essay", "case"}


@pytest.fixture
def school(transactional_db: None) -> dict[str, Any]:
    """One question of each type, those for machines open for practice; some answered wrong."""
    tree = make_branch_tree()
    teacher, member = make_instructor(tree.general), make_member(tree.first, name="张秀英")
    edition = make_edition(tree.general, CONSTITUTION, by=teacher, name="2022 年修改")
    _course, lessons = courses.course_with_lessons(by=courses.editor(), lessons=1)
    clauses = {clause.number: clause for clause in edition.clauses.all()}
    first_of: dict[str, Any] = {}
    for text in QUESTIONS:
        if text.kind not in first_of:
            first_of[text.kind] = text
    first_of["single"] = next(text for text in QUESTIONS if text.clause)
    questions = {
        kind: make_question(
            tree.general,
            by=teacher,
            kind=kind,
            written=Written(text.stem, text.content, text.key, text.explanation or "见条文。"),
            topic=add_topic(by=teacher, branch=tree.general, name=text.topic),
            clause=clauses.get(text.clause),
            lesson=lessons[0],
            lesson_second=30,
            is_for_practice=kind not in BY_PEOPLE,
        )
        for kind, text in first_of.items()
    }
    make_card(member, questions["single"])
    picture = courses.picture(by=teacher, size=(640, 360))
    Question.objects.filter(pk=questions["multiple"].pk).update(review_reason="依据条文已修订")
    return {"teacher": teacher, "member": member, "questions": questions, "picture": picture}


def signed_in(page: Any, member: Any, address: str) -> Any:
    client = Client()
    client.force_login(member)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}]
    )
    return page


@pytest.mark.parametrize("look", ["standard", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_practice_are_accessible_at_both_widths(
    width: int,
    look: str,
    school: dict[str, Any],
    school_server: str,
    open_page: Any,
    assert_accessible: Any,
    shoot: Any,
) -> None:
    page = open_page(width=width, height=844 if width == 390 else 800)
    if look == "elder":
        page.context.add_cookies(
            [{"name": "presentation", "value": "mode:elder", "url": school_server}]
        )
    signed_in(page, school["member"], school_server)
    questions = school["questions"]
    addresses = {
        "practice": "/practice/",
        "wrong": "/practice/wrong/",
        "answer": f"/practice/{questions['single'].pk}/answer/",
        **{
            kind: f"/practice/{question.pk}/"
            for kind, question in questions.items()
            if kind not in BY_PEOPLE
        },
    }
    for name, address in addresses.items():
        page.goto(address)
        assert_accessible(page)
        shoot(page, f"practice-{name}-{look}")


def test_every_type_is_answered_without_a_script_and_told_what_is_right(
    school: dict[str, Any], school_server: str, open_page: Any, shoot: Any
) -> None:
    page = open_page(width=390, height=844, java_script_enabled=False)
    signed_in(page, school["member"], school_server)
    for kind, question in school["questions"].items():
        if kind in BY_PEOPLE:
            continue
        page.goto(f"/practice/{question.pk}/")
        for one in page.locator(".answer input[type=text]").all():
            one.fill("全心全意")
        for place, one in enumerate(page.locator(".answer select").all(), 1):
            one.select_option(index=place % 4 + 1)
        if page.locator(".answer input[type=radio], .answer input[type=checkbox]").count():
            page.locator(".answer").first.click()
        page.get_by_role("button", name="提交答案").click()
        assert page.locator("h1").inner_text() in {"答对了", "答错了"}
    cards = PracticeCard.objects.filter(member=school["member"])
    assert cards.count() == len(school["questions"]) - len(BY_PEOPLE)
    assert page.get_by_role("link", name="看讲解这一段").get_attribute("href").endswith("?t=30")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_back_office_shows_and_edits_every_type(
    width: int, school: dict[str, Any], school_server: str, open_page: Any, shoot: Any
) -> None:
    page = signed_in(open_page(width=width, height=800), school["teacher"], school_server)
    questions = school["questions"]
    addresses = {
        "list": "/admin/questions/",
        "duplicates": "/admin/questions/duplicates/",
        "sources": "/admin/questions/sources/",
        "source": f"/admin/questions/sources/{questions['single'].clause.edition.text_id}/",
        "topics": "/admin/questions/topics/",
        "question": f"/admin/questions/{questions['multiple'].pk}/",
        "case": f"/admin/questions/{questions['case'].pk}/",
        **{
            f"edit-{kind}": f"/admin/questions/{question.pk}/edit/"
            for kind, question in questions.items()
        },
    }
    for name, address in addresses.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shoot(page, f"bank-{name}")


def test_a_picture_is_delivered_to_its_reader_alone(
    school: dict[str, Any], school_server: str, open_page: Any
) -> None:
    page = signed_in(open_page(), school["teacher"], school_server)
    page.goto(f"/admin/questions/{school['questions']['single'].pk}/edit/")
    page.locator("select[name=picture]").select_option(str(school["picture"].pk))
    page.locator("button[name=save]").click()
    image = page.locator("img.question__picture")
    image.wait_for()
    assert image.evaluate("one => one.decode().then(() => one.naturalWidth)") == 640
    address = image.get_attribute("src")
    other = signed_in(open_page(), school["member"], school_server)
    assert other.request.get(f"{school_server}{address}").status == 404
