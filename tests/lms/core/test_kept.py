"""What is drawn once is kept by value: language, choices, person and content are in the key."""

from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from lms.core.design.kept import drawn, filled, sign
from tests.factories.courses import course_with_lessons, editor
from tests.factories.members import make_branch_tree, make_member, make_secretary
from tests.factories.progress import completed


def shown(source: str, **values: Any) -> str:
    return Template("{% load design %}" + source).render(Context(values))


def test_equal_values_of_other_types_are_drawn_for_themselves() -> None:
    tag = "{% stat 'x' value %}"
    assert ">1<" in shown(tag, value=1)
    assert ">True<" in shown(tag, value=True)
    assert ">1.00<" in shown(tag, value=Decimal("1.00"))


def test_text_is_escaped_also_after_the_same_text_was_safe() -> None:
    assert "<b>new</b>" in shown("{% badge text %}", text=mark_safe("<b>new</b>"))
    assert "&lt;b&gt;new&lt;/b&gt;" in shown("{% badge text %}", text="<b>new</b>")


def test_a_component_is_drawn_in_the_language_of_the_moment() -> None:
    lazy = gettext_lazy("课程")
    with override("zh-hans"):
        assert "课程" in shown("{% badge text %}", text=lazy)
    with override("en"):
        assert "Courses" in shown("{% badge text %}", text=lazy)


def test_what_is_no_plain_value_is_not_kept() -> None:
    class Figure:
        shown = "first"

        def __str__(self) -> str:
            return self.shown

    figure = Figure()
    assert "first" in shown("{% stat 'x' value %}", value=figure)
    figure.shown = "second"
    assert "second" in shown("{% stat 'x' value %}", value=figure)


def test_a_filling_is_put_in_afterwards_and_never_kept() -> None:
    def labelled(mode: str) -> dict[str, Any]:
        drawings.append(mode)
        return {"label": "100 %", "href": sign("where"), "kind": mode, "type": "submit"}

    drawings: list[str] = []
    pages = [
        filled("components/button.html", {"where": where}, labelled, mode)
        for mode in ("primary", "quiet")
        for where in ("/one/?a=%20", "/two/")
    ]
    assert drawings == ["primary", "quiet"]
    assert [page.count("100 %") for page in pages] == [1] * 4
    assert ['href="/one/?a=%20"' in page for page in pages] == [True, False, True, False]
    assert [sign("where") in page for page in pages] == [False] * 4


def test_the_same_values_are_drawn_once() -> None:
    first = drawn("components/elder_switch.html", mode="elder")
    assert drawn("components/elder_switch.html", mode="elder") is first
    assert drawn("components/elder_switch.html", mode="standard") != first


@pytest.mark.django_db
class TestFrame:
    def test_each_person_sees_the_own_name_and_places(self) -> None:
        tree = make_branch_tree()
        people = [make_secretary(tree.first), make_member(tree.first), make_member(tree.second)]
        for _ in range(2):  # the second time from what was kept
            for person in people:
                client = Client()
                client.force_login(person)
                page = client.get("/help/").content.decode()
                names = [other.name for other in people if f"<b>{other.name}</b>" in page]
                assert names == [person.name]
                assert person.number in page
                assert ('href="/board/"' in page) is (person == people[0])

    def test_who_is_signed_out_sees_nobody(self) -> None:
        person = make_member(make_branch_tree().first)
        client = Client()
        client.force_login(person)
        assert person.name in client.get("/help/").content.decode()
        client.logout()
        page = client.get("/help/").content.decode()
        assert person.name not in page
        assert 'id="sign-out"' not in page

    def test_each_choice_and_language_is_shown(self, client: Client) -> None:
        def pressed() -> list[str]:
            page = client.get("/help/").content.decode()
            buttons = [part.split(">")[0] for part in page.split("<button ")]
            return [
                button.split('value="')[1].split('"')[0]
                for button in buttons
                if 'aria-pressed="true"' in button
            ]

        assert pressed() == ["standard", "auto", "zh-hans"]
        for name, value, expected in (
            ("size", "large", ["large", "auto", "zh-hans"]),
            ("theme", "dark", ["large", "dark", "zh-hans"]),
            ("language", "en", ["large", "dark", "en"]),
            ("mode", "elder", ["large", "dark", "en"]),
        ):
            client.post("/preferences/", {name: value})
            assert pressed() == expected
        page = client.get("/help/").content.decode()
        assert 'name="mode" value="standard"' in page
        assert "Standard" in page

    def test_the_forms_of_the_frame_have_a_token_and_lead_back(self) -> None:
        person = make_member(make_branch_tree().first)
        client = Client(enforce_csrf_checks=True)
        client.force_login(person)
        page = client.get("/courses/?q=a").content.decode()
        form = page.split('<form id="preferences"')[1].split("</form>")[0]
        token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        assert 'name="next" value="/courses/?q=a"' in form
        sent = {"csrfmiddlewaretoken": token, "next": "/courses/?q=a", "size": "large"}
        answer: Any = client.post("/preferences/", sent)
        assert answer.url == "/courses/?q=a"
        assert client.post("/preferences/", {"size": "large"}).status_code == 403
        answer = client.post("/sign-out/", {"csrfmiddlewaretoken": token})
        assert answer.url == "/sign-in/"


@pytest.mark.slow
@pytest.mark.django_db
def test_the_course_page_follows_people_languages_and_content() -> None:
    tree = make_branch_tree()
    by = editor()
    course, lessons = course_with_lessons(by=by, lessons=2)
    done, fresh = make_member(tree.first), make_member(tree.first)
    completed(done, lessons[0])

    def page(person: Any, language: str = "zh-hans") -> str:
        client = Client()
        client.force_login(person)
        client.cookies["django_language"] = language
        return client.get(course.route()).content.decode()

    for _ in range(2):
        assert "继续学习" in page(done)
        assert "开始学习" in page(fresh)
        assert "开始学习" not in page(fresh, "en")
        assert lessons[0].title in page(fresh)
    lessons[0].title = "另一个题目"
    lessons[0].save_revision(user=by).publish()
    assert "另一个题目" in page(done)
    assert "另一个题目" in page(fresh)
    lessons[0].unpublish()
    assert "另一个题目" not in page(done)
