"""Opening cases each night, and closing them by a person's word."""

import datetime as dt
import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from exams.integrity import queries
from exams.integrity.errors import CaseError
from exams.integrity.models import CaseState, ReviewCase
from exams.integrity.signals import Suspicion, suspicions
from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.models import Member


def find_suspicions(*, month: dt.date) -> int:
    """Make or renew the cases of the month whose first day this is; how many suspicions there are.

    Any number of times: a suspicion has one case, and one that a person closed is left alone.
    """
    found = suspicions(queries.sittings_of_month(month))
    for suspicion in found:
        keep_case(suspicion=suspicion, month=month)
    return len(found)


@transaction.atomic
def keep_case(*, suspicion: Suspicion, month: dt.date) -> ReviewCase | None:
    """The case of this suspicion, new or renewed; None in a school without branches."""
    branch = queries.branch_above(suspicion.members)
    if branch is None:
        return None
    # Whom it is about may grow from night to night; the browser or the first account does not.
    about = suspicion.browser or str(suspicion.members[0])
    digest = hashlib.sha256(about.encode()).hexdigest()[:32]
    known = {
        "branch": branch,
        "evidence": {
            "signals": [
                {"name": signal.name.value, **signal.figures} for signal in suspicion.signals
            ],
            "lessons": list(suspicion.lessons),
        },
    }
    case, is_new = ReviewCase.objects.get_or_create(
        key=f"{suspicion.kind.value}:{month:%Y-%m}:{digest}",
        defaults={
            "kind": suspicion.kind.value,
            "month": month,
            "found_at": clock.now(),
            **known,
        },
    )
    if not is_new:
        rows = ReviewCase.objects.filter(pk=case.pk, state=CaseState.OPEN)
        if not rows.update(**known):
            return case
    case.members.set(suspicion.members)
    return case


def clear_case(*, case: ReviewCase, by: Member, note: str) -> None:
    """There is nothing wrong, for the reason given."""
    _close(case, by, note, CaseState.CLEARED)


def confirm_case(*, case: ReviewCase, by: Member, note: str) -> None:
    """Hours are to be corrected, which a person does entry by entry; this takes nothing away."""
    _close(case, by, note, CaseState.CONFIRMED)


@transaction.atomic
def _close(case: ReviewCase, by: Member, note: str, to: CaseState) -> None:
    if not queries.visible_cases(by).filter(pk=case.pk).exists():
        raise CaseError(_("这件事要由上一级党组织的其他同志核查。"))
    if not note.strip():
        raise CaseError(_("请写明核查意见，例如向谁了解了什么情况。"))
    advance_or_raise(
        case,
        to=to,
        from_=[CaseState.OPEN],
        decided_by=by,
        decided_at=clock.now(),
        note=note.strip()[:400],
        message=_("这件事已经有人核查过了。请刷新页面查看结果。"),
    )
