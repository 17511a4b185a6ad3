"""Seats: dealt out or taken over from a list, all of them or none."""

import io
import random

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.attempts.models import Fairness
from exams.papers import exam_services, seat_services
from exams.papers.models import Seat
from exams.papers.queries import seats_of
from exams.papers.seating import Room, Written, deal, read_rooms, read_seats
from lms.core.errors import DomainError
from tests.factories.members import make_branch_tree, make_member
from tests.factories.papers import make_exam

ROOMS = st.lists(st.integers(1, 8), min_size=1, max_size=4).map(
    lambda sizes: [Room(f"第{place}考场", size) for place, size in enumerate(sizes, 1)]
)


@given(st.sets(st.integers(1, 500), max_size=40), ROOMS, st.integers(0, 2**40), st.randoms())
def test_everybody_gets_one_seat_as_far_as_there_are_any(
    people: set[int], rooms: list[Room], seed: int, chance: random.Random
) -> None:
    mixed = list(people)
    chance.shuffle(mixed)
    dealt = deal(mixed, rooms, seed=seed)
    places = [(room.name, seat) for room in rooms for seat in range(1, room.seats + 1)]
    assert [(room, seat) for _member, room, seat in dealt] == places[: len(people)]
    assert len({member for member, _room, _seat in dealt}) == min(len(people), len(places))
    assert dealt == deal(sorted(people), rooms, seed=seed)


@given(st.text(max_size=200))
def test_any_text_is_read_or_named_line_by_line(text: str) -> None:
    seats, wrong = read_seats(text)
    rooms, _wrong = read_rooms(text)
    assert len({one.member_number for one in seats}) == len(seats)
    assert len({(one.room, one.seat) for one in seats}) == len(seats)
    assert {one.line for one in seats} & set(wrong) == set()
    assert len({room.name for room in rooms}) == len(rooms)


def test_lists_are_read_as_people_write_them() -> None:
    text = "党员编号\t考场\t座位号\nA001\t第一会议室\t1\nA002，礼堂，２号\n\nA003 礼堂 西侧 12座"
    assert read_seats(text) == (
        [
            Written(2, "A001", "第一会议室", 1),
            Written(3, "A002", "礼堂", 2),
            Written(5, "A003", "礼堂 西侧", 12),
        ],
        [],
    )
    assert read_seats("A1 礼堂 1\nA1 礼堂 2\nA2 礼堂 1\nA3 礼堂\nA4 礼堂 0") == (
        [Written(1, "A1", "礼堂", 1)],
        [2, 3, 4, 5],
    )
    assert read_rooms("第一会议室 30\n礼堂，100个\n走廊\n礼堂 5") == (
        [Room("第一会议室", 30), Room("礼堂", 100)],
        [3, 4],
    )


@pytest.mark.django_db
def test_seats_are_dealt_or_imported_whole_or_not_at_all() -> None:
    tree = make_branch_tree()
    people = [make_member(tree.first) for _number in range(3)]
    exam = make_exam(tree.first, fairness=Fairness.ROOM)
    assert seat_services.deal_seats(exam=exam, rooms="礼堂 2\n会议室 5") == 3
    before = list(Seat.objects.values_list("member", "room", "number"))
    for text, told in {
        f"{people[0].number} 礼堂 1\n没有座位的人": "第 2 行看不懂",
        f"{people[0].number} 礼堂 1\nX999 礼堂 2": "这些编号不在本场考试的人员里，没有导入：X999。",
        "": "没有读到座位。",
    }.items():
        with pytest.raises(DomainError, match=told):
            seat_services.import_seats(exam=exam, text=text)
    with pytest.raises(DomainError, match="一共 3 人参加，只有 2 个座位，还差 1 个。"):
        seat_services.deal_seats(exam=exam, rooms="礼堂 2")
    with pytest.raises(DomainError, match="第 1 行看不懂"):
        seat_services.deal_seats(exam=exam, rooms="礼堂")
    assert list(Seat.objects.values_list("member", "room", "number")) == before
    book = openpyxl.Workbook()
    book.active.append(["党员编号", "考场", "座位号"])
    for seat, person in enumerate(people, 1):
        book.active.append([person.number, "礼堂", seat])
    content = io.BytesIO()
    book.save(content)
    assert seat_services.import_seats(exam=exam, content=content.getvalue()) == 3
    assert [(seat.member, seat.room, seat.number) for seat in seats_of(exam)] == [
        (person, "礼堂", seat) for seat, person in enumerate(people, 1)
    ]


@pytest.mark.django_db
def test_only_an_invigilated_exam_that_is_still_to_come_has_seats_given_out() -> None:
    tree = make_branch_tree()
    officer = make_member(tree.first)
    with pytest.raises(DomainError, match="只有“考场监考”的考试排座位。"):
        seat_services.deal_seats(exam=make_exam(tree.first), rooms="礼堂 9")
    exam = make_exam(tree.first, fairness=Fairness.ROOM, published=True)
    exam_services.cancel_exam(exam=exam, reason="改期", by=officer)
    with pytest.raises(DomainError, match="座位不再变动"):
        seat_services.deal_seats(exam=exam, rooms="礼堂 9")
