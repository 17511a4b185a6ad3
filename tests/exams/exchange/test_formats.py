"""Each format reads what people write, and a question written is the question read back."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.exchange import aiken, gift, moodle_xml, plain, tables
from exams.exchange.drafts import Draft, Fault, UnreadableFileError, problem_of
from exams.exchange.markup import to_html
from exams.questions.types.wording import normalised

WORDS = (
    st.text(
        st.sampled_from(
            "党员支部学习制度章程民主集中abcXYZ129，。、“”（）《》;:=~#{}\\<>&+-*/ _|.√A对"
        ),
        min_size=1,
        max_size=20,
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
HTML = WORDS.map(to_html)
OPTIONS = st.lists(HTML, min_size=2, max_size=6, unique=True).map(tuple)
NUMBERS = st.decimals(-10000, 10000, places=2)


@st.composite
def drafts(draw: st.DrawFn, kinds: str = "") -> Draft:
    """Any whole question of a kind, of words that try to look like marks of the formats."""
    kind = draw(st.sampled_from(kinds.split() or list(plain.KIND_NAMES)))
    base = Draft(
        kind,
        draw(HTML),
        points=draw(st.none() | st.sampled_from([Decimal(1), Decimal("2.5")])),
        explanation=draw(st.just("") | HTML),
        category=draw(st.sampled_from(["", "党章", "纪律"])),
        topic=draw(st.sampled_from(["", "组织原则"])),
        difficulty=draw(st.none() | st.integers(1, 5)),
    )
    if kind in ("single", "multiple", "ordering"):
        options = draw(OPTIONS)
        right: tuple[int, ...] = ()
        if kind == "single":
            right = (draw(st.integers(0, len(options) - 1)),)
        elif kind == "multiple":
            right = tuple(sorted(draw(st.sets(st.integers(0, len(options) - 1), min_size=1))))
        return replace(base, options=options, right=right)
    if kind == "true_false":
        return replace(base, is_true=draw(st.booleans()))
    if kind == "blank":
        words = tuple(draw(st.lists(WORDS.filter(normalised), min_size=1, max_size=3, unique=True)))
        return replace(base, stem=f"{base.stem}<br>____", blanks=(words,))
    if kind == "numeric":
        return replace(base, number=draw(NUMBERS), tolerance=abs(draw(NUMBERS)))
    if kind == "matching":
        lefts = draw(st.lists(HTML, min_size=2, max_size=4, unique=True))
        rights = draw(st.lists(HTML, min_size=2, max_size=len(lefts) + 1, unique=True))
        pairs = [(left, rights[at % len(rights)]) for at, left in enumerate(lefts)]
        return replace(base, pairs=(*pairs, *(("", each) for each in rights[len(lefts) :])))
    if kind == "case":
        return replace(
            base,
            parts=tuple(draw(st.lists(drafts("single true_false short"), min_size=1, max_size=3))),
        )
    return replace(base, model=draw(st.just("") | WORDS))


def kept(asked: list[Draft], left_out: list[Draft]) -> list[Draft]:
    return [draft for draft in asked if not any(draft is left for left in left_out)]


@given(st.lists(drafts(), max_size=4))
def test_moodle_xml_brings_back_all_it_took(asked: list[Draft]) -> None:
    content, left_out = moodle_xml.write(asked)
    expected = [moodle_xml.what_it_holds(draft) for draft in kept(asked, left_out)]
    assert list(moodle_xml.read(content)) == expected


@given(st.lists(drafts(), max_size=4))
def test_gift_brings_back_all_it_took(asked: list[Draft]) -> None:
    text, left_out = gift.write(asked)
    expected = [gift.what_it_holds(draft) for draft in kept(asked, left_out)]
    assert list(gift.read(text)) == expected


@given(st.lists(drafts(), max_size=4))
def test_text_brings_back_all_it_took(asked: list[Draft]) -> None:
    text, left_out = plain.write(asked)
    assert list(plain.read(text)) == kept(asked, left_out)


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(drafts(), max_size=3))
def test_a_sheet_brings_back_all_it_took(asked: list[Draft]) -> None:
    content, left_out = tables.write(asked)
    assert list(tables.read(content)) == kept(asked, left_out) if asked else True


@given(st.lists(drafts("single"), max_size=4))
def test_aiken_brings_back_all_it_took(asked: list[Draft]) -> None:
    text, left_out = aiken.write(asked)
    expected = [
        Draft("single", d.stem, options=d.options, right=d.right) for d in kept(asked, left_out)
    ]
    assert list(aiken.read(text)) == expected


@given(st.text(max_size=400))
def test_no_text_breaks_a_reader(text: str) -> None:
    for reader in (plain.read, gift.read, aiken.read):
        for each in reader(text):
            assert isinstance(each, Fault) or problem_of(each) is None


def test_ordinary_questions_are_never_left_out() -> None:
    tame = [
        Draft("single", "根本原则是（ ）。", options=("民主集中制", "集体领导"), right=(0,)),
        Draft("multiple", "纪律处分有（ ）", options=("警告", "批评", "留党察看"), right=(0, 2)),
        Draft("true_false", "预备党员没有表决权。", is_true=True),
        Draft("blank", "成立于____年____月。", blanks=(("1921",), ("7", "七"))),
        Draft("numeric", "圆周率？", number=Decimal("3.14"), tolerance=Decimal("0.01")),
        Draft("matching", "配对", pairs=(("支部大会", "每季度"), ("党小组会", "每月"))),
        Draft("ordering", "排列先后", options=("申请入党", "积极分子", "发展对象")),
        Draft("short", "什么是“三会一课”？", model="支部党员大会等"),
        Draft("essay", "谈谈学习体会。"),
    ]  # fmt: skip
    case = Draft("case", "材料：某支部半年没有开会。", parts=(tame[0], tame[2], tame[7]))
    assert plain.write([*tame, case])[1] == []
    assert tables.write([*tame, case])[1] == []
    assert moodle_xml.write(tame)[1] == [tame[3]]


# --- What people write ----------------------------------------------------------------------------

TYPED = """某县机关党委 2026 年知识测试

一、单项选择题（每题2分，共10分）
1. 党的根本组织原则是（ A ）。
A. 民主集中制  B. 集体领导  C. 个人服从组织
解析：见党章第十条。
2、预备期为（　）
A、半年
B、一年
答案：B
难度：易
二、判断题
3. 预备党员有表决权。（×）
三、填空题
4. 最高领导机关是____和它所产生的____。
答案：党的全国代表大会；中央委员会/党中央
"""


def test_a_typed_paper_is_read_as_it_is_meant() -> None:
    assert list(plain.read(TYPED)) == [
        Draft(
            "single",
            "党的根本组织原则是（ ）。",
            options=("民主集中制", "集体领导", "个人服从组织"),
            right=(0,),
            points=Decimal(2),
            explanation="见党章第十条。",
        ),
        Draft(
            "single",
            "预备期为（ ）",
            options=("半年", "一年"),
            right=(1,),
            points=Decimal(2),
            difficulty=1,
        ),
        Draft("true_false", "预备党员有表决权。（ ）", is_true=False),
        Draft(
            "blank",
            "最高领导机关是____和它所产生的____。",
            blanks=(("党的全国代表大会",), ("中央委员会", "党中央")),
        ),
    ]


def test_answers_listed_at_the_end_find_their_questions() -> None:
    text = (
        "一、单选题\n1. 甲是（ ）\nA. 一 B. 二\n2. 乙是（ ）\nA. 一 B. 二\n二、判断题\n1. 丙对。\n"
        "参考答案\n一、单选题 1-2 AB\n二、判断题\n1.×\n"
    )
    assert list(plain.read(text)) == [
        Draft("single", "甲是（ ）", options=("一", "二"), right=(0,)),
        Draft("single", "乙是（ ）", options=("一", "二"), right=(1,)),
        Draft("true_false", "丙对。", is_true=False),
    ]


def test_each_fault_says_where_it_is() -> None:
    text = "1. 甲（ ）\nA. 一 B. 二\n\n2. 乙\nA. 一 B. 二\n答案：D\n\n3. [多选题]丙\nA. 一\n答案：A"
    assert [
        (fault.problem, fault.place) for fault in plain.read(text) if isinstance(fault, Fault)
    ] == [
        ("no_answer", "1"),
        ("answer_no_option", "4"),
        ("few_options", "8"),
    ]


def test_aiken_takes_what_is_whole_and_names_the_rest() -> None:
    text = (
        "Only one\nA) Only\nANSWER: A\n\nGood one\nA) Right\nB) Wrong\nANSWER: A\n\n"
        "Never answered\nA) a\nB) b\n\nSecond good\nA)Wrong\nB)Right\nANSWER: B"
    )
    assert list(aiken.read(text)) == [
        Fault("few_options", "1", "Only one"),
        Draft("single", "Good one", options=("Right", "Wrong"), right=(0,)),
        Fault("no_answer", "10", "Never answered"),
        Draft("single", "Second good", options=("Wrong", "Right"), right=(1,)),
    ]


ENTITY = b'<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>'


@pytest.mark.parametrize(
    ("content", "problem"),
    [(ENTITY, "forbidden_xml"), (b"<quiz><question>", "damaged_xml"), (b"<html/>", "no_quiz")],
)
def test_xml_that_is_no_quiz_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        moodle_xml.read(content)
    assert refused.value.problem == problem


def test_a_formula_is_no_answer() -> None:
    content = "题型,题干,选项A,选项B,答案\n单选题,=1+1,一,二,A\n单选题,甲,一,二,B\n".encode(
        "gb18030"
    )
    assert list(tables.read(content)) == [
        Fault("formula", "2"),
        Draft("single", "甲", options=("一", "二"), right=(1,)),
    ]
