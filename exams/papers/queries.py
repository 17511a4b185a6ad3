"""Which papers and exams there are for those who make them, and what stands on them.

Nothing here is for members: what of a paper they see is served by `exams.attempts`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from courses.training.models import Enrolment, EnrolmentState, TrainingClass
from courses.training.queries import managed_classes
from exams.attempts.models import Attempt, AttemptState, Exam, ExamState
from exams.papers import blueprint as plans
from exams.papers.drawing import DrawnFrom
from exams.papers.models import Paper, PaperItem, PaperKind, PaperState, Seat
from exams.questions.models import Question, QuestionState, Topic
from exams.questions.queries import WRITING
from lms.core import clock
from lms.members.models import Branch, Member
from lms.members.queries import administered_branches, branches_of_role, members_of


def paper_branches(by: Any) -> QuerySet[Branch]:
    """The branches `by` may make papers for."""
    return branches_of_role(by, *WRITING)


def managed_papers(by: Any) -> QuerySet[Paper]:
    """Papers of the branches where `by` works, the latest first.

    Who teaches sees what is being made and what they made; a sealed paper of somebody else is
    for the administrators alone.
    """
    if not by.is_authenticated or not by.is_active:
        return Paper.objects.none()
    administered = Q(branch__in=administered_branches(by).order_by())
    made_here = Q(branch__in=paper_branches(by).order_by()) & (
        Q(state=PaperState.DRAFT) | Q(made_by_id=by.pk)
    )
    return (
        Paper.objects.filter(administered | made_here)
        .select_related("branch", "made_by")
        .order_by("-pk")
    )


def sealed_papers(by: Any) -> QuerySet[Paper]:
    """What an exam can be held with."""
    return managed_papers(by).filter(state=PaperState.SEALED)


def bank_of(branch: Branch) -> QuerySet[Question]:
    """The questions a paper of the branch is made from: those of it and of the branches below.

    Questions of a branch above would show their keys to people whom its exams are for.
    """
    return Question.objects.filter(
        branch__path__startswith=branch.path, state=QuestionState.READY, current__isnull=False
    )


def candidates_of(branch: Branch) -> list[plans.Candidate]:
    """The bank as a blueprint looks at it; one statement."""
    rows = bank_of(branch).values_list("pk", "kind", "topic_id", "difficulty")
    return [plans.Candidate(*row) for row in rows]


def candidate(question: Question) -> plans.Candidate:
    return plans.Candidate(question.pk, question.kind, question.topic_id, question.difficulty)


def topics_of(branch: Branch) -> dict[int, str]:
    """The names of the topics that questions of the bank are about, in the order of their names."""
    used = bank_of(branch).filter(topic__isnull=False).values("topic").order_by()
    return dict(Topic.objects.filter(pk__in=used).order_by("name", "pk").values_list("pk", "name"))


def topics_named(ids: Iterable[int]) -> dict[int, str]:
    """The names of these topics."""
    return dict(Topic.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def items_of(paper: Paper, form: str | None = None) -> QuerySet[PaperItem]:
    """What stands on the paper in its order: on one form, or on the first there is."""
    wanted = first_form(paper) if form is None else form
    return (
        PaperItem.objects.filter(paper=paper, form=wanted)
        .select_related("version__question__topic")
        .order_by("position")
    )


def first_form(paper: Paper) -> str:
    """Drafts have one form without a name; sealing an A/B paper makes two."""
    return "A" if paper.kind == PaperKind.AB and paper.state == PaperState.SEALED else ""


def takes_of(paper: Paper) -> dict[int, int]:
    """How many questions each cell of a random paper gives an attempt; else none is named."""
    if paper.kind != PaperKind.RANDOM:
        return {}
    cells = plans.from_json(paper.blueprint).cells
    return {number: cell.count for number, cell in enumerate(cells)}


def pool_of(paper: Paper, items: Sequence[PaperItem]) -> list[DrawnFrom]:
    """The items of one form for `drawing.draw`."""
    takes = takes_of(paper)
    return [
        DrawnFrom(item.pk, item.cell, takes.get(item.cell, len(items)), item.position, item.section)
        for item in items
    ]


def questions_to_add(paper: Paper, *, words: str = "", kind: str = "") -> QuerySet[Question]:
    """Questions of the bank that are not on the paper, narrowed by words of their stem."""
    found = bank_of(paper.branch).exclude(
        pk__in=PaperItem.objects.filter(paper=paper).values("version__question").order_by()
    )
    if kind:
        found = found.filter(kind=kind)
    if words:
        found = found.filter(current__stem__icontains=words)
    return found.select_related("current", "topic").order_by("-pk")


# --- Exams ----------------------------------------------------------------------------------------


def managed_exams(by: Any) -> QuerySet[Exam]:
    """Exams of the branches `by` administers, drafts included, the latest first."""
    return (
        Exam.objects.filter(branch__in=administered_branches(by).order_by())
        .select_related("branch", "training_class__branch", "paper")
        .order_by("-opens_at", "-pk")
    )


def exam_classes(by: Any) -> QuerySet[TrainingClass]:
    """The classes `by` can hold an exam for."""
    return managed_classes(by)


def asked_exams(training_class: TrainingClass) -> list[Exam]:
    """The exams a class asks for: those announced and not called off."""
    announced = (ExamState.PUBLISHED, ExamState.RELEASED)
    found = Exam.objects.filter(training_class=training_class, state__in=announced)
    return list(found.order_by("opens_at", "pk"))


def standing_in(
    exams: Sequence[Exam], member_ids: Iterable[int]
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """(exam, member) of those who passed by a released attempt, and of those who wait for a result.

    One statement.
    """
    rows = Attempt.objects.filter(exam__in=exams, member__in=list(member_ids)).values_list(
        "exam_id", "member_id", "state", "is_passed"
    )
    passed, waiting = set(), set()
    for exam_id, member_id, state, is_passed in rows:
        if state == AttemptState.RELEASED and is_passed:
            passed.add((exam_id, member_id))
        elif state in (AttemptState.FINISHED, AttemptState.MARKED):
            waiting.add((exam_id, member_id))
    return passed, waiting


def people_of(exam: Exam) -> QuerySet[Member]:
    """Who may sit the exam today: of its class, or of its branch and below."""
    if exam.training_class_id is not None:
        enrolled = Enrolment.objects.filter(training_class=exam.training_class_id).exclude(
            state=EnrolmentState.WITHDRAWN
        )
        return Member.objects.filter(pk__in=enrolled.values("member").order_by()).order_by("number")
    return members_of(exam.branch, clock.today())


def seats_of(exam: Exam) -> QuerySet[Seat]:
    """The seats in the order of the rooms."""
    return Seat.objects.filter(exam=exam).select_related("member").order_by("room", "number")


def seat_number(exam_id: int, member_id: int) -> int | None:
    """Of the member's seat in the room; None without one."""
    found = Seat.objects.filter(exam=exam_id, member=member_id).values_list("number", flat=True)
    return found.first()


def exam_counts(exam: Exam) -> Mapping[str, int]:
    """How many may sit, have a seat, and have begun."""
    seats = Seat.objects.filter(exam=exam).count()
    attempts = exam.attempts.aggregate(people=Count("member", distinct=True))["people"]
    return {"people": people_of(exam).count(), "seats": seats, "begun": attempts}


def class_and_member_of(attempt_id: UUID) -> tuple[int, int] | None:
    """Of whose passing which class an attempt decides; None if its exam is not one of a class."""
    row = Attempt.objects.filter(pk=attempt_id, exam__training_class__isnull=False).values_list(
        "exam__training_class_id", "member_id"
    )
    return row.first()
