"""Asking a class: once, one thing at a time, by the server's clock; and who did not follow."""

import datetime as dt
import json

import pytest

from live.checks import queries, services
from live.checks.errors import CheckClosedError, CheckContentError
from live.checks.models import Check, CheckAnswer, Puzzled
from live.classroom import services as classes
from live.classroom.models import LiveClass, LiveEvent
from live.hours.queries import attendance_of
from lms.core import clock
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.live_hours import was_there
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.factories.questions import blank_written, make_question, single_written
from tests.live.classroom.test_pages import of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general)


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    classes.go_on_air(by=teacher, live_class=made)
    return made


def poll(by: Member, live_class: LiveClass, **more: object) -> Check:
    return services.open_poll(
        by=by,
        live_class=live_class,
        question="听清楚了吗？",
        options=["是", "否"],
        **more,  # type: ignore[arg-type]
    )


def say(by: Member, check: Check, *chosen: int) -> CheckAnswer:
    sent = {"choice": [str(each) for each in chosen]}
    _check, found = services.answer(
        by=by, live_class=check.live_class, check_id=check.pk, sent=sent
    )
    return found


def told(live_class: LiveClass, kind: str) -> list[dict[str, object]]:
    rows = LiveEvent.objects.filter(live_class=live_class, kind=kind).order_by("seq")
    return [row.body["check"] for row in rows]


def test_a_poll_is_answered_once_and_told(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    check = poll(teacher, live_class)
    first, second = make_member(tree.first), make_member(tree.first)
    kept = say(first, check, 0)
    assert say(first, check, 1) == kept
    say(second, check, 1)
    assert services.chart(check) == {"id": check.pk, "answered": 2, "counts": [1, 1]}
    services.shut_check(by=teacher, live_class=live_class, check_id=check.pk)
    services.shut_check(by=teacher, live_class=live_class, check_id=check.pk)
    with pytest.raises(CheckClosedError):
        say(make_member(tree.first), check, 0)
    services.tell_check(by=teacher, live_class=live_class, check_id=check.pk)
    services.tell_check(by=teacher, live_class=live_class, check_id=check.pk)
    (shown,) = told(live_class, "check_told")
    assert (shown["counts"], shown["answered"]) == ([1, 1], 2)
    assert ["counts" in said for said in told(live_class, "check_shut")] == [False]
    live_class.refresh_from_db()
    assert live_class.shown["check"]["state"] == "told"
    services.put_away(by=teacher, live_class=live_class)
    live_class.refresh_from_db()
    assert live_class.shown["check"] is None


def test_the_same_message_asks_once_and_another_ends_what_was_asked(
    teacher: Member, live_class: LiveClass
) -> None:
    check = poll(teacher, live_class, once="1:a")
    assert poll(teacher, live_class, once="1:a") == check
    other = poll(teacher, live_class, once="1:b")
    assert list(Check.objects.filter(closed_at=None)) == [other]
    assert [said["id"] for said in told(live_class, "check_shut")] == [check.pk]


def test_what_is_not_whole_is_refused(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    for options in ([], ["是"], ["是", " "], ["项"] * 9):
        with pytest.raises(CheckContentError):
            services.open_poll(by=teacher, live_class=live_class, question="", options=options)
    check = poll(teacher, live_class)
    for chosen in ((), (2,), (0, 1)):
        with pytest.raises(CheckContentError):
            say(make_member(tree.first), check, *chosen)
    assert CheckAnswer.objects.count() == 0


def test_the_key_of_a_question_is_nowhere_before_it_is_told(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    question = make_question(tree.general, by=teacher, written=single_written(correct=1))
    check = services.open_quiz(by=teacher, live_class=live_class, question_id=question.pk)
    assert check.version is not None
    right = check.arrangement.index(1)
    member = make_member(tree.first)
    say(member, check, right)
    services.shut_check(by=teacher, live_class=live_class, check_id=check.pk)
    live_class.refresh_from_db()
    before = json.dumps(
        [live_class.shown, *LiveEvent.objects.values_list("body", flat=True)], ensure_ascii=False
    )
    for secret in ("correct", '"right"', "见条例"):
        assert secret not in before
    assert "right" not in queries.mine(check, CheckAnswer.objects.get())
    told_check = services.tell_check(by=teacher, live_class=live_class, check_id=check.pk)
    (shown,) = told(live_class, "check_told")
    assert (shown["right"], shown["words"], shown["explanation"]) == (
        [right], ["B. 16学时"], "见条例。",
    )  # fmt: skip
    assert queries.mine(told_check, CheckAnswer.objects.get())["right"] is True


def test_only_ready_questions_of_ones_own_bank_that_thumbs_can_answer(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    ready = make_question(tree.general, by=teacher)
    draft = make_question(tree.general, by=teacher, is_ready=False)
    foreign = make_question(tree.third)
    for question in (draft, foreign):
        with pytest.raises(CheckContentError):
            services.open_quiz(by=teacher, live_class=live_class, question_id=question.pk)
    assert [row["id"] for row in queries.bank(teacher, "")] == [ready.pk]
    assert set(queries.bank(teacher, "")[0]) == {"id", "kind", "question"}
    assert queries.bank(teacher, "没有这样的字") == []


def test_what_is_written_is_listed_and_what_is_right_told_at_the_end(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    words = blank_written("三会一课")
    question = make_question(tree.general, by=teacher, kind="blank", written=words)
    check = services.open_quiz(by=teacher, live_class=live_class, question_id=question.pk)
    assert queries.public(check)["blanks"] == 1
    members = [make_member(tree.first) for _each in range(3)]

    def write(member: Member, *texts: str) -> CheckAnswer:
        sent = {"blank": list(texts)}
        return services.answer(by=member, live_class=live_class, check_id=check.pk, sent=sent)[1]

    for member, text in zip(members, ("三会一课", "“三会一课”", "主题党日"), strict=True):
        write(member, text)
    late = make_member(tree.first)
    for nothing in ((), ("  ",)):
        with pytest.raises(CheckContentError, match="还没有写"):
            write(late, *nothing)
    with pytest.raises(CheckContentError, match="没有看懂"):
        write(late, "一", "二")
    assert services.chart(check) == {
        "id": check.pk, "answered": 3, "counts": [],
        "written": [["“三会一课”", 2], ["主题党日", 1]],
    }  # fmt: skip
    live_class.refresh_from_db()
    before = json.dumps([live_class.shown, queries.public(check)], ensure_ascii=False)
    assert "三会一课" not in before
    services.tell_check(by=teacher, live_class=live_class, check_id=check.pk)
    (shown,) = told(live_class, "check_told")
    # Nobody's own words come before the whole class unread, unless they are right.
    assert (shown["written"], shown["others"], shown["rights"], shown["words"]) == (
        [["“三会一课”", 2, True]],
        1,
        ["“三会一课”", "三会一课"],
        ["三会一课"],
    )
    page = of(teacher).get(f"/live/{live_class.pk}/checks/")
    assert page.context["rows"][0]["options"] == [
        {"text": "“三会一课”", "count": 2, "is_right": True},
        {"text": "主题党日", "count": 1, "is_right": False},
    ]
    rights = [
        queries.mine(Check.objects.get(), answer)["right"]
        for answer in CheckAnswer.objects.order_by("pk")
    ]
    assert rights == [True, True, False]


def test_a_roll_call_is_answered_within_its_window_by_the_servers_clock(
    tree: BranchTree, teacher: Member, live_class: LiveClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = services.call_roll(by=teacher, live_class=live_class, seconds=60)
    in_time, late = make_member(tree.first), make_member(tree.first)
    say(in_time, check)
    end = check.opened_at + dt.timedelta(seconds=60)
    monkeypatch.setattr(clock, "now", lambda: end + services.ON_ITS_WAY + dt.timedelta(seconds=1))
    with pytest.raises(CheckClosedError):
        say(late, check)
    second = services.call_roll(by=teacher, live_class=live_class, seconds=90, first=check)
    say(late, second)
    # Who answered the first round is not asked again, and is not counted twice.
    assert say(in_time, second).check_asked == check
    assert [row.member for row in queries.present_at(check)] == [in_time, late]
    with pytest.raises(CheckContentError):
        services.call_roll(by=teacher, live_class=live_class, seconds=60, first=check)
    for seconds in (59, 181):
        with pytest.raises(CheckContentError):
            services.call_roll(by=teacher, live_class=live_class, seconds=seconds)


def test_the_roll_is_shown_beside_the_time_and_takes_nothing_from_it(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    here, silent = make_member(tree.first), make_member(tree.first)
    for member in (here, silent):
        was_there(live_class, member, (0, 60))
    check = services.call_roll(by=teacher, live_class=live_class, seconds=60)
    services.call_roll(by=teacher, live_class=live_class, seconds=60, first=check)
    services.call_roll(by=teacher, live_class=live_class, seconds=60)
    CheckAnswer.objects.create(check_asked=check, member=here, at=clock.now())
    found = attendance_of(live_class)
    assert [(each.proofs["roll"].asked, each.proofs["roll"].answered) for each in found] == [
        (2, 1), (2, 0),
    ]  # fmt: skip
    assert found[0].stay == found[1].stay


def test_not_following_is_counted_once_a_minute_and_says_nobody(
    tree: BranchTree, live_class: LiveClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = make_member(tree.first), make_member(tree.first)
    start = clock.now().replace(second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: start)
    live_class.shown = {"slide": {"n": 3}}
    pressed = [services.not_followed(by=by, live_class=live_class) for by in (one, one, other)]
    assert pressed == [True, False, True]
    monkeypatch.setattr(clock, "now", lambda: start + dt.timedelta(seconds=61))
    assert services.not_followed(by=one, live_class=live_class)
    assert [(row["slide"], row["count"]) for row in queries.puzzled_minutes(live_class)] == [
        ("3", 2), ("3", 1),
    ]  # fmt: skip
    # Three rows, none of which is like another: whoever reads them cannot tell one person's.
    assert len({row.whose for row in Puzzled.objects.all()}) == 3
    names = {field.name for field in Puzzled._meta.get_fields()}
    assert names == {"id", "live_class", "minute", "slide", "whose"}


def test_the_replay_asks_again_once_and_apart_from_the_class(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    question = make_question(tree.general, by=teacher, written=single_written(correct=0))
    quiz = services.open_quiz(by=teacher, live_class=live_class, question_id=question.pk)
    roll = services.call_roll(by=teacher, live_class=live_class, seconds=60)
    services.call_roll(by=teacher, live_class=live_class, seconds=60, first=roll)
    was_in, absent = make_member(tree.first), make_member(tree.first)
    with pytest.raises(CheckClosedError):
        services.answer_later(by=absent, live_class=live_class, check_id=quiz.pk, sent={})
    CheckAnswer.objects.create(
        check_asked=quiz, member=was_in, answer={"chosen": 1}, at=clock.now()
    )
    classes.close_class(by=teacher, live_class=live_class)
    assert [(cue.check_id, cue.said["kind"]) for cue in queries.cues(live_class)] == [
        (quiz.pk, "quiz"), (roll.pk, "roll"),
    ]  # fmt: skip
    place = str(quiz.arrangement.index(0))
    for by, right in ((absent, True), (was_in, False)):
        check, kept = services.answer_later(
            by=by, live_class=live_class, check_id=quiz.pk, sent={"choice": [place]}
        )
        assert kept.is_make_up == (by == absent)
        assert (check, kept.answer["chosen"] == 0) == (quiz, right)
    services.answer_later(by=absent, live_class=live_class, check_id=roll.pk, sent={})
    # The figures of the class stay what they were.
    assert queries.tally_of(quiz).answered == 1
    assert queries.roll_calls(live_class).of(absent.pk).answered == 0
