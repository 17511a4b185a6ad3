"""The pages of training classes: who sees which, and with how many queries."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.training import essays, services
from courses.training.models import Enrolment, Essay, TrainingClass
from exams.passing.pass_rules import Condition, Group
from lms.members.models import Member
from tests.factories import courses
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)
from tests.factories.training import CONFIRMED, ESSAY, enrol, make_class

pytestmark = pytest.mark.django_db
TEXT = "这次培训让我对支部工作的方法有了更清楚的认识。" * 6


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.slow
def test_a_member_sees_the_plan_and_what_is_missing_of_the_own_classes(tree: BranchTree) -> None:
    member = make_member(tree.first)
    course, (lesson,) = courses.course_with_lessons(by=courses.editor(), title="读懂一份条例")
    rule = Group((Condition("plan"), Condition("confirmation")))
    made = make_class(tree.first, rule=rule, required=(course,))
    draft = make_class(tree.first, opened=False)
    for one in (made, draft):
        enrol(one, member)
    client = signed_in(member)
    listed = text_of(client, "/classes/")
    assert (made.title in listed, draft.title in listed) == (True, False)
    shown = text_of(client, f"/classes/{made.pk}/")
    for words in ("读懂一份条例", f"《{lesson.title}》未学完", "等班主任确认", "结业得 2 学分"):
        assert words in shown
    assert client.get(f"/classes/{draft.pk}/").status_code == 404
    assert signed_in(make_member(tree.first)).get(f"/classes/{made.pk}/").status_code == 404


@pytest.mark.slow
def test_an_essay_goes_from_the_member_to_the_teacher_and_back(tree: BranchTree) -> None:
    member, teacher = make_member(tree.first), make_member(tree.second)
    made = make_class(tree.first, rule=ESSAY, teacher=teacher)
    enrolment = enrol(made, member)
    own, theirs = signed_in(member), signed_in(teacher)
    page = f"/classes/{made.pk}/"
    short = own.post(f"{page}essay/", {"text": "很好"})
    assert (short.status_code, "至少写 100 个字" in short.content.decode()) == (422, True)
    assert own.post(f"{page}essay/", {"text": TEXT}).status_code == 302
    essay = Essay.objects.get()
    person = f"{page}people/{enrolment.pk}/"
    assert "心得待审阅" in text_of(theirs, f"{page}people/")
    refused = theirs.post(f"{person}essays/{essay.pk}/", {"decision": "return"}, follow=True)
    assert "退回时请写明要怎么改" in refused.content.decode()
    theirs.post(f"{person}essays/{essay.pk}/", {"decision": "return", "comment": "写具体些"})
    assert "写具体些" in text_of(own, page)
    own.post(f"{page}essay/", {"text": TEXT})
    second = Essay.objects.latest("pk")
    theirs.post(f"{person}essays/{second.pk}/", {"decision": "accept"})
    assert list(Essay.objects.order_by("pk").values_list("state", flat=True)) == [
        "returned",
        "accepted",
    ]


@pytest.mark.slow
def test_a_teacher_confirms_and_a_secretary_only_looks(tree: BranchTree) -> None:
    member, teacher = make_member(tree.first), make_member(tree.second)
    made = make_class(tree.second, rule=CONFIRMED, teacher=teacher)
    enrolment = enrol(made, member)
    enrol(made, make_member(tree.second, name="第二支部的人"))
    person = f"/classes/{made.pk}/people/{enrolment.pk}/"
    secretary = signed_in(make_secretary(tree.first))
    people = text_of(secretary, f"/classes/{made.pk}/people/")
    assert (member.name in people, "第二支部的人" in people) == (True, False)
    assert "确认合格</button>" not in text_of(secretary, person)
    assert secretary.post(f"{person}confirmation/", {"decision": "confirm"}).status_code == 404
    theirs = signed_in(teacher)
    theirs.post(f"{person}confirmation/", {"decision": "confirm"})
    assert Enrolment.objects.get(pk=enrolment.pk).confirmed_by == teacher
    theirs.post(f"{person}confirmation/", {"decision": "take-back"})
    assert Enrolment.objects.get(pk=enrolment.pk).confirmed_at is None
    own = enrol(made, teacher)
    assert (
        theirs.post(
            f"/classes/{made.pk}/people/{own.pk}/confirmation/", {"decision": "confirm"}
        ).status_code
        == 404
    )


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_as_many_queries_for_one_as_for_three(tree: BranchTree, count: int) -> None:
    course, _lessons = courses.course_with_lessons(by=courses.editor())
    member = make_member(tree.first)
    rule = Group(tuple(Condition(kind) for kind in ("plan", "essay", "confirmation")))
    classes = [make_class(tree.first, rule=rule, required=(course,)) for _class in range(count)]
    for one in classes:
        enrol(one, member)
    full = make_class(tree.second, rule=rule, required=(course,))
    for enrolment in [enrol(full, make_member(tree.second)) for _person in range(count)]:
        essays.hand_in_essay(enrolment=enrolment, text=TEXT)
    first, second = signed_in(make_secretary(tree.first)), signed_in(make_secretary(tree.second))
    office = signed_in(make_administrator(tree.committee))
    assert {
        "own": statements(signed_in(member), "/classes/"),
        "led": statements(first, "/classes/led/"),
        "people": statements(second, f"/classes/{full.pk}/people/"),
        "office": statements(office, f"/admin/classes/{full.pk}/people/"),
    } == {"own": 6, "led": 9, "people": 15, "office": 24}


# --- The back office ------------------------------------------------------------------------------


@pytest.fixture
def office(tree: BranchTree) -> Client:
    return signed_in(make_administrator(tree.general))


@pytest.mark.slow
def test_a_class_is_made_planned_ruled_filled_and_opened(tree: BranchTree, office: Client) -> None:
    teacher, member = make_member(tree.first), make_member(tree.second)
    course, (lesson,) = courses.course_with_lessons(by=courses.editor())
    fields = {
        "title": "党务工作基础培训班",
        "branch": tree.general.pk,
        "starts_on": "2026-10-01",
        "ends_on": "2026-09-01",
        "teacher_number": "999",
        "minimum_electives": "0",
        "credits": "2",
        "gives_certificate": "on",
        "certificate_words": "准予结业。",
    }
    refused = office.post("/admin/classes/new/", fields)
    assert "您管理的党员里没有这个编号" in refused.content.decode()
    assert "结班日期不能早于开班日期" in refused.content.decode()
    fields |= {"ends_on": "2099-12-31", "teacher_number": teacher.number}
    assert office.post("/admin/classes/new/", fields).status_code == 302
    made = TrainingClass.objects.get()
    assert (made.teacher, made.state, made.created_by.name[:2]) == (teacher, "draft", "党员")
    base = f"/admin/classes/{made.pk}/"
    not_ready = office.post(f"{base}open/", follow=True)
    assert "还没有设结业条件" in not_ready.content.decode()
    for page, required in ((f"course:{course.pk}", "yes"), (f"lesson:{lesson.pk}", "no")):
        office.post(f"{base}plan/", {"action": "add", "page": page, "is_required": required})
    assert list(made.plan.order_by("pk").values_list("course", "lesson", "is_required")) == [
        (course.pk, None, True),
        (None, lesson.pk, False),
    ]
    office.post(f"{base}plan/", {"action": "remove", "item": made.plan.latest("pk").pk})
    office.post(f"{base}rule/", {"action": "add", "kind": "plan"})
    wrong = office.post(f"{base}rule/", {"action": "add", "kind": "hours", "hours-hours": "-1"})
    assert wrong.status_code == 200
    office.post(
        f"{base}rule/",
        {"action": "add", "kind": "hours", "hours-hours": "4", "hours-categories": ["group"]},
    )
    office.post(f"{base}rule/", {"action": "add", "kind": "essay", "beside": "1"})
    office.post(f"{base}rule/", {"action": "add", "kind": "confirmation"})
    office.post(f"{base}rule/", {"action": "needed", "needed": "2"})
    office.post(f"{base}rule/", {"action": "remove", "place": "2"})
    made.refresh_from_db()
    assert made.pass_rule == {
        "needed": 2,
        "parts": [
            {"kind": "plan"},
            {
                "needed": 1,
                "parts": [
                    {"kind": "hours", "hours": "4", "categories": ["group"]},
                    {"kind": "essay"},
                ],
            },
        ],
    }
    assert "培训期间修满 4 学时集体学习" in text_of(office, f"{base}rule/")
    people = f"{base}people/new/"
    nobody = office.post(people, {"how": "ticked", "enrolled_on": "2026-10-01"}, follow=True)
    assert "没有选中任何人" in nobody.content.decode()
    pasted = {"how": "pasted", "enrolled_on": "2026-10-01", "numbers": f"{member.number}，0000"}
    answer = office.post(people, pasted, follow=True).content.decode()
    assert ("新编入 1 人" in answer, "没有编号 0000" in answer) == (True, True)
    ticked = {"how": "ticked", "enrolled_on": "2026-10-02", "members": [teacher.pk]}
    office.post(people, {**ticked, "branch": tree.first.pk})
    office.post(people, {"how": "all", "enrolled_on": "2026-10-03", "branch": tree.second.pk})
    assert list(made.enrolments.order_by("pk").values_list("member", flat=True)) == [
        member.pk,
        teacher.pk,
    ]
    assert office.post(f"{base}open/").status_code == 302
    made.refresh_from_db()
    assert made.state == "open"


@pytest.mark.slow
def test_people_are_extended_withdrawn_and_opened_again(tree: BranchTree, office: Client) -> None:
    made = make_class(tree.first)
    enrolment = enrol(made, make_member(tree.first))
    services.fail_enrolment(enrolment=enrolment, reason="到期时等班主任确认。")
    page = f"/admin/classes/{made.pk}/people/{enrolment.pk}/"
    assert "到期时等班主任确认" in text_of(office, page)
    past = office.post(page, {"action": "again", "until": "2020-01-01"})
    assert "请填今天或以后的日期" in past.content.decode()
    office.post(page, {"action": "again", "until": "2099-01-01"})
    enrolment.refresh_from_db()
    assert (enrolment.state, str(enrolment.extended_until)) == ("enrolled", "2099-01-01")
    office.post(page, {"action": "withdraw", "reason": "工作调动"})
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.reason) == ("withdrawn", "工作调动")
    office.post(page, {"action": "again", "until": ""})
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.extended_until) == ("enrolled", None)


def test_a_draft_can_be_discarded_and_an_open_class_cannot(
    tree: BranchTree, office: Client
) -> None:
    draft, opened = make_class(tree.first, opened=False), make_class(tree.first)
    enrol(draft, make_member(tree.first))
    assert office.post(f"/admin/classes/delete/{draft.pk}/").status_code == 302
    assert office.post(f"/admin/classes/delete/{opened.pk}/").status_code == 404
    assert list(TrainingClass.objects.all()) == [opened]


def test_the_form_offers_own_branches_alone(tree: BranchTree, office: Client) -> None:
    foreign = make_branch_tree("外")
    page = office.get("/admin/classes/new/").content.decode()
    assert (f'value="{tree.first.pk}"' in page, f'value="{foreign.first.pk}"' in page) == (
        True,
        False,
    )


@pytest.mark.slow
def test_certificates_are_revoked_and_replaced_with_a_reason(
    tree: BranchTree, office: Client
) -> None:
    from exams.certificates.models import Certificate
    from exams.certificates.services import issue_certificate
    from tests.factories.training import passed

    certificate: Any = issue_certificate(
        enrolment_id=passed(make_class(tree.first), make_member(tree.first)).pk
    )
    page = f"/admin/certificates/{certificate.pk}/"
    assert office.post(page, {"action": "revoke", "reason": ""}).status_code == 422
    answer = office.post(page, {"action": "reissue", "reason": "姓名有误"})
    new = Certificate.objects.latest("pk")
    assert (answer["Location"], new.replaces) == (f"/admin/certificates/{new.pk}/", certificate)
    office.post(f"/admin/certificates/{new.pk}/", {"action": "revoke", "reason": "发错了"})
    assert list(Certificate.objects.order_by("pk").values_list("state", flat=True)) == [
        "replaced",
        "revoked",
    ]
    sibling = signed_in(make_administrator(tree.third))
    assert sibling.post(page, {"action": "revoke", "reason": "不该"}).status_code == 404
