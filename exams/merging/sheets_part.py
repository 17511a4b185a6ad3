"""What a merge of records means for answer sheets: those not counted yet are the kept record's.

A sheet that came to an attempt stays with it, under the number it was written under, as every
attempt does. What is still out, or waits for a person, would otherwise count for a record nobody
signs in to.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from exams.merging import queries
from exams.merging.services import carry_sheets, give_sheets_back
from lms.members.merging.models import RecordMerge
from lms.members.merging.parts import Row


class SheetsPart:
    """Registered with `lms.members.merging.parts`."""

    def obstacles(self, merge: RecordMerge) -> Iterator[str]:
        yield from ()

    def preview(self, merge: RecordMerge) -> Iterator[Row]:
        own = queries.uncounted_sheets(merge.kept_id).count()
        label = _("未计入的考试答题卡")
        if merge.undoes is not None:
            back = queries.carried_sheets(merge.undoes).count()
            if back:
                yield Row(label, _sheets(own), _sheets(own - back), _sheets(back))
            return
        others = queries.uncounted_sheets(merge.lost_id).count()
        if others:
            yield Row(label, _sheets(own), _sheets(others), _sheets(own + others))

    def carry(self, merge: RecordMerge) -> None:
        carry_sheets(merge=merge)

    def give_back(self, merge: RecordMerge) -> None:
        give_sheets_back(undoing=merge)


def _sheets(count: int) -> tuple[str, ...]:
    return (_("%(count)s 张") % {"count": count},) if count else ("—",)
