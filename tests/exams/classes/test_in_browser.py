"""Training classes and certificates in a real browser: two widths, elder version, axe."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from courses.training import essays, services
from courses.training.models import Enrolment
from exams.certificates.services import issue_certificate, reissue_certificate, render_certificate
from exams.passing.pass_rules import Condition, Group
from tests.factories import courses, progress
from tests.factories.members import make_administrator, make_branch_tree, make_member
from tests.factories.training import enrol, make_class, passed

TEXT = (
    "这次培训从台账、文档和会议记录这些每天都做的事讲起，很实用。以前我们支部的名册有三份，各记各的，"
    "学完以后合成了一份，专人维护，每月核对一次。\n\n集体学习时大家一起对照条例找问题。"
) * 2
RULE = Group(
    (
        Condition("plan"),
        Group((Condition("hours", {"hours": "4", "categories": ["group"]}), Condition("essay")), 1),
        Condition("essay"),
        Condition("confirmation"),
    )
)


@pytest.fixture
def school(transactional_db: None) -> dict[str, Any]:
    """A running class with people in every state, one of them with a certificate."""
    tree = make_branch_tree()
    administrator = make_administrator(tree.general, name="陈书宁")
    teacher = make_member(tree.first, name="周明远")
    people = {
        name: make_member(tree.first, name=name)
        for name in ("张秀英", "王䶮", "古丽娜尔·艾山", "李淏", "刘建业")
    }
    by = courses.editor()
    course, lessons = courses.course_with_lessons(by=by, lessons=4, title="支部工作中的数字技能")
    elective, _lessons = courses.course_with_lessons(by=by, title="读懂一份条例")
    made = make_class(
        tree.general,
        title="党务工作基础培训班",
        rule=RULE,
        required=(course,),
        electives=(elective,),
        minimum_electives=1,
        teacher=teacher,
        by=administrator,
        introduction="面向各支部的党务工作者和骨干。先学完必修课程，再从选修里挑一门。",
    )
    enrol(made, *people.values())
    rows = {
        name: made.enrolments.select_related("training_class__branch", "member").get(member=person)
        for name, person in people.items()
    }
    progress.completed(people["张秀英"], lessons[0])
    returned = essays.hand_in_essay(enrolment=rows["张秀英"], text=TEXT)
    essays.return_essay(essay=returned, by=teacher, comment="请写写本支部的一件具体事。")
    essays.hand_in_essay(enrolment=rows["古丽娜尔·艾山"], text=TEXT)
    services.withdraw(enrolment=rows["刘建业"], reason="工作调动，下期再参加")
    services.fail_enrolment(enrolment=rows["李淏"], reason="到期时还差 2 学时集体学习。")
    services.pass_enrolment(enrolment=rows["王䶮"])
    first = issue_certificate(enrolment_id=rows["王䶮"].pk)
    old_class = make_class(tree.general, title="发展对象培训班", by=administrator)
    other = issue_certificate(enrolment_id=passed(old_class, people["王䶮"]).pk)
    assert first is not None
    assert other is not None
    new = reissue_certificate(certificate=first, by=administrator, reason="班名有误")
    render_certificate(certificate_id=new.pk)
    draft = make_class(tree.general, title="入党积极分子培训班", opened=False, by=administrator)
    return {
        "member": people["张秀英"],
        "graduate": people["王䶮"],
        "teacher": teacher,
        "administrator": administrator,
        "class": made,
        "draft": draft,
        "waiting": Enrolment.objects.get(pk=rows["古丽娜尔·艾山"].pk),
        "failed": rows["李淏"],
        "old": first,
        "new": new,
    }


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
def test_the_pages_are_accessible_at_both_widths(
    width: int,
    look: str,
    school: dict[str, Any],
    school_server: str,
    open_page: Any,
    assert_accessible: Any,
    shoot: Any,
    page_watch: Any,
) -> None:
    page_watch.expect("status of (404|422)")  # the verify page of an unknown code
    page = open_page(width=width, height=844 if width == 390 else 800)
    if look == "elder":
        page.context.add_cookies(
            [{"name": "presentation", "value": "mode:elder", "url": school_server}]
        )
    made = school["class"]
    base = f"/classes/{made.pk}/"
    visits: list[tuple[Any, dict[str, str]]] = [
        (
            None,
            {
                "verify": "/verify/",
                "verify-wrong": "/verify/?code=abc",
                "verify-unknown": "/verify/00000-00000-00000-00000/",
                "verified": f"/verify/{school['new'].printed_code}/",
                "verified-replaced": f"/verify/{school['old'].printed_code}/",
            },
        ),
        (
            school["member"],
            {"classes": "/classes/", "class": base},
        ),
        (
            school["graduate"],
            {
                "class-passed": base,
                "certificate": f"/certificates/{school['new'].pk}/",
                "certificate-replaced": f"/certificates/{school['old'].pk}/",
                "archive-certificates": "/archive/",
            },
        ),
        (
            school["teacher"],
            {
                "classes-led": "/classes/led/",
                "class-people": f"{base}people/",
                "class-person": f"{base}people/{school['waiting'].pk}/",
            },
        ),
    ]
    for person, paths in visits:
        if person is not None:
            signed_in(page, person, school_server)
        for name, path in paths.items():
            page.goto(path)
            page.wait_for_load_state("networkidle")
            shoot(page, f"{name}-{look}")
            assert_accessible(page)


def test_the_back_offices_pages_stand_at_both_widths(
    school: dict[str, Any], school_server: str, open_page: Any, shoot: Any
) -> None:
    made = school["class"]
    base = f"/admin/classes/{made.pk}/"
    for width in (390, 1280):
        page = signed_in(open_page(width=width), school["administrator"], school_server)
        for name, path in {
            "classes": "/admin/classes/",
            "class-new": "/admin/classes/new/",
            "class-edit": f"/admin/classes/edit/{made.pk}/",
            "class-plan": f"{base}plan/",
            "class-rule": f"{base}rule/",
            "class-people": f"{base}people/",
            "class-enrol": f"/admin/classes/{school['draft'].pk}/people/new/",
            "class-person": f"{base}people/{school['failed'].pk}/",
            "certificates": "/admin/certificates/",
            "certificate": f"/admin/certificates/{school['new'].pk}/",
        }.items():
            answer = page.goto(path)
            page.wait_for_load_state("networkidle")
            shoot(page, f"office-{name}")
            assert answer.ok
            sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert sideways <= 0, name
