"""The marker's desk: take an answer, mark it, put it to the end, give it back."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from exams.attempts.models import Attempt, AttemptState, Exam
from exams.marking import queries
from exams.marking.errors import MarkingError
from exams.marking.models import Mark, MarkingPlace, PlaceState
from exams.marking.rules import can_mark
from exams.marking.scoring import HUNDREDTH
from exams.marking.services import settle_answer
from lms.core import clock
from lms.core.states import advance
from lms.members.models import Member

# An answer somebody has taken and left lying is free again after this.
LEASE = dt.timedelta(minutes=20)


@transaction.atomic
def claim_place(
    *, exam: Exam, by: Member, item_ids: Iterable[int] | None = None
) -> MarkingPlace | None:
    """The place `by` marks next: the one held, or the first that is free; None: nothing left."""
    if not can_mark(by, exam):
        raise MarkingError(_("这场考试由举办单位的教员和管理员评卷。"))
    # One marker asking twice at once gets the same place twice.
    Member.objects.select_for_update(no_key=True).get(pk=by.pk)
    place = queries.held_by(by, exam)
    if place is None:
        place = (
            queries.places_for(by, exam, item_ids)
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
    if place is not None:
        until = clock.now() + LEASE
        MarkingPlace.objects.filter(pk=place.pk).update(marker=by, leased_until=until)
        place.marker_id, place.leased_until = by.pk, until
    return place


@transaction.atomic
def save_mark(
    *,
    place: MarkingPlace,
    by: Member,
    points: Decimal,
    rubric: Sequence[Decimal] = (),
    comment: str = "",
) -> Mark:
    """Add `by`'s word on the answer; a later one of the same marker takes its place."""
    with_attempt = _held_place(place, by)
    answer = with_attempt.answer
    if answer.attempt.state not in {AttemptState.FINISHED, AttemptState.MARKED}:
        raise MarkingError(_("这份答卷已经公布成绩或重新打开，不能再评。"))
    most = answer.item.points
    if not 0 <= points <= most or points != points.quantize(HUNDREDTH):
        raise MarkingError(_("本题满分 %(most)s 分，请在 0 到满分之间给分。") % {"most": most})
    mark = Mark.objects.create(
        place=with_attempt,
        marker=by,
        revision=answer.revision,
        points=points,
        rubric=[str(each) for each in rubric],
        comment=comment.strip(),
        at=clock.now(),
    )
    advance(
        with_attempt,
        to=PlaceState.DONE,
        from_=[PlaceState.WAITING, PlaceState.DONE],
        leased_until=None,
        return_reason="",
    )
    settle_answer(answer)
    return mark


@transaction.atomic
def skip_place(*, place: MarkingPlace, by: Member) -> None:
    """Put the answer to the end of the queue, for whoever comes first."""
    _let_go(place, by, queued_at=clock.now())


@transaction.atomic
def return_place(*, place: MarkingPlace, by: Member, reason: str) -> None:
    """Give the answer back for good: another has to mark it, and who leads the exam reads why."""
    if not reason.strip():
        raise MarkingError(_("请写明退回的原因，例如“看出是谁写的”。"))
    _let_go(place, by, returned_by=[*place.returned_by, by.pk], return_reason=reason.strip()[:200])


def _held_place(place: MarkingPlace, by: Member) -> MarkingPlace:
    """The place under the attempt's lock, if it is still this marker's.

    The attempt is locked first, as the machine does: the two never wait for each other crosswise.
    """
    attempt = (
        Attempt.objects.select_for_update(no_key=True, of=("self",))
        .select_related("exam")
        .get(answers__places=place.pk)
    )
    held = (
        MarkingPlace.objects.select_for_update(no_key=True, of=("self",))
        .select_related("answer__item")
        .filter(pk=place.pk, marker=by)
        .first()
    )
    if held is None or not can_mark(by, attempt.exam) or attempt.member_id == by.pk:
        raise MarkingError(_("这份答案已经由别人评阅。请点“开始评卷”取下一份。"))
    held.answer.attempt = attempt
    return held


def _let_go(place: MarkingPlace, by: Member, **changes: object) -> None:
    moved = MarkingPlace.objects.filter(pk=place.pk, marker=by, state=PlaceState.WAITING).update(
        marker=None, leased_until=None, **changes
    )
    if not moved:
        raise MarkingError(_("这份答案已经不在您手里了。请点“开始评卷”取下一份。"))
