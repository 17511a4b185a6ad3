"""What a merge of records means for hours: said before, done with it, undone with it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from exams.credit.policy import NOTHING
from exams.merging import queries
from exams.merging.queries import Hours
from exams.merging.services import carry_hours, give_hours_back
from lms.core.design.texts import figure
from lms.members.merging.models import RecordMerge
from lms.members.merging.parts import Row
from lms.members.models import Member

MOST_NAMED = 10


class HoursPart:
    """Registered with `lms.members.merging.parts`."""

    def obstacles(self, merge: RecordMerge) -> Iterator[str]:
        if merge.undoes_id:
            return
        number = {"number": merge.lost.number}
        if queries.is_being_credited(merge.lost_id):
            yield _("编号 %(number)s 有刚取得的学时正在入账，请过几分钟再试。") % number
        if queries.has_open_words(merge.lost_id):
            yield _("编号 %(number)s 有未办结的更正或申诉，请先办结。") % number
        for title in queries.waiting_presences(merge.lost_id):
            yield _("编号 %(number)s 在“%(title)s”的到场名单里，还没有确认，请先确认。") % (
                number | {"title": title}
            )

    def preview(self, merge: RecordMerge) -> Iterator[Row]:
        own = queries.hours_by_year(merge.kept_id)
        others = queries.hours_by_year(merge.lost_id)
        yield from _undo_rows(merge, own) if merge.undoes else _merge_rows(merge, own, others)

    def carry(self, merge: RecordMerge) -> None:
        carry_hours(merge=merge)

    def give_back(self, merge: RecordMerge) -> None:
        give_hours_back(undoing=merge)


def _merge_rows(
    merge: RecordMerge, own: dict[int, Hours], others: dict[int, Hours]
) -> Iterator[Row]:
    after = dict(own)
    for entry, given in queries.to_carry(merge):
        year = entry.earned_on.year
        after[year] = _plus(after.get(year), given.grant.hours, given.grant.counted)
    for year in sorted({*own, *others}, reverse=True):
        yield Row(
            _("%(year)s 年学时") % {"year": year},
            _hours(own.get(year)), _hours(others.get(year)), _hours(after.get(year)),
        )  # fmt: skip
    short = [(entry, given) for entry, given in queries.to_carry(merge) if given.short]
    if short:
        yield Row(
            _("不重复计"), (), (),
            (
                *(
                    _("%(day)s %(title)s：少计 %(hours)s")
                    % {
                        "day": entry.earned_on, "title": entry.source_title,
                        "hours": figure(given.short),
                    }
                    for entry, given in short[:MOST_NAMED]
                ),
                *_more(len(short)),
            ),
        )  # fmt: skip
    reliefs = [_reliefs(record) for record in (merge.kept, merge.lost)]
    if any(reliefs):
        yield Row(_("减免"), reliefs[0] or ("—",), reliefs[1] or ("—",), (
            *reliefs[0], *((_("并入一方的减免不转移，需要的请重新申请"),) if reliefs[1] else ()),
        ))  # fmt: skip


def _undo_rows(merge: RecordMerge, own: dict[int, Hours]) -> Iterator[Row]:
    assert merge.undoes is not None
    kept, lost = dict(own), queries.hours_by_year(merge.lost_id)
    for entry, twin in queries.to_give_back(merge.undoes):
        year = entry.earned_on.year
        lost[year] = _plus(lost.get(year), entry.hours, entry.counted_hours)
        if twin is not None:
            kept[year] = _plus(kept.get(year), -twin.hours, -twin.counted_hours)
    for year in sorted({*own, *lost}, reverse=True):
        yield Row(
            _("%(year)s 年学时") % {"year": year},
            _hours(own.get(year)), _hours(kept.get(year)), _hours(lost.get(year)),
        )  # fmt: skip


def _plus(sums: Hours | None, hours: Decimal, counted: Decimal) -> Hours:
    before = sums or (NOTHING, NOTHING)
    return (before[0] + hours, before[1] + counted)


def _hours(sums: Hours | None) -> tuple[str, ...]:
    if sums is None:
        return ("—",)
    return (
        _("%(hours)s，计入要求 %(counted)s")
        % {"hours": figure(sums[0]), "counted": figure(sums[1])},
    )


def _more(count: int) -> Iterable[str]:
    if count <= MOST_NAMED:
        return ()
    return (_("另有 %(count)s 条") % {"count": count - MOST_NAMED},)


def _reliefs(record: Member) -> tuple[str, ...]:
    return tuple(
        _("%(year)s 年免修") % {"year": relief.year}
        if relief.hours is None
        else _("%(year)s 年减至 %(hours)s 学时")
        % {"year": relief.year, "hours": figure(relief.hours)}
        for relief in queries.reliefs_of_record(record)
    )
