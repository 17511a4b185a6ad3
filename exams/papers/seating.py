"""Who sits where: a list that was written down, or seats dealt out; pure."""

import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_SEATS = 5000
MOST_IN_A_ROOM = 2000
LONGEST_ROOM = 40

_BETWEEN = re.compile(r"[\t,，、;；]+|\s+")
_SEAT = re.compile(r"(\d{1,4})(?:号|座|号座)?")


@dataclass(frozen=True, slots=True)
class Room:
    name: str
    seats: int


@dataclass(frozen=True, slots=True)
class Written:
    """One line of a seat list."""

    line: int
    member_number: str
    room: str
    seat: int


def read_rooms(text: str) -> tuple[list[Room], list[int]]:
    """The rooms of lines such as "第一会议室 30", and the numbers of lines that are none."""
    rooms: dict[str, Room] = {}
    wrong = []
    for line, words in _lines(text):
        name = " ".join(words[:-1])[:LONGEST_ROOM]
        seat = _SEAT.fullmatch(words[-1].removesuffix("个")) if name else None
        if seat is None or not 0 < int(seat[1]) <= MOST_IN_A_ROOM or name in rooms:
            wrong.append(line)
        else:
            rooms[name] = Room(name, int(seat[1]))
    return list(rooms.values()), wrong


def deal(people: Sequence[int], rooms: Sequence[Room], *, seed: int) -> list[tuple[int, str, int]]:
    """(member, room, seat) for everybody as far as there are seats; the seed mixes people.

    Mixed, because who comes from one branch would otherwise sit side by side.
    """
    mixed = sorted(people)
    random.Random(seed).shuffle(mixed)  # noqa: S311 (a draw, no secret)
    places = [(room.name, seat) for room in rooms for seat in range(1, room.seats + 1)]
    return [(member, *place) for member, place in zip(mixed, places, strict=False)]


def read_seats(text: str) -> tuple[list[Written], list[int]]:
    """Lines of member number, room, seat, and the numbers of lines that are not such.

    A line that gives a seat or a person a second time is not taken either; a heading in the first
    line is passed over.
    """
    found: list[Written] = []
    wrong = []
    people: set[str] = set()
    places: set[tuple[str, int]] = set()
    for place, (line, words) in enumerate(_lines(text)):
        seat = _SEAT.fullmatch(words[-1]) if len(words) >= 3 else None
        if seat is None:
            if place or any(character.isdigit() for character in "".join(words)):
                wrong.append(line)
            continue
        number, room = words[0], " ".join(words[1:-1])[:LONGEST_ROOM]
        if number in people or (room, int(seat[1])) in places or int(seat[1]) == 0:
            wrong.append(line)
            continue
        people.add(number)
        places.add((room, int(seat[1])))
        found.append(Written(line, number, room, int(seat[1])))
    return found, wrong


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for line, said in enumerate(text.splitlines()[:MOST_SEATS], start=1):
        plain = unicodedata.normalize("NFKC", said).strip()
        words = [word for word in _BETWEEN.split(plain) if word]
        if words:
            yield line, words
