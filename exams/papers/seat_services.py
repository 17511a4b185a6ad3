"""Giving out the seats of an invigilated exam."""

import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from exams.attempts.models import Exam, ExamState, Fairness
from exams.papers import seating
from exams.papers.errors import SeatingError
from exams.papers.models import Seat
from exams.papers.queries import people_of
from lms.members.roster import UnreadableRosterError
from lms.members.roster_files import read_table
from lms.members.roster_words import sentence

MOST_NAMED = 10


def deal_seats(*, exam: Exam, rooms: str) -> int:
    """Mix everybody who may sit the exam over the rooms, instead of what was dealt before."""
    found, wrong = seating.read_rooms(rooms)
    if wrong or not found:
        raise SeatingError(
            _("第 %(lines)s 行看不懂。请一行写一个考场：名称、空格、座位数，名称不要重复。")
            % {"lines": _named(wrong or [1])}
        )
    people = list(people_of(exam).values_list("pk", flat=True))
    places = sum(room.seats for room in found)
    if places < len(people):
        raise SeatingError(
            _("一共 %(people)s 人参加，只有 %(places)s 个座位，还差 %(more)s 个。请增加考场。")
            % {"people": len(people), "places": places, "more": len(people) - places}
        )
    return _give(exam, seating.deal(people, found, seed=secrets.randbits(40)))


def import_seats(*, exam: Exam, text: str = "", content: bytes = b"") -> int:
    """Take over a list that exists already, instead of what was dealt before.

    All of it or nothing: half a list would leave somebody standing at the door.
    """
    found, wrong = seating.read_seats(_as_text(content) if content else text)
    if wrong:
        raise SeatingError(
            _(
                "第 %(lines)s 行看不懂，或者人或座位重复，没有导入。"
                "每行应是：党员编号、考场、座位号。"
            )
            % {"lines": _named(wrong)}
        )
    if not found:
        raise SeatingError(_("没有读到座位。请粘贴座位表，或者选择文件。"))
    numbers = [one.member_number for one in found]
    people = dict(people_of(exam).filter(number__in=numbers).values_list("number", "pk"))
    unknown = [number for number in numbers if number not in people]
    if unknown:
        raise SeatingError(
            _("这些编号不在本场考试的人员里，没有导入：%(numbers)s。请核对后再导入。")
            % {"numbers": _named(unknown)}
        )
    return _give(exam, [(people[one.member_number], one.room, one.seat) for one in found])


@transaction.atomic
def _give(exam: Exam, seats: Iterable[tuple[int, str, int]]) -> int:
    held = Exam.objects.select_for_update().get(pk=exam.pk)
    if held.fairness != Fairness.ROOM:
        raise SeatingError(_("只有“考场监考”的考试排座位。"))
    if held.state not in (ExamState.DRAFT, ExamState.PUBLISHED):
        raise SeatingError(_("考试已经取消或者公布成绩，座位不再变动。"))
    Seat.objects.filter(exam=held).delete()
    made = Seat.objects.bulk_create(
        Seat(exam=held, member_id=member, room=room, number=number)
        for member, room, number in seats
    )
    return len(made)


def _as_text(content: bytes) -> str:
    """The first sheet of a file as lines."""
    try:
        table = read_table(content)
    except UnreadableRosterError as unreadable:
        raise SeatingError(sentence(unreadable.problem)) from unreadable
    return "\n".join("\t".join(map(_cell, cells)) for _line, cells in table.rows)


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int) else ""


def _named(values: Iterable[object]) -> str:
    listed = [str(value) for value in values]
    return "、".join(listed[:MOST_NAMED]) + ("…" if len(listed) > MOST_NAMED else "")
