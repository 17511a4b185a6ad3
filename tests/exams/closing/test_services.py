"""A year is closed once it is over, as it stands, and what comes later stands beside it."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from exams.closing.errors import (
    NotAllowedError,
    ReasonMissingError,
    StillOpenError,
    YearNotOverError,
)
from exams.closing.export import COLUMNS, digest, first_difference, lines
from exams.closing.models import ClosedYear, YearClosing
from exams.closing.queries import (
    addenda_of,
    head_of,
    heads_not_in_ledger,
    people_of,
    sum_of_addenda,
)
from exams.closing.services import close_year
from lms.core import clock
from lms.core.errors import DomainError
from lms.members.services import transfer_member
from tests.factories.closings import make_closing
from tests.factories.corrections import (
    make_addition_proposal,
    make_appeal,
    make_reversal_proposal,
    reversed_entry,
)
from tests.factories.hours import make_entry
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db
JANUARY = dt.datetime(2026, 1, 5, 4, tzinfo=dt.UTC)
JUNE = dt.date(2025, 6, 1)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(JANUARY, tick=False):
        yield


class School:
    """Two branches with a member each, who studied in 2025."""

    def __init__(self) -> None:
        self.tree = make_branch_tree()
        self.administrator = make_administrator(self.tree.committee)
        self.secretary = make_secretary(self.tree.first)
        self.above = make_secretary(self.tree.general)
        self.member = make_member(self.tree.first, number="400001")
        self.other = make_member(self.tree.second, number="400002")
        self.first = make_entry(self.member, "32", category="group", earned_on=JUNE)
        make_entry(self.member, "4", category="individual", earned_on=JUNE)
        make_entry(self.other, "2.5", category="group", earned_on=JUNE)


@pytest.fixture
def school(db: None) -> School:
    return School()


def refusal(act: Callable[[], Any]) -> str:
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except DomainError as error:
        return type(error).__name__
    return ""


def test_a_closing_writes_down_everybody_as_they_stand(school: School) -> None:
    closing = make_closing(school.tree.general, by=school.administrator)
    rows = {
        row.number: (row.branch_code, row.counted_hours, row.target_hours, row.state, row.seq)
        for row in closing.years.filter(number__startswith="4000")
    }

    assert rows == {
        "400001": ("ZB1", Decimal(32), Decimal(32), "reached", 2),
        "400002": ("ZB2", Decimal("2.5"), Decimal(32), "started", 1),
    }
    assert closing.years.get(number="400001").hours == {"group": "32.00", "individual": "4.00"}
    assert (closing.people, closing.reached, closing.counted_hours) == (4, 1, Decimal("34.5"))
    assert (closing.version, closing.previous, closing.year) == (1, None, 2025)


def test_the_hash_is_that_of_the_file(school: School) -> None:
    closing = make_closing(school.tree.general, by=school.administrator)
    stored = YearClosing.objects.get(pk=closing.pk)
    written = list(lines(head_of(stored), people_of(stored)))

    assert digest(written) == closing.digest == stored.digest
    assert written[0].decode() == "\ufeff" + ",".join(COLUMNS) + "\n"
    assert [line.decode().split(",")[0] for line in written[1:]] == [
        "结账", "组织", "党员", "组织", "党员", "党员", "组织", "党员",
    ]  # fmt: skip
    assert first_difference(written, b"".join(written)) is None


@pytest.mark.parametrize("at", [1, 2, 4, 8])
def test_the_first_line_that_differs_is_named(school: School, at: int) -> None:
    closing = make_closing(school.tree.general, by=school.administrator)
    written = list(lines(head_of(closing), people_of(closing)))
    altered = list(written)
    altered[at - 1] = b"x" + altered[at - 1]
    shorter, longer = written[: at - 1], [*written, b"more\n"]

    assert first_difference(written, b"".join(altered)) == at
    assert first_difference(written, b"".join(shorter)) == at
    assert first_difference(written, b"".join(longer)) == len(written) + 1


def test_who_closes(school: School) -> None:
    asking = {
        "administrator above": school.administrator,
        "own administrator": make_administrator(school.tree.general),
        "below": make_administrator(school.tree.first),
        "secretary": school.above,
        "member": school.member,
    }
    assert {
        who: refusal(lambda by=by: make_closing(school.tree.general, by=by))  # type: ignore[misc]
        for who, by in asking.items()
    } == {
        "administrator above": "",
        "own administrator": "",
        "below": NotAllowedError.__name__,
        "secretary": NotAllowedError.__name__,
        "member": NotAllowedError.__name__,
    }


def test_what_is_open_is_named_and_closed_over_only_with_a_reason(school: School) -> None:
    make_reversal_proposal(school.first, by=school.secretary)
    make_appeal(school.first)
    elsewhere = make_member(school.tree.third)
    make_addition_proposal(
        elsewhere, by=make_secretary(school.tree.third), earned_on=dt.date(2025, 3, 3)
    )
    make_addition_proposal(school.member, by=school.secretary, earned_on=dt.date(2026, 1, 2))

    def close(**said: Any) -> YearClosing:
        return close_year(branch=school.tree.general, year=2025, by=school.administrator, **said)

    assert refusal(close) == StillOpenError.__name__
    assert refusal(lambda: close(reason="先结")) == StillOpenError.__name__
    assert refusal(lambda: close(despite_open=True)) == ReasonMissingError.__name__
    closing = close(reason="申诉另行处理", despite_open=True)
    assert closing.open_items == [
        f"更正待批准：第一党支部 {school.member.name}，第一讲 把台账做成表格",
        f"申诉未办结：第一党支部 {school.member.name}，第一讲 把台账做成表格",
    ]


def test_closing_again_is_the_next_version_with_a_reason(school: School) -> None:
    first = close_year(branch=school.tree.general, year=2025, by=school.administrator)
    assert (
        refusal(lambda: close_year(branch=school.tree.general, year=2025, by=school.administrator))
        == ReasonMissingError.__name__
    )
    make_entry(school.member, "1", category="group", earned_on=JUNE)
    again = make_closing(school.tree.general, by=school.administrator, reason="补记后重结")

    assert (again.version, again.previous, again.reason) == (2, first, "补记后重结")
    assert again.counted_hours - first.counted_hours == Decimal(1)
    assert [addenda_of(closing).count() for closing in (first, again)] == [1, 0]


def test_what_comes_later_is_an_addendum_that_explains_the_difference(school: School) -> None:
    closing = make_closing(school.tree.general, by=school.administrator)
    reversed_entry(school.first, by=school.secretary, approved_by=school.above)
    make_entry(school.other, "3", category="group", earned_on=dt.date(2025, 12, 31))
    make_entry(school.other, "8", category="group", earned_on=dt.date(2026, 1, 1))
    make_entry(make_member(school.tree.third), "9", category="group", earned_on=JUNE)
    addenda = list(addenda_of(closing))

    assert [(row.member.number, row.hours, row.was_counted) for row in addenda] == [
        ("400001", Decimal(-32), Decimal(32)),
        ("400002", Decimal(3), Decimal("2.5")),
    ]
    assert sum_of_addenda(closing) == Decimal(-29)
    again = make_closing(school.tree.general, by=school.administrator)
    assert closing.counted_hours + sum_of_addenda(closing) == again.counted_hours


def test_people_are_those_of_the_years_last_day(school: School) -> None:
    transfer_member(member=school.member, to=school.tree.third, on=dt.date(2026, 1, 1))
    closing = make_closing(school.tree.general, by=school.administrator)
    transferred = make_closing(school.tree.third, by=school.administrator)

    assert closing.years.filter(number="400001").count() == 1
    assert transferred.years.filter(number="400001").count() == 0


def test_every_chain_of_a_closing_is_the_beginning_of_todays(
    school: School, behind_our_back: Callable[..., None]
) -> None:
    closing = make_closing(school.tree.general, by=school.administrator)
    make_entry(school.member, "1", earned_on=JUNE)
    sound = list(heads_not_in_ledger(closing))
    behind_our_back(
        "exams_studyhourentry",
        "UPDATE exams_studyhourentry SET hash = 'x' WHERE member_id = %s AND member_seq = 2",
        school.member.pk,
    )

    assert sound == []
    assert [row.number for row in heads_not_in_ledger(closing)] == ["400001"]


@pytest.mark.slow
@pytest.mark.parametrize("table", ["exams_yearclosing", "exams_closedyear"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET counted_hours = 99",
        "UPDATE {} SET counted_hours = counted_hours",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
    ],
)
def test_the_database_refuses_to_change_a_closing(
    school: School, table: str, statement: str
) -> None:
    make_closing(school.tree.general, by=school.administrator)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement.format(table))
    assert ClosedYear.objects.count() == 4


# --- Around the end of a year ---------------------------------------------------------------------

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def shanghai(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


# (moment, the school's day, the last year that may be closed)
INSTANTS = [
    (moment, moment.astimezone(SHANGHAI).date(), moment.astimezone(SHANGHAI).year - 1)
    for year in (2023, 2024, 2027, 2028)
    for moment in (
        shanghai(year, 12, 31, 0, 0, 0),
        shanghai(year, 12, 31, 8, 0, 0),  # midnight in UTC
        shanghai(year, 12, 31, 23, 59, 59),
        shanghai(year, 12, 31, 23, 59, 59, 999_999),
        shanghai(year + 1, 1, 1, 0, 0, 0),
        shanghai(year + 1, 1, 1, 0, 0, 1),
        shanghai(year + 1, 1, 1, 7, 59, 59),  # the old year still in UTC
        shanghai(year + 1, 1, 1, 8, 0, 0),
    )
] + [
    (shanghai(2028, 2, 28, 23, 59, 59), dt.date(2028, 2, 28), 2027),
    (shanghai(2028, 2, 29, 0, 0, 0), dt.date(2028, 2, 29), 2027),
    (shanghai(2028, 2, 29, 23, 59, 59), dt.date(2028, 2, 29), 2027),
    (shanghai(2028, 3, 1, 0, 0, 0), dt.date(2028, 3, 1), 2027),
    (shanghai(2027, 2, 28, 23, 59, 59), dt.date(2027, 2, 28), 2026),
    (shanghai(2027, 3, 1, 0, 0, 0), dt.date(2027, 3, 1), 2026),
    (dt.datetime(2026, 12, 31, 15, 59, 59, tzinfo=dt.UTC), dt.date(2026, 12, 31), 2025),
    (dt.datetime(2026, 12, 31, 16, 0, 0, tzinfo=dt.UTC), dt.date(2027, 1, 1), 2026),
]


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "day", "closable"), INSTANTS)
def test_the_schools_own_clock_says_which_day_and_which_year(
    moment: dt.datetime, day: dt.date, closable: int
) -> None:
    tree = make_branch_tree()
    by = make_administrator(tree.committee)
    member = make_member(tree.committee, number="400009")
    with time_machine.travel(moment, tick=False):
        entry = make_entry(member, "1", category="group", earned_on=clock.today())
        too_early = refusal(lambda: close_year(branch=tree.committee, year=closable + 1, by=by))
        closing = close_year(branch=tree.committee, year=closable, by=by)
    year_end = shanghai(day.year + 1, 1, 1)
    with time_machine.travel(year_end, tick=False):
        own_year = close_year(branch=tree.committee, year=day.year, by=by)

    assert (entry.earned_on, too_early) == (day, YearNotOverError.__name__)
    assert closing.years.get(number="400009").counted_hours == Decimal(0)
    assert own_year.years.get(number="400009").counted_hours == Decimal(1)
