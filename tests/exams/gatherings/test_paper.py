"""A list on paper finds the members it means, and says in which line it does not."""

from hypothesis import given
from hypothesis import strategies as st

from exams.gatherings.paper import Fault, Person, Problem, numbers_written, read_list, written

WANG = Person(1, "400001", "王䶮", "第一党支部")
ZHANG = Person(2, "400002", "张晓岚", "第一党支部")
OTHER_ZHANG = Person(3, "400003", "张晓岚", "第一党支部")
GULI = Person(4, "400004", "古丽娜尔·艾山", "第一党支部")
LI = Person(5, "400005", "李淏", "第一党支部")
OWN = (WANG, ZHANG, OTHER_ZHANG, GULI, LI)
HU = Person(9, "400012", "胡立新", "第二党支部")
GUESTS = {HU.number: HU}


def read(text: str, present: frozenset[int] = frozenset()) -> tuple[list[str], list[Problem]]:
    found = read_list(text, own=OWN, guests=GUESTS, present=present)
    return [person.number for person in found.people], list(found.problems)


def test_numbers_and_names_in_any_usual_writing() -> None:
    text = "1. 王䶮\n2、400002\n\n古丽娜尔・艾山\n李 淏\n400003　张晓岚\n"
    assert read(text) == (["400001", "400002", "400004", "400005", "400003"], [])


def test_an_ambiguous_name_is_refused_with_the_numbers_to_choose_from() -> None:
    assert read("张晓岚") == (
        [],
        [Problem(1, "张晓岚", Fault.AMBIGUOUS, ("400002", "400003"))],
    )


def test_each_line_that_names_nobody_says_why() -> None:
    text = "王五\n499999\n400001 张晓岚\n王䶮\n400001\n李淏"
    people, problems = read(text, present=frozenset({5}))
    assert people == ["400001"]
    assert [(problem.line, problem.fault) for problem in problems] == [
        (1, Fault.UNKNOWN_NAME),
        (2, Fault.UNKNOWN_NUMBER),
        (3, Fault.DISAGREES),
        (5, Fault.TWICE),
        (6, Fault.PRESENT),
    ]


def test_a_guest_needs_number_and_name() -> None:
    assert read("400012 胡立新") == (["400012"], [])
    assert read("胡立新,400012") == (["400012"], [])
    assert read("400012\n胡立新\n400012 胡立") == (
        [],
        [
            Problem(1, "400012", Fault.UNKNOWN_NUMBER),
            Problem(2, "胡立新", Fault.UNKNOWN_NAME),
            Problem(3, "400012 胡立", Fault.UNKNOWN_NUMBER),
        ],
    )


lines = st.lists(
    st.sampled_from([person.name for person in OWN] + [person.number for person in OWN])
    | st.text(max_size=12)
)


@given(lines, st.frozensets(st.integers(1, 5)))
def test_every_line_is_taken_once_or_explained(said: list[str], present: frozenset[int]) -> None:
    text = "\n".join(said)
    found = read_list(text, own=OWN, guests=GUESTS, present=present)
    assert len(found.people) + len(found.problems) == len(list(written(text)))
    assert len({person.pk for person in found.people}) == len(found.people)
    assert present & {person.pk for person in found.people} == set()


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert set(numbers_written(text)) <= {number for _line, number, _name in written(text)}
