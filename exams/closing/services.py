"""Closing a year for a node and all below it."""

from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from exams.closing import queries
from exams.closing.errors import (
    NotAllowedError,
    ReasonMissingError,
    StillOpenError,
    YearNotOverError,
)
from exams.closing.export import added_up, digest, lines
from exams.closing.models import ClosedYear, YearClosing
from exams.closing.open_items import open_items
from exams.closing.rules import can_close
from exams.credit.targets import settle_targets
from lms.core import clock
from lms.members.models import Branch, Member
from lms.members.queries import members_of

# Without letters and digits that look alike on paper.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def close_year(
    *, branch: Branch, year: int, by: Member, reason: str = "", despite_open: bool = False
) -> YearClosing:
    """Write down the year of everybody in the subtree; the ledger itself goes on.

    Refused while the year runs, while something of it is open (unless `despite_open`, with a
    reason), and a second time without a reason.
    """
    if not can_close(by, branch):
        raise NotAllowedError(_("只有这个组织的管理员可以结账。"))
    if clock.today() <= queries.last_day(year):
        raise YearNotOverError(
            _("%(year)s 年度还没有结束，12 月 31 日过后才能结账。") % {"year": year}
        )
    still_open = open_items(branch, year)
    if still_open and not despite_open:
        raise StillOpenError(
            _("还有 %(count)s 项没有办结。请先办结；确需结账的，写明原因并勾选确认。")
            % {"count": len(still_open)}
        )
    with transaction.atomic():
        # One closing of a node at a time; the second one is the next version.
        Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
        previous = queries.latest_closing(branch, year)
        if (previous or still_open) and not reason.strip():
            raise ReasonMissingError(_("再次结账或带着未办结事项结账，都要写明原因。"))
        members = members_of(branch, queries.last_day(year))
        settle_targets(member_ids=members.values_list("pk", flat=True), year=year)
        people = queries.year_now(branch, year)
        sums = added_up(person for _pk, person in people)
        closing = YearClosing(
            branch=branch, branch_code=branch.code, branch_name=branch.name, year=year,
            version=previous.version + 1 if previous else 1, previous=previous,
            code=get_random_string(12, _LETTERS), by=by, closed_at=clock.now(), reason=reason,
            open_items=[item.text for item in still_open], people=sums.people,
            reached=sums.reached, due=sums.due, counted_hours=sums.counted,
            hours={category: str(hours) for category, hours in sorted(sums.hours.items())},
        )  # fmt: skip
        closing.digest = digest(lines(queries.head_of(closing), [person for _pk, person in people]))
        closing.save(force_insert=True)
        ClosedYear.objects.bulk_create(
            (
                ClosedYear(
                    closing=closing, place=place, member_id=pk, number=person.number,
                    branch_code=person.branch_code, branch_name=person.branch_name,
                    hours={name: str(hours) for name, hours in person.hours.items()},
                    counted_hours=person.counted, target_hours=person.target,
                    events=person.events, required_events=person.required_events,
                    state=person.state, seq=person.seq, head_hash=person.head_hash,
                )
                for place, (pk, person) in enumerate(people, start=1)
            ),
            batch_size=2000,
        )  # fmt: skip
    return closing
