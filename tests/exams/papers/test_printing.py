"""Papers on paper: sealed or draft, form by form, keys apart."""

from decimal import Decimal

import pytest

from exams.attempts.models import Fairness
from exams.papers import seat_services, services
from exams.papers.printing import KEY, PAPER, SEATS, key_data, paper_data, seats_data
from exams.papers.queries import seats_of
from exams.papers.shown import answer_words, shown_paper
from lms.core.documents.pdf import render_pdf
from tests.factories.members import make_branch_tree, make_member
from tests.factories.papers import make_exam, make_paper, ready_question
from tests.support.pdfs import pages_of

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_a_paper_prints_without_a_key_and_the_key_apart() -> None:
    tree = make_branch_tree()
    paper = make_paper(tree.first, questions=3, title="季度测试")
    services.add_item(
        paper=paper,
        question=ready_question(
            tree.first,
            stem="<p>下列说法<b>正确</b>的是（　）。</p>",
            content={"options": ["甲", "乙"]},
            key={"correct": 1},
            explanation="<p>见党章第十条。</p>",
        ),
        section="附加题",
        points=Decimal("4.5"),
    )
    services.seal_paper(paper=paper, by=paper.made_by)
    data = paper_data(paper, "")
    assert [section["heading"] for section in data["sections"]] == [
        "一、单选题（共 3 题，每题 2 分，共 6 分）",
        "二、附加题（共 1 题，每题 4.5 分，共 4.5 分）",
    ]
    assert data["sections"][1]["items"] == [
        {
            "number": 4,
            "stem": "下列说法正确的是（　）。",
            "options": ["A. 甲", "B. 乙"],
            "columns": 4,
            "more": [],
            "room": 0.0,
        }
    ]
    assert data["points_line"] == "满分 10.5 分"
    marked = key_data(paper, "")["sections"][1]["items"]
    assert [(one["number"], one["answer"], one["explanation"]) for one in marked] == [
        (4, "B", "见党章第十条。")
    ]
    (printed,) = pages_of(render_pdf(PAPER, data))
    (key,) = pages_of(render_pdf(KEY, key_data(paper, "")))
    for words in (
        "季度测试第一党支部满分10.5分",
        "一、单选题（共3题，每题2分，共6分）",
        "4.下列说法正确的是（）。A.甲B.乙",
        "第1页共1页",
    ):
        assert printed.count(words) == 1, (words, printed)
    assert [printed.count(words) for words in ("答案", "见党章第十条")] == [0, 0]
    assert [key.count(words) for words in ("答案：B（4.5分）", "见党章第十条。")] == [1, 1], key


def test_the_key_of_form_b_names_the_letters_of_form_b() -> None:
    tree = make_branch_tree()
    paper = make_paper(tree.first, questions=8, kind="ab", sealed=True)
    right = {}
    for form in ("A", "B"):
        shown = [item for section in shown_paper(paper, form) for item in section.items]
        right[form] = {item.item.version_id: dict(item.options)[item.answer] for item in shown}
        assert [item.number for item in shown] == list(range(1, 9))
    assert right["A"] == right["B"] == dict.fromkeys(right["A"], "民主集中制")
    letters = {item.answer for section in shown_paper(paper, "B") for item in section.items}
    assert len(letters) > 1
    assert paper_data(paper, "B") == paper_data(paper, "B")


def test_a_random_paper_prints_one_draw_and_says_so() -> None:
    tree = make_branch_tree()
    paper = make_paper(tree.first, questions=2, kind="random", sealed=True)
    assert paper_data(paper, "")["note"] == "样卷：每位考生的题目另行随机抽取。"


def test_whatever_a_key_holds_is_told() -> None:
    assert (
        answer_words("multiple", {"options": ["甲", "乙", "丙"]}, {"correct": [2, 0]}, []) == "AC"
    )
    assert answer_words("true_false", {}, {"correct": True}, []) == "√"
    assert answer_words("blank", {}, {"blanks": [["八", "8"], ["九"]]}, []) == "八、8、九"


@pytest.mark.slow
def test_seats_print_a_page_a_room() -> None:
    tree = make_branch_tree()
    people = [make_member(tree.first, name=name) for name in ("张秀英", "王建国", "李淏")]
    paper = make_paper(tree.first, questions=2, kind="ab", sealed=True)
    exam = make_exam(tree.first, paper=paper, fairness=Fairness.ROOM)
    lines = "\n".join(f"{person.number}\t礼堂\t{seat}" for seat, person in enumerate(people, 1))
    seat_services.import_seats(exam=exam, text=lines)
    data = seats_data(exam, seats_of(exam))
    assert [(room["name"], room["count_line"]) for room in data["rooms"]] == [("礼堂", "共 3 人")]
    assert data["heads"] == ["座位号", "姓名", "党员编号", "卷别", "签到"]
    assert [row[:2] + row[3:] for row in data["rooms"][0]["seats"]] == [
        ["1", "张秀英", "A", ""],
        ["2", "王建国", "B", ""],
        ["3", "李淏", "A", ""],
    ]
    (room,) = pages_of(render_pdf(SEATS, data))
    rows = "".join(
        f"{seat}{person.name}{person.number}{form}"
        for seat, (person, form) in enumerate(zip(people, "ABA", strict=True), 1)
    )
    assert room == (
        f"礼堂{exam.title}共3人第一党支部座位号姓名党员编号卷别签到{rows}{exam.title}第1页"
    )
