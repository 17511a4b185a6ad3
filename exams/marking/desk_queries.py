"""What lies on a marker's desk beside the answer."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from exams.attempts.models import Answer, AttemptState, Exam
from exams.marking.models import ADJUDICATION, Mark, MarkingPlace, PlaceState
from exams.marking.queries import last_marks
from exams.marking.similarity import likest
from exams.papers.models import PaperItem
from lms.core import clock
from lms.members.models import Branch, Member, Membership
from lms.members.queries import branch_on, standing_on


def items_of_version(exam: Exam, version_id: int) -> list[int]:
    """The places of a question on the forms of an exam's paper."""
    found = PaperItem.objects.filter(paper=exam.paper_id, version=version_id)
    return list(found.values_list("pk", flat=True))


def marks_to_settle(place: MarkingPlace) -> list[Mark]:
    """The two marks a third marker decides between; nobody else sees another's mark."""
    if place.number != ADJUDICATION:
        return []
    marks = last_marks(place.answer_id)
    return [marks[number] for number in sorted(marks) if number != ADJUDICATION]


def own_mark(place: MarkingPlace) -> Mark | None:
    """What this marker has said here before."""
    if place.state != PlaceState.DONE:
        return None
    return Mark.objects.filter(place=place, marker=place.marker_id).order_by("-pk").first()


def lately_marked(by: Member, exam: Exam, most: int = 10) -> list[Mark]:
    """What `by` has marked last and may think about again."""
    return list(
        Mark.objects.filter(place__exam=exam, marker=by, place__marker=by)
        .exclude(place__answer__attempt__state=AttemptState.RELEASED)
        .select_related("place__answer__item__version")
        .order_by("-pk")[:most]
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    member: Member
    branch: Branch | None


def candidate(place: MarkingPlace) -> Candidate:
    """Whose answer it is, where marking is not blind."""
    member = Member.objects.get(exam_attempts=place.answer.attempt_id)
    return Candidate(member, branch_on(member, clock.today()))


@dataclass(frozen=True, slots=True)
class Alike:
    """Another member's answer to the same question in the same exam, and how much is the same."""

    text: str
    share: float


def alike(answer: Answer) -> list[Alike]:
    """Answers of the same branch that resemble this one. A hint: it decides and names nothing.

    By the branch on the day the exam closed: those who study together copy from each other, while
    two branches far apart mostly quote the same source. Who is in no branch is compared with all.
    """
    exam = answer.attempt.exam
    day = min(clock.today(), clock.local_date(exam.closes_at))
    branch = Membership.objects.filter(standing_on(day), member=answer.attempt.member_id)
    own = branch.values_list("branch", flat=True).first()
    others = dict(
        Answer.objects.filter(item__version=answer.item.version_id, attempt__exam=exam)
        .exclude(attempt__member=answer.attempt.member_id)
        .exclude(answer={})
        .filter(_in_branch(own, day))
        .values_list("pk", "answer__text")
    )
    texts = [(pk, text) for pk, text in others.items() if isinstance(text, str)]
    found = likest(str(answer.answer.get("text", "")), texts)
    return [Alike(others[likeness.key], likeness.share) for likeness in found]  # type: ignore[index]


def _in_branch(branch_id: int | None, day: dt.date) -> Q:
    """Answers of those who belonged to the branch that day; of everybody where there is none."""
    if branch_id is None:
        return Q()
    standing = Membership.objects.filter(
        standing_on(day), member=OuterRef("attempt__member"), branch=branch_id
    )
    return Q(Exists(standing))
