"""The pages of markers, officers, secretaries and members."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from exams.attempts.models import AttemptState, ExamState, Release
from exams.corrections.models import Appeal, AppealSubject
from exams.corrections.rules import can_answer
from exams.credit.models import MemberYear
from exams.marking import result_queries, services
from exams.marking.models import KeyCorrection, Mark, MarkingPlace
from lms.core import clock
from lms.members.models import Member
from tests.factories import marked
from tests.factories.marked import chose, wrote
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_instructor,
    make_member,
    make_secretary,
)

SignedIn = Callable[[Member], Client]


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_marker_goes_from_answer_to_answer(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    marker = make_instructor(tree.committee)
    sat = marked.make_sat_exam(tree.committee, by=officer, kinds=["short"])
    people = [make_member(tree.first, name=name) for name in ("王建国", "李淑芬")]
    for member, words in zip(people, ("甲的看法", "乙的看法"), strict=True):
        marked.machine_marked(sat, member, [wrote(words)])
    client = signed_in(marker)
    first = client.post(f"/exams/{sat.exam.pk}/marking/begin/", follow=True)
    assert "甲的看法" in text(first)
    assert "王建国" not in text(first)
    assert tree.first.name not in text(first)
    address = first.redirect_chain[-1][0]
    refused = client.post(address, {"act": "save", "line_0": "4"})
    assert refused.status_code == 422
    second = client.post(
        address, {"act": "save", "line_0": "4", "line_1": "3", "comment": "联系实际再多一些"},
        follow=True,
    )  # fmt: skip
    assert "乙的看法" in text(second)
    mark = Mark.objects.get()
    assert (mark.points, mark.rubric) == (Decimal(7), ["4", "3"])
    address = second.redirect_chain[-1][0]
    client.post(address, {"act": "return", "reason": "认得字迹"})
    done = client.get(f"/exams/{sat.exam.pk}/marking/")
    assert "认得字迹" in text(done)
    assert signed_in(officer).get(address).status_code == 404


def test_who_sat_it_is_shown_where_marking_is_not_blind(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["short"], is_marked_blind=False)
    marked.machine_marked(sat, make_member(tree.first, name="王建国"), [wrote()])
    page = signed_in(officer).post(f"/exams/{sat.exam.pk}/marking/begin/", follow=True)
    assert "王建国" in text(page)


def test_likeness_is_a_hint_beside_the_answer(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    essay = "党员要认真学习理论，把学到的方法用到支部工作中去，做到学以致用，" * 2
    sat = marked.make_sat_exam(tree.committee, by=officer, kinds=["short"])
    for name, branch in (("王建国", tree.first), ("李淑芬", tree.first), ("赵德厚", tree.second)):
        marked.machine_marked(sat, make_member(branch, name=name), [wrote(essay)])
    page = signed_in(officer).post(f"/exams/{sat.exam.pk}/marking/begin/", follow=True)
    assert text(page).count("与另一份作答有 100.0% 相同") == 1  # of the own branch alone
    assert [name for name in ("王建国", "李淑芬") if name in text(page)] == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_exams_costs_the_same(
    tree: BranchTree, officer: Member, signed_in: SignedIn, number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(number):
        sat = marked.make_sat_exam(tree.first, by=officer)
        marked.machine_marked(sat, make_member(tree.first), [*chose(0, 0), wrote()])
    client = signed_in(officer)
    with django_assert_num_queries(5):
        page = client.get("/exams/marking/")
    assert text(page).count("待评 1 题") == number


@pytest.mark.parametrize("number", [1, 3])
def test_the_results_cost_the_same(
    tree: BranchTree, officer: Member, signed_in: SignedIn, number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    sat = marked.make_sat_exam(tree.committee, by=officer, kinds=["single"])
    for branch in (tree.first, tree.second, tree.third)[:number]:
        marked.machine_marked(sat, make_member(branch), chose(0))
    services.release_ended()
    client = signed_in(officer)
    with django_assert_num_queries(9):
        page = client.get(f"/exams/{sat.exam.pk}/results/")
    assert text(page).count("5/5") == number


def test_release_is_previewed_and_done_once(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    sat = marked.make_sat_exam(
        tree.first, by=officer, kinds=["single"] * 2, release=Release.BY_HAND
    )
    marked.machine_marked(sat, make_member(tree.first), chose(0, 0))
    marked.machine_marked(sat, make_member(tree.first), chose(0, 1))
    client, address = signed_in(officer), f"/exams/{sat.exam.pk}/release/"
    assert "公布以后，考生可以看到" in text(client.get(address))
    assert "已公布 2 份成绩" in text(client.post(address, follow=True))
    assert "已经公布过了" in text(client.post(address, follow=True))
    sat.exam.refresh_from_db()
    assert sat.exam.state == ExamState.RELEASED
    make_secretary(tree.first)
    assert signed_in(make_instructor(tree.first)).get(address).status_code == 404


def test_a_key_is_corrected_after_its_preview(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["single"])
    attempt = marked.machine_marked(sat, make_member(tree.first, name="王建国"), chose(1))
    services.release_ended()
    client = signed_in(officer)
    address = f"/exams/{sat.exam.pk}/keys/{sat.items[0].version_id}/"
    said = {"ruling": "accept", "accepted": ["0", "1"], "reason": "乙也对"}
    preview = client.post(address, said)
    assert "王建国" in text(preview)
    assert KeyCorrection.objects.count() == 0
    done = client.post(address, said | {"digest": preview.context["preview"].digest}, follow=True)
    assert "1 人由不及格变及格" in text(done)
    attempt.refresh_from_db()
    assert attempt.is_passed is True
    nothing = client.post(address, {"ruling": "accept", "accepted": [], "reason": "?"})
    assert nothing.status_code == 422


def test_a_member_reads_the_own_result_when_it_is_released(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    version = marked.make_version(
        tree.first, by=officer, correct=2, explanation="<p>见第十条。</p>"
    )
    written = marked.make_version(tree.first, by=officer, kind="short")
    sat = marked.make_sat_exam(
        tree.first, by=officer, versions=[version, written], study_hours=Decimal(1)
    )
    member = make_member(tree.first)
    attempt = marked.machine_marked(sat, member, [*chose(2), wrote("我的看法")])
    client, address = signed_in(member), f"/exams/{attempt.pk}/result/"
    before = text(client.get(address))
    assert ("还没有公布" in before, "见第十条" in before, "要点略" in before) == (
        True,
        False,
        False,
    )
    marked.mark_next(sat, officer, "8", comment="写得实在")
    services.release_ended()
    after = text(client.get(address))
    for words in (
        "13",
        "满分 15",
        "及格",
        "见第十条",
        "要点略",
        "写得实在",
        "我的看法",
        "正确答案",
    ):
        assert words in after
    assert signed_in(officer).get(address).status_code == 404


def test_no_key_leaves_while_others_may_still_sit_it(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    version = marked.make_version(
        tree.first, by=officer, correct=2, explanation="<p>canary</p>", stem="<p>canary</p>"
    )
    sat = marked.make_sat_exam(
        tree.first, by=officer, versions=[version], release=Release.AT_ONCE, is_over=False
    )
    member = make_member(tree.first)
    attempt = marked.machine_marked(sat, member, chose(2))
    assert attempt.state == AttemptState.RELEASED
    page = text(signed_in(member).get(f"/exams/{attempt.pk}/result/"))
    assert ("满分 5" in page, "canary" in page) == (True, False)


def test_denominators_say_who_is_in_them(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    secretary = make_secretary(tree.first)
    passed, failed, _absent, exempt, _elsewhere = (make_member(tree.first) for _ in range(5))
    MemberYear.objects.update_or_create(
        member=exempt, year=clock.today().year, defaults={"is_due": False}
    )
    guest = make_member(None)
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["single"])
    marked.machine_marked(sat, passed, chose(1))
    marked.machine_marked(sat, passed, chose(0), number=2)
    marked.machine_marked(sat, failed, chose(1))
    marked.machine_marked(sat, guest, chose(0))
    before = result_queries.results_for(secretary, sat.exam).whole
    assert (before.sat, before.passed) == (2, 0)
    services.release_ended()
    sat.exam.refresh_from_db()
    found = result_queries.results_for(officer, sat.exam).whole
    assert (found.expected, found.sat, found.passed, found.exempt, found.others) == (5, 2, 1, 1, 1)
    own = result_queries.results_for(secretary, sat.exam).whole
    assert (own.expected, own.sat, own.passed, own.exempt, own.others) == (5, 2, 1, 1, 0)
    other = make_administrator(tree.second)
    assert signed_in(other).get(f"/exams/{sat.exam.pk}/results/").status_code == 404


def test_the_file_has_the_same_people(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer, kinds=["single"])
    marked.machine_marked(sat, make_member(tree.first, name="王建国"), chose(0))
    make_member(tree.first, name="李淑芬")
    services.release_ended()
    answer = signed_in(officer).get(f"/exams/{sat.exam.pk}/results/results.xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)][:2]
    assert [(row[0], row[4], row[5], row[7]) for row in rows] == [
        ("王建国", 1, 5, "及格"),
        ("李淑芬", 0, None, "未参加"),
    ]


def test_a_third_marker_sees_what_the_two_said(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    sat = marked.make_sat_exam(tree.committee, by=officer, kinds=["short"], markers_per_answer=2)
    marked.machine_marked(sat, make_member(tree.first), [wrote()])
    marked.mark_next(sat, make_instructor(tree.committee), "3", comment="离题")
    marked.mark_next(sat, make_instructor(tree.committee), "9", comment="切题")
    page = text(signed_in(officer).post(f"/exams/{sat.exam.pk}/marking/begin/", follow=True))
    assert [word for word in ("裁定", "离题", "切题") if word in page] == ["裁定", "离题", "切题"]
    assert MarkingPlace.objects.get(number=3).marker == officer


@pytest.mark.parametrize("number", [1, 3])
def test_a_secretary_finds_the_exams_of_those_above(
    tree: BranchTree, officer: Member, signed_in: SignedIn, number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(number):
        marked.make_sat_exam(tree.committee, by=officer, title="全员测试")
    marked.make_sat_exam(tree.second, by=officer, title="别的支部的测试")
    client = signed_in(make_secretary(tree.first))
    with django_assert_num_queries(7):
        page = text(client.get("/exams/results/"))
    assert (page.count("全员测试"), page.count("别的支部的测试")) == (number, 0)


def test_a_result_is_appealed_against_before_who_holds_the_exam(
    tree: BranchTree, officer: Member, signed_in: SignedIn
) -> None:
    sat = marked.make_sat_exam(tree.committee, by=officer, kinds=["single"])
    member = make_member(tree.first)
    attempt = marked.machine_marked(sat, member, chose(1))
    client, address = signed_in(member), f"/exams/{attempt.pk}/appeal/"
    assert client.get(address).status_code == 404
    services.release_ended()
    assert client.get(address).status_code == 200
    client.post(address, {"text": "第一题题干有歧义，请复核。"})
    appeal = Appeal.objects.get()
    assert (appeal.subject, appeal.branch, appeal.title) == (
        AppealSubject.EXAM, tree.committee, "党章知识测试",
    )  # fmt: skip
    assert can_answer(officer, appeal)
    assert not can_answer(make_secretary(tree.first), appeal)
    assert client.get(address)["Location"] == f"/appeals/{appeal.pk}/"
    assert signed_in(officer).get(address).status_code == 404
