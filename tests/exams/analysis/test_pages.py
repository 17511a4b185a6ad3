"""The analysis of an exam from its attempts: which count, what is shown, what it costs."""

from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from exams.analysis.queries import analysis_of
from exams.analysis.statistics import Flag
from exams.marking import regrade_services, services
from exams.marking.scoring import Decided, Ruling
from exams.questions.models import Topic
from lms.members.models import Member
from tests.factories import marked
from tests.factories.marked import Sat, chose
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
)


@pytest.fixture
def tree(db: None) -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def officer(tree: BranchTree) -> Member:
    return make_administrator(tree.committee)


@pytest.fixture
def sat(tree: BranchTree, officer: Member) -> Sat:
    """Twelve people; the last question's key is 0, and the best all say 3."""
    topic = Topic.objects.create(branch=tree.committee, name="组织制度")
    versions = [
        marked.make_version(tree.committee, by=officer, topic=topic if place < 2 else None)
        for place in range(4)
    ]
    made = marked.make_sat_exam(tree.committee, by=officer, versions=versions)
    for place in range(12):
        good = place < 6
        answers = chose(0, 0 if good else 1, 0 if place % 2 else 2, 3 if good else place % 3)
        branch = tree.first if good else tree.second
        marked.machine_marked(made, make_member(branch), answers)
    return made


@pytest.mark.slow
def test_figures_and_flags(sat: Sat, tree: BranchTree) -> None:
    found = analysis_of(sat.exam)
    assert found.people == 12
    assert [line.figures.facility for line in found.items] == [1.0, 0.5, 0.5, pytest.approx(1 / 6)]
    assert [line.figures.flags for line in found.items] == [
        (Flag.EASY,),
        (),
        (),
        (Flag.HARD, Flag.BAD_KEY),
    ]
    assert [choice.count for choice in found.items[3].figures.choices] == [2, 2, 2, 6]
    assert [(part.name, part.count) for part in found.topics] == [
        ("未归知识点", 24),
        ("组织制度", 24),
    ]
    assert [(part.name, part.count) for part in found.branches] == [
        (tree.first.name, 6),
        (tree.second.name, 6),
    ]
    assert [name for name, _reliability in found.forms] == [""]


@pytest.mark.slow
def test_only_first_attempts_count_and_dropped_questions_do_not(
    sat: Sat, tree: BranchTree, officer: Member
) -> None:
    before = analysis_of(sat.exam)
    member = sat.exam.attempts.order_by("pk")[0].member
    marked.machine_marked(sat, member, chose(1, 1, 1, 1), number=2)
    marked.sit(sat, make_member(tree.first), chose(1, 1, 1, 1))  # not marked yet
    again = analysis_of(sat.exam)
    assert (again.people, again.shares) == (before.people, before.shares)
    version = sat.items[3].version
    drop = Decided(Ruling.DROP)
    seen = regrade_services.preview_correction(exam=sat.exam, version=version, decided=drop)
    regrade_services.correct_key(
        exam=sat.exam, version=version, decided=drop, reason="超纲", by=officer, digest=seen.digest
    )
    dropped = analysis_of(sat.exam)
    assert ([line.number for line in dropped.items], dropped.left_out) == ([1, 2, 3], 1)


@pytest.mark.slow
def test_an_accepted_key_clears_the_suspicion(sat: Sat, officer: Member) -> None:
    version = sat.items[3].version
    both = Decided(Ruling.ACCEPT, ({"correct": 3},))
    seen = regrade_services.preview_correction(exam=sat.exam, version=version, decided=both)
    regrade_services.correct_key(
        exam=sat.exam, version=version, decided=both, reason="印错", by=officer, digest=seen.digest
    )
    assert analysis_of(sat.exam).items[3].figures.flags == ()


@pytest.mark.slow
@pytest.mark.parametrize("more", [0, 2])
def test_the_page_costs_the_same(
    sat: Sat, tree: BranchTree, officer: Member, more: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(more):
        marked.machine_marked(sat, make_member(tree.third), chose(0, 0, 0, 0))
    client = Client()
    client.force_login(officer)
    with django_assert_num_queries(9):
        page = client.get(f"/exams/{sat.exam.pk}/analysis/")
    assert f"共 {12 + more} 份" in page.content.decode()


@pytest.mark.slow
def test_who_leads_the_exam_gets_page_and_file_and_nobody_else(
    sat: Sat, tree: BranchTree, officer: Member
) -> None:
    services.release_ended()
    client = Client()
    client.force_login(officer)
    page = client.get(f"/exams/{sat.exam.pk}/analysis/").content.decode()
    assert "答案可能有误" in page
    for title in ("按知识点", "按组织"):
        assert page.count(f'<caption class="sr-only">{title}</caption>') == 1
    assert page.count(f'<th scope="row">{tree.first.name}</th><td class="number">6</td>') == 1
    answer = client.get(f"/exams/{sat.exam.pk}/analysis/analysis.xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2, max_row=5, values_only=True))
    assert [row[8] for row in rows] == ["A*:12 B:0 C:0 D:0", "A*:6 B:6 C:0 D:0",
                                        "A*:6 B:0 C:6 D:0", "A*:2 B:2 C:2 D:6"]  # fmt: skip
    assert rows[3][9] == "太难、答案可能有误"
    client.force_login(make_instructor(tree.committee))
    assert client.get(f"/exams/{sat.exam.pk}/analysis/").status_code == 404


def test_nothing_marked_yet_is_said(tree: BranchTree, officer: Member) -> None:
    sat = marked.make_sat_exam(tree.first, by=officer)
    client = Client()
    client.force_login(officer)
    page = client.get(f"/exams/{sat.exam.pk}/analysis/").content.decode()
    assert "还没有评完的答卷" in page
