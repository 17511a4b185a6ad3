"""Handing in a 学习心得, accepting it or sending it back."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses.training.errors import EssayError
from courses.training.models import Enrolment, EnrolmentState, Essay, EssayState
from courses.training.services import say_changed
from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.models import Member

SHORTEST = 100
LONGEST = 20_000


def hand_in_essay(*, enrolment: Enrolment, text: str) -> Essay:
    """The member's text of the class; one waits or is accepted, never two."""
    text = text.strip()
    if len(text) < SHORTEST:
        raise EssayError(
            _("学习心得至少写 %(least)s 个字，现在是 %(count)s 个字。请补充后再提交。")
            % {"least": SHORTEST, "count": len(text)}
        )
    if len(text) > LONGEST:
        raise EssayError(_("学习心得最多 %(most)s 个字，请删减后再提交。") % {"most": LONGEST})
    if enrolment.state != EnrolmentState.ENROLLED:
        raise EssayError(_("这个班对您已经结束，不能再提交。需要补交请联系班主任延期。"))
    try:
        with transaction.atomic():
            return Essay.objects.create(enrolment=enrolment, text=text, submitted_at=clock.now())
    except IntegrityError:
        raise EssayError(_("您已提交过学习心得，请等审阅结果；退回后可以再交。")) from None


@transaction.atomic
def accept_essay(*, essay: Essay, by: Member, comment: str = "") -> None:
    """Good enough."""
    _review(essay, EssayState.ACCEPTED, by, comment)
    say_changed(essay.enrolment.training_class, essay.enrolment.member_id)


@transaction.atomic
def return_essay(*, essay: Essay, by: Member, comment: str) -> None:
    """To be written again; the comment says what is to be better."""
    if not comment.strip():
        raise EssayError(_("退回时请写明要怎么改，学员会看到。"))
    _review(essay, EssayState.RETURNED, by, comment)


def _review(essay: Essay, state: EssayState, by: Member, comment: str) -> None:
    advance_or_raise(
        essay,
        to=state,
        from_=[EssayState.SUBMITTED],
        comment=comment.strip()[:500],
        reviewed_at=clock.now(),
        reviewed_by=by,
        message=_("这篇学习心得已经审阅过了，刷新页面可看结果。"),
    )
