"""Papers: filled, changed by hand, sealed, copied; and who may see them."""

from decimal import Decimal
from typing import Any

import pytest

from exams.papers import services
from exams.papers.blueprint import Blueprint, Cell
from exams.papers.drawing import draw
from exams.papers.models import Paper, PaperKind
from exams.papers.queries import candidates_of, items_of, managed_papers, pool_of
from exams.questions.models import Question, QuestionState
from lms.core.errors import DomainError
from lms.members.models import Member
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)
from tests.factories.papers import make_paper, make_topic, ready_question, revise_question

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def officer(tree: BranchTree) -> Member:
    return make_administrator(tree.first)


def numbers(paper: Paper, form: str | None = None) -> list[tuple[int, str, int]]:
    """(position, section, question) of each item."""
    return [
        (item.position, item.section, item.version.question_id) for item in items_of(paper, form)
    ]


def on(paper: Paper) -> list[int]:
    return [question for _position, _section, question in numbers(paper)]


def test_a_blueprint_is_filled_the_same_for_the_same_seed_and_differently_for_another(
    tree: BranchTree, officer: Member
) -> None:
    topic = make_topic(tree.first)
    for number in range(12):
        ready_question(tree.first, topic=topic if number % 2 else None, difficulty=1 + number % 5)
    ready_question(tree.second)  # another branch's: never drawn
    cells = (
        Cell("single", 3, Decimal(2), "单选题", topic=topic.pk),
        Cell("single", 4, Decimal("2.5"), "单选题"),
    )
    paper = make_paper(tree.first, blueprint=Blueprint(cells), by=officer)
    drawn = on(paper)
    assert (len(drawn), len(set(drawn)), paper.points) == (7, 7, Decimal(16))
    assert set(drawn) <= {one.id for one in candidates_of(tree.first)}
    services.fill_from_blueprint(paper=paper)
    assert on(paper) == drawn
    services.fill_from_blueprint(paper=paper, draws_anew=True)
    assert on(paper) != drawn


def test_cells_that_lack_questions_are_named_and_nothing_is_changed(
    tree: BranchTree, officer: Member
) -> None:
    topic = make_topic(tree.first)
    for _number in range(3):
        ready_question(tree.first, topic=topic, difficulty=4)
    paper = make_paper(tree.first, questions=1, by=officer)
    before = on(paper)
    cells = (
        Cell("single", 5, Decimal(2), "单选题", topic=topic.pk, difficulty=4),
        Cell("single", 2, Decimal(2), "单选题"),
    )
    services.set_blueprint(paper=paper, blueprint=Blueprint(cells))
    with pytest.raises(DomainError) as refused:
        services.fill_from_blueprint(paper=paper)
    assert refused.value.message == (
        "题库里的题不够，没有组卷。单选题·党章·较难：需要 5 题，只有 3 题；"
        "单选题：需要 2 题，只剩 1 题，另有 3 题其他格要用。"
    )
    assert on(paper) == before


def test_a_paper_is_put_together_by_hand(tree: BranchTree, officer: Member) -> None:
    paper = make_paper(tree.first, questions=3, by=officer)
    first, second, third = on(paper)
    ids = {item.version.question_id: item.pk for item in items_of(paper)}
    services.move_item(paper=paper, item_id=ids[third], by=-1)
    assert numbers(paper) == [
        (1, "单选题", first),
        (2, "单选题", third),
        (3, "单选题", second),
    ]
    services.move_item(paper=paper, item_id=ids[third], by=-9)
    services.set_points(paper=paper, item_id=ids[third], points=Decimal("4.5"))
    assert (on(paper), paper.points) == ([third, first, second], Decimal("8.5"))
    services.remove_item(paper=paper, item_id=ids[first])
    assert numbers(paper) == [(1, "单选题", third), (2, "单选题", second)]
    extra = ready_question(tree.first)
    services.add_item(paper=paper, question=extra, section="附加题", points=Decimal(10))
    services.add_item(paper=paper, question=ready_question(tree.first))
    assert [(place, section) for place, section, _ in numbers(paper)] == [
        (1, "单选题"),
        (2, "单选题"),
        (3, "单选题"),
        (4, "附加题"),
    ]
    with pytest.raises(DomainError, match="这道题已经在试卷里。"):
        services.add_item(paper=paper, question=extra)
    with pytest.raises(DomainError, match="不在本组织可用的题库里"):
        services.add_item(paper=paper, question=ready_question(tree.second))
    with pytest.raises(DomainError, match="每题分值应大于 0，不超过 100 分。"):
        services.set_points(paper=paper, item_id=ids[second], points=Decimal(0))


def test_a_question_added_by_hand_fills_the_gap_its_cell_has(
    tree: BranchTree, officer: Member
) -> None:
    for _number in range(2):
        ready_question(tree.first)
    cell = Cell("single", 2, Decimal(5), "一类")
    paper = make_paper(tree.first, blueprint=Blueprint((cell,)), by=officer)
    removed = items_of(paper)[0]
    services.remove_item(paper=paper, item_id=removed.pk)
    with pytest.raises(DomainError, match="单选题：蓝图要 2 题，卷上有 1 题。请补题或改蓝图。"):
        services.seal_paper(paper=paper, by=officer)
    made = services.add_item(paper=paper, question=removed.version.question)
    assert (made.cell, made.section, made.points) == (0, "一类", Decimal(5))
    services.seal_paper(paper=paper, by=officer)


def test_what_is_not_ready_cannot_be_sealed(tree: BranchTree, officer: Member) -> None:
    paper = make_paper(tree.first, by=officer)
    with pytest.raises(DomainError, match="试卷里还没有题目。"):
        services.seal_paper(paper=paper, by=officer)
    paper = make_paper(tree.first, questions=2, by=officer)
    one, two = (item.version.question for item in items_of(paper))
    revise_question(two)
    with pytest.raises(DomainError, match="第 2 题后来修改过，请点“换成最新版本”。"):
        services.seal_paper(paper=paper, by=officer)
    assert services.take_newest(paper=paper) == 1
    assert [item.version.number for item in items_of(paper)] == [1, 2]
    Question.objects.filter(pk=one.pk).update(state=QuestionState.RETIRED)
    with pytest.raises(DomainError, match="第 1 题已停用，请移出或换题。"):
        services.seal_paper(paper=paper, by=officer)


def test_a_sealed_paper_never_changes_and_is_copied_instead(
    tree: BranchTree, officer: Member
) -> None:
    paper = make_paper(tree.first, questions=2, by=officer, sealed=True)
    (item, _other) = items_of(paper)
    question = ready_question(tree.first)
    changes: list[Any] = [
        lambda: services.update_paper(paper=paper),
        lambda: services.discard_paper(paper=paper),
        lambda: services.set_blueprint(paper=paper, blueprint=Blueprint()),
        lambda: services.fill_from_blueprint(paper=paper),
        lambda: services.add_item(paper=paper, question=question),
        lambda: services.remove_item(paper=paper, item_id=item.pk),
        lambda: services.move_item(paper=paper, item_id=item.pk, by=1),
        lambda: services.set_points(paper=paper, item_id=item.pk, points=Decimal(3)),
        lambda: services.take_newest(paper=paper),
        lambda: services.seal_paper(paper=paper, by=officer),
    ]
    for change in changes:
        with pytest.raises(DomainError, match="试卷已经封卷，不能再改。需要修改时请复制一份。"):
            change()
    copied = services.copy_paper(paper=paper, by=officer)
    assert (copied.state, numbers(copied)) == ("draft", numbers(paper))
    services.remove_item(paper=copied, item_id=items_of(copied)[0].pk)
    assert len(on(paper)) == 2


def test_form_b_has_the_same_questions_and_points_in_another_order(
    tree: BranchTree, officer: Member
) -> None:
    paper = make_paper(tree.first, questions=6, kind=PaperKind.AB, by=officer, sealed=True)
    a, b = ({item.version_id: item.points for item in items_of(paper, form)} for form in ("A", "B"))
    assert a == b
    assert list(a) != list(b)
    copied = services.copy_paper(paper=paper, by=officer)
    assert [item.version_id for item in items_of(copied)] == list(a)


def test_a_random_paper_draws_each_cell_and_what_was_added_by_hand(
    tree: BranchTree, officer: Member
) -> None:
    for _number in range(6):
        ready_question(tree.first)
    cell = Cell("single", 2, Decimal(5), "单选题", pool=6)
    paper = make_paper(tree.first, blueprint=Blueprint((cell,)), kind=PaperKind.RANDOM, by=officer)
    services.add_item(
        paper=paper, question=ready_question(tree.first), section="必答题", points=Decimal(3)
    )
    services.seal_paper(paper=paper, by=officer)
    items = list(items_of(paper))
    assert (len(items), Paper.objects.get(pk=paper.pk).points) == (7, Decimal(13))
    drawn = {tuple(draw(pool_of(paper, items), seed=seed, shuffles=False)) for seed in range(40)}
    assert {len(one) for one in drawn} == {3}
    assert {one[-1] for one in drawn} == {items[-1].pk}
    assert len(drawn) > 5


def test_all_that_is_drawn_from_one_cell_is_worth_the_same(
    tree: BranchTree, officer: Member
) -> None:
    for _number in range(3):
        ready_question(tree.first)
    cell = Cell("single", 1, Decimal(5), "单选题", pool=3)
    paper = make_paper(tree.first, blueprint=Blueprint((cell,)), kind=PaperKind.RANDOM, by=officer)
    services.set_points(paper=paper, item_id=items_of(paper)[0].pk, points=Decimal(4))
    assert [item.points for item in items_of(paper)] == [Decimal(4)] * 3
    assert paper.points == Decimal(4)
    paper.items.filter(position=1).update(points=Decimal(9))
    with pytest.raises(DomainError, match="单选题：同一格随机抽的题，分值要一样。"):
        services.seal_paper(paper=paper, by=officer)


def test_who_sees_a_paper(tree: BranchTree, officer: Member) -> None:
    draft = make_paper(tree.first, questions=1)
    sealed = make_paper(tree.first, questions=1, sealed=True)
    teacher = make_instructor(tree.first)
    own = make_paper(tree.first, questions=1, sealed=True, by=teacher)
    seen = {
        "above": make_administrator(tree.general),
        "administrator": officer,
        "teacher": teacher,
        "beside": make_administrator(tree.second),
        "secretary": make_secretary(tree.first),
        "member": make_member(tree.first),
    }
    assert {name: set(managed_papers(by)) for name, by in seen.items()} == {
        "above": {draft, sealed, own},
        "administrator": {draft, sealed, own},
        "teacher": {draft, own},
        "beside": set(),
        "secretary": set(),
        "member": set(),
    }
