"""Beginning, saying when people wrote, printing: for whom, which form, which questions."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from pypdf import PdfReader

from exams.attempts.models import Attempt, Exam, Fairness, Release
from exams.attempts.serving import served_paper
from exams.on_paper import queries, services
from exams.on_paper.errors import NotOnPaperError, NotTheHostError
from exams.on_paper.models import PaperPlan, PaperSheet
from exams.on_paper.sheet_use import EXAM_USE
from exams.papers.blueprint import Blueprint, Cell
from exams.papers.models import PaperKind, Seat
from exams.papers.printing import seats_data
from exams.papers.queries import seats_of
from exams.sheets.models import SheetPrint
from exams.sheets.services import order_print
from lms.members.models import Member
from tests.factories.members import BranchTree, make_instructor, make_member, make_secretary
from tests.factories.on_paper import come_back, make_paper, make_paper_exam, printed_for
from tests.support.queues import run_queued


@pytest.mark.slow
def test_only_what_can_be_answered_in_boxes_is_held_on_paper(
    tree: BranchTree, host: Member, member: Member
) -> None:
    def refused(**fields: object) -> str:
        exam = make_paper_exam(tree.first, by=host, is_planned=False, **fields)
        with pytest.raises(NotOnPaperError) as said:
            services.open_plan(by=host, exam=exam)
        return said.value.message[:12]

    assert refused(kinds=("short",)) == "试卷里没有单选、多选或判"
    assert refused(release=Release.AT_ONCE) == "这场考试“交卷后立即公布"
    assert refused(state="draft") == "考试还没有发布，或者已经"
    exam = make_paper_exam(tree.first, by=host, is_planned=False, kinds=("single", "short"))
    for stranger in (make_secretary(tree.first), make_instructor(tree.first), member):
        with pytest.raises(NotTheHostError):
            services.open_plan(by=stranger, exam=exam)
    plan = services.open_plan(by=host, exam=exam)
    assert services.open_plan(by=host, exam=exam) == plan
    assert (plan.number_digits, plan.began_at) == (6, exam.opens_at)
    assert plan.ended_at == exam.opens_at + dt.timedelta(hours=1)
    assert queries.written_of(exam) == [2]


def test_numbers_of_other_signs_have_no_boxes(tree: BranchTree, host: Member) -> None:
    make_member(tree.first, number="GZ-17", password=None)
    plan = make_paper_exam(tree.first, by=host).paper_plan
    assert plan.number_digits == 0


@pytest.mark.django_db(transaction=True)
def test_times_are_the_hosts_and_reach_what_was_read(
    tree: BranchTree, host: Member, member: Member
) -> None:
    exam = make_paper_exam(tree.first, by=host)
    come_back(printed_for(exam, by=host)[member.pk], {1: [0]}, number="040017")
    later = exam.opens_at + dt.timedelta(minutes=10)
    for wrong in ((later, later), (exam.opens_at - dt.timedelta(minutes=1), later)):
        with pytest.raises(NotOnPaperError):
            services.state_times(
                by=host, exam=exam, began_at=wrong[0], ended_at=wrong[1], shows_pages=False
            )
    services.state_times(
        by=host, exam=exam, began_at=exam.opens_at, ended_at=later, shows_pages=True
    )
    attempt = Attempt.objects.get()
    assert (attempt.finished_at, PaperPlan.objects.get().shows_pages) == (later, True)


@pytest.mark.django_db(transaction=True)
def test_everybody_gets_a_sheet_with_name_and_number_and_again_the_same(
    tree: BranchTree, host: Member, member: Member, other: Member
) -> None:
    exam = make_paper_exam(tree.first, by=host)
    (order,) = services.order_for_people(by=host, exam=exam)
    run_queued()
    order.refresh_from_db()
    with order.file.open("rb") as file:
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages]
    assert [("张秀英" in page, "040017" in page) for page in pages] == [
        (True, True), (False, False), (False, False),
    ]  # fmt: skip
    with pytest.raises(NotOnPaperError):
        services.order_for_people(by=host, exam=exam)
    late = make_member(tree.first, number="060001", name="后来", password=None)
    (more,) = services.order_for_people(by=host, exam=exam)
    assert more.about["label"] == "答题卡 后来"
    (again,) = services.order_for_people(by=host, exam=exam, everybody=True)
    (one,) = services.order_for_people(by=host, exam=exam, number="040017")
    assert (PaperSheet.objects.count(), again.copies) == (4, 4)
    assert one.about["sheets"] == [PaperSheet.objects.get(member=member).pk]
    assert PaperSheet.objects.get(member=late).is_current
    with pytest.raises(NotOnPaperError) as unknown:
        services.order_for_people(by=host, exam=exam, number="123")
    assert unknown.value.message == "本场考试的人员里没有编号 123。"
    with pytest.raises(NotTheHostError):
        services.order_for_people(by=make_secretary(tree.first), exam=exam)


@pytest.mark.django_db(transaction=True)
def test_spare_sheets_take_the_forms_in_turn(tree: BranchTree, host: Member) -> None:
    paper = make_paper(tree.first, by=host, kind=PaperKind.AB)
    exam = make_paper_exam(tree.first, by=host, paper=paper)
    order_print(by=host, use=EXAM_USE, subject_id=exam.pk, copies=3)
    run_queued()
    assert SheetPrint.objects.get().file.name.endswith(".pdf")
    spare = PaperSheet.objects.order_by("pk").values_list("member", "form")
    assert list(spare) == [(None, "A"), (None, "B"), (None, "A")]


@pytest.mark.django_db(transaction=True)
def test_in_a_room_the_seat_decides_about_the_form_in_print_too(
    tree: BranchTree, host: Member
) -> None:
    paper = make_paper(tree.first, by=host, kind=PaperKind.AB)
    exam = make_paper_exam(tree.first, by=host, paper=paper, fairness=Fairness.ROOM)
    people = [make_member(tree.first, password=None) for _person in range(4)]
    seat(exam, people)
    orders = services.order_for_people(by=host, exam=exam)
    assert [order.about["label"] for order in orders] == ["答题卡 礼堂 1–4 号", "答题卡 王主任"]
    (room,) = seats_data(exam, seats_of(exam))["rooms"]
    assert forms(exam, people) == [row[3] for row in room["seats"]] == ["A", "B", "A", "B"]
    # Each form's sheet asks what its booklet asks.
    first, second = (PaperSheet.objects.get(exam=exam, member=each) for each in people[:2])
    served = served_paper(paper.pk, paper.sealed_at)
    assert {served.items[item].form for item, _order in first.items} == {"A"}
    assert {served.items[item].form for item, _order in second.items} == {"B"}
    # Who sits elsewhere since gets another sheet where the form is another.
    Seat.objects.all().delete()
    seat(exam, [people[1], people[0], people[2], people[3]])
    services.order_for_people(by=host, exam=exam)
    assert forms(exam, people) == ["B", "A", "A", "B"]
    assert PaperSheet.objects.filter(exam=exam, is_current=False).count() == 2


def seat(exam: Exam, people: list[Member]) -> None:
    for number, person in enumerate(people, start=1):
        Seat.objects.create(exam=exam, member=person, room="礼堂", number=number)


def forms(exam: Exam, people: list[Member]) -> list[str]:
    found = PaperSheet.objects.filter(exam=exam, is_current=True)
    by_member = dict(found.values_list("member", "form"))
    return [by_member[person.pk] for person in people]


@pytest.mark.django_db(transaction=True)
def test_of_a_random_paper_everybody_gets_the_own_questions_in_print(
    tree: BranchTree, host: Member, member: Member, other: Member
) -> None:
    blueprint = Blueprint(cells=(Cell("single", 2, Decimal(5), "单选题", pool=9),))
    paper = make_paper(
        tree.first, by=host, kind=PaperKind.RANDOM, kinds=("single",) * 9, blueprint=blueprint
    )
    exam = make_paper_exam(tree.first, by=host, paper=paper)
    sheets, booklets = services.order_for_people(by=host, exam=exam)
    run_queued()
    mine = PaperSheet.objects.get(member=member)
    served = queries.served(exam)
    assert mine.items == served.arranged_for(
        seed=mine.seed, form="", shuffles_questions=False, shuffles_options=True
    )
    for order in (sheets, booklets):
        order.refresh_from_db()
        assert order.reason == ""
    with booklets.file.open("rb") as file:
        said = [page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages]
    assert len(said) == 6  # each booklet on a sheet of its own, printed on both sides
    (page,) = [page for page in said if member.name in page]
    stems = [served.items[item].stem.removeprefix("<p>")[:6] for item, _order in mine.items]
    assert [stem.split()[1] in page for stem in stems] == [True, True]
    # What is read is marked by the questions of this very sheet.
    arrangement = mine.items[0][1]
    come_back(mine, {1: [arrangement.index(0)]}, number="040017")
    run_queued()
    attempt = Attempt.objects.get()
    assert (attempt.items, attempt.points, attempt.out_of) == (mine.items, 5, 10)
