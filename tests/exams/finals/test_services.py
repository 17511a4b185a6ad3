"""Making a final ready, letting people in, playing, and what is left when it is over."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from exams.finals import frames, page, play_services, queries, services
from exams.finals.course import Kind, fold
from exams.finals.errors import (
    CannotJoinError,
    FinalContentError,
    NotInPlayError,
    NotTheHostError,
)
from exams.finals.models import Final, FinalEvent, FinalPlayer, FinalState
from exams.finals.play_services import Said
from exams.finals.record import record_data
from exams.papers.models import PaperItem
from exams.questions.models import QuestionVersion
from lms.core import clock
from lms.core.errors import DomainError
from tests.exams.finals.conftest import People
from tests.factories.finals import (
    ALL,
    BUZZ,
    RIGHT,
    RISK,
    TURN,
    WRONG,
    ask,
    begin,
    code_of,
    join,
    make_final,
    make_final_paper,
    make_lobby,
)
from tests.factories.members import BranchTree, make_member

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def now_ms() -> int:
    return int(clock.now().timestamp() * 1000)


def answer(final: Final, player: FinalPlayer, sent: dict[str, Any], *, allowance: int = 0) -> str:
    """The refusal, or nothing."""
    state = queries.state_of(final)
    said = play_services.answered(
        player_id=player.pk,
        turn=state.turn.number if state.turn else 0,
        sent=sent,
        arrived=now_ms(),
        allowance=allowance,
    )
    _state, [refused] = play_services.take(final_id=final.pk, said=[Said(said, player.member_id)])
    return "" if refused is None else refused.why


def buzz(final: Final, player: FinalPlayer, *, allowance: int = 0) -> None:
    said = play_services.buzzed(
        player_id=player.pk,
        turn=len(queries.state_of(final).turns),
        arrived=now_ms(),
        allowance=allowance,
    )
    play_services.take(final_id=final.pk, said=[Said(said, player.member_id)])


# --- Made ready -----------------------------------------------------------------------------------


def test_each_section_is_a_round_asked_as_its_heading_says(
    tree: BranchTree, people: People
) -> None:
    final = make_final(tree.general, by=people.host)
    rows = [(row.section, row.kind, row.costs) for row in queries.rounds_of(final)]
    assert rows == [
        ("必答题", Kind.TURN, False),
        ("共答题", Kind.ALL, False),
        ("抢答题", Kind.BUZZ, True),
        ("风险题", Kind.RISK, False),
    ]


def test_only_the_branchs_office_holders_hold_one(tree: BranchTree, people: People) -> None:
    paper = make_final_paper(tree.general)
    said = {"title": "决赛", "paper": paper, "by_team": True, "teams": ["甲", "乙"]}
    for by in (people.zhang, people.outsider):
        with pytest.raises(NotTheHostError):
            services.create_final(by=by, branch=tree.general, **said)
    final = services.create_final(by=people.host, branch=tree.general, **said)
    with pytest.raises(NotTheHostError):
        services.open_lobby(by=people.zhang, final=final)
    services.open_lobby(by=people.second, final=final)
    assert final.state == FinalState.LOBBY


@pytest.mark.parametrize(
    "teams", [["甲", "甲"], [f"{number}队" for number in range(21)], ["很" * 31, "乙"]]
)
def test_teams_have_names_of_their_own(tree: BranchTree, people: People, teams: list[str]) -> None:
    with pytest.raises(FinalContentError):
        make_final(tree.general, by=people.host, teams=teams)
    assert Final.objects.count() == 0


@pytest.mark.parametrize("change", [{"kind": "essay"}, {"stem": "<p>听录音。[音视频 12]</p>"}])
def test_what_cannot_be_judged_or_pushed_at_once_is_refused_beforehand(
    tree: BranchTree, people: People, change: dict[str, str]
) -> None:
    final = make_final(tree.general, by=people.host)
    item = PaperItem.objects.filter(paper=final.paper).first()
    assert item is not None
    QuestionVersion.objects.filter(pk=item.version_id).update(**change)
    with pytest.raises(FinalContentError):
        services.open_lobby(by=people.host, final=final)
    final.refresh_from_db()
    assert final.state == FinalState.DRAFT


def test_it_can_be_corrected_until_people_come_in(tree: BranchTree, people: People) -> None:
    final = make_final(tree.general, by=people.host)
    said = {"title": "新名称", "paper": final.paper, "by_team": True, "cap_ms": 0}
    services.change_final(by=people.host, final=final, teams=["第一党支部", "散客队"], **said)
    assert [(team.name, team.branch) for team in queries.teams_of(final)] == [
        ("第一党支部", tree.first),
        ("散客队", None),
    ]
    services.open_lobby(by=people.host, final=final)
    with pytest.raises(NotInPlayError):
        services.change_final(by=people.host, final=final, teams=["甲", "乙"], **said)


# --- Coming in ------------------------------------------------------------------------------------


def test_one_comes_in_by_what_the_screen_shows_now(tree: BranchTree, people: People) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        final = make_lobby(tree.general, by=people.host)
        team = queries.teams_of(final)[0].pk
        code = code_of(final)
        said = {"final": final, "team_id": team, "is_listed": False}
        with pytest.raises(CannotJoinError):
            services.join_final(by=people.zhang, code="000000", **said)
        traveller.shift(dt.timedelta(minutes=5))
        with pytest.raises(CannotJoinError):
            services.join_final(by=people.zhang, code=code, **said)
        player = services.join_final(by=people.zhang, code=code_of(final), **said)
    state = queries.state_of(final)
    assert state.players[player.pk].label == "1 号选手"
    # Who is in changes team and choice without a code.
    other = queries.teams_of(final)[1].pk
    services.join_final(by=people.zhang, final=final, team_id=other, is_listed=True)
    state = queries.state_of(final)
    assert (state.players[player.pk].side, state.players[player.pk].label) == (other, "张秀英")
    assert FinalPlayer.objects.count() == 1


def test_only_people_of_the_branch_and_of_the_team_come_in(
    tree: BranchTree, people: People
) -> None:
    final = make_lobby(tree.general, by=people.host, teams=[tree.second.name, "混合队"])
    own = queries.teams_of(final)[0]
    assert own.branch_id == tree.second.pk
    with pytest.raises(CannotJoinError):
        join(final, people.outsider, team=1)
    with pytest.raises(CannotJoinError):
        join(final, people.zhang, team=0)
    join(final, people.li, team=0)
    join(final, people.zhang, team=1)
    assert queries.players_of(final).count() == 2


def test_the_host_sends_somebody_out_and_nobody_comes_in_later(
    tree: BranchTree, people: People
) -> None:
    final = make_lobby(tree.general, by=people.host)
    zhang, li = join(final, people.zhang), join(final, people.li, team=1)
    services.remove_player(by=people.second, final=final, player_id=zhang.pk)
    assert set(queries.state_of(final).players) == {li.pk}
    with pytest.raises(NotInPlayError, match="两方"):
        begin(final)
    join(final, people.zhang)
    begin(final)
    with pytest.raises(CannotJoinError):
        join(final, people.wang)
    with pytest.raises(NotInPlayError):
        services.remove_player(by=people.host, final=final, player_id=zhang.pk)


# --- Playing --------------------------------------------------------------------------------------


@pytest.fixture
def play(tree: BranchTree, people: People) -> tuple[Final, FinalPlayer, FinalPlayer]:
    final = make_lobby(tree.general, by=people.host)
    players = join(final, people.zhang, is_listed=False), join(final, people.li, team=1)
    begin(final)
    return final, *players


@pytest.mark.slow
def test_all_four_ways_from_the_first_question_to_the_record(
    tree: BranchTree, people: People
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        final = make_lobby(tree.general, by=people.host)
        zhang, li = join(final, people.zhang, is_listed=False), join(final, people.li, team=1)
        begin(final)
        ask(final, TURN)
        assert answer(final, li, RIGHT) == "not_yours"
        assert answer(final, zhang, RIGHT) == ""
        ask(final, ALL)
        traveller.shift(dt.timedelta(seconds=2))
        assert answer(final, zhang, WRONG) == ""
        assert answer(final, li, {"choice": ["9"]}) == "not_understood"
        assert answer(final, li, RIGHT) == ""
        ask(final, BUZZ)
        traveller.shift(dt.timedelta(seconds=4))
        buzz(final, zhang, allowance=5)
        traveller.shift(dt.timedelta(milliseconds=100))
        buzz(final, li, allowance=200)
        traveller.shift(dt.timedelta(seconds=1))
        play_services.settle(final_id=final.pk)
        assert answer(final, zhang, RIGHT) == "not_yours"
        assert answer(final, li, WRONG) == ""
        assert answer(final, zhang, RIGHT) == ""
        ask(final, RISK, side=zhang.team_id)
        play_services.choose_stake(final=final, by=people.second, turn=4, points=30)
        ask(final, RISK)
        traveller.shift(dt.timedelta(minutes=5))  # says nothing
        play_services.settle(final_id=final.pk)
        play_services.finish(final=final, by=people.second)
    assert final.state == FinalState.FINISHED
    assert final.result is not None
    sides = [(row["place"], row["label"], row["points"]) for row in final.result["sides"]]
    assert sides == [(1, "先锋队", "0.00"), (2, "星火队", "0"), (3, "红旗队", "-10.00")]
    # Persons: the own result for oneself, others' only if they chose it.
    shown = page.result_for(final, people.zhang.pk)
    assert [row["label"] for row in shown["persons"]] == ["李淏"]
    assert shown["own"]["label"] == "1 号选手"
    assert page.result_for(final, people.wang.pk)["own"] is None
    data = record_data(final, queries.state_of(final))
    assert data["turns"][2] == ["3", "抢答题 抢答题", "先锋队、红旗队", "先锋队 -10，红旗队 +10"]
    assert "张秀英" not in str(data)


def test_the_ledger_alone_gives_how_things_stand(
    play: tuple[Final, FinalPlayer, FinalPlayer],
) -> None:
    final, zhang, li = play
    ask(final, ALL)
    answer(final, zhang, RIGHT)
    answer(final, li, WRONG)
    events = queries.events_after(final.pk, 0)
    assert fold(events) == queries.state_of(final)
    final.refresh_from_db()
    assert final.last_seq == len(events) == FinalEvent.objects.filter(final=final).count()


def test_two_hosts_press_at_once_and_one_thing_happens(
    play: tuple[Final, FinalPlayer, FinalPlayer], people: People
) -> None:
    final, _zhang, _li = play
    play_services.ask(final=final, by=people.host, turn=1, position=ALL)
    with pytest.raises(NotInPlayError):
        play_services.ask(final=final, by=people.second, turn=1, position=ALL)
    assert len(queries.state_of(final).turns) == 1


@pytest.mark.slow
def test_host_buttons_are_for_hosts(
    play: tuple[Final, FinalPlayer, FinalPlayer], people: People
) -> None:
    final, _zhang, _li = play
    for by in (people.zhang, people.outsider):
        with pytest.raises(NotTheHostError):
            play_services.ask(final=final, by=by, turn=1, position=ALL)
    play_services.ask(final=final, by=people.second, turn=1, position=ALL)


def test_a_question_is_asked_once_and_a_round_ends(
    play: tuple[Final, FinalPlayer, FinalPlayer], people: People
) -> None:
    final, zhang, li = play
    for _each in range(2):
        ask(final, ALL)
        answer(final, zhang, RIGHT)
        answer(final, li, RIGHT)
    with pytest.raises(NotInPlayError, match="出完"):
        ask(final, ALL)
    items = [turn.item for turn in queries.state_of(final).turns]
    assert len(set(items)) == 2


def test_voids_corrections_and_a_pause_are_events_with_reasons(
    play: tuple[Final, FinalPlayer, FinalPlayer], people: People
) -> None:
    final, zhang, li = play
    ask(final, ALL)
    play_services.pause(final=final, by=people.host)
    assert answer(final, zhang, RIGHT) == "paused"
    play_services.resume(final=final, by=people.second)
    answer(final, zhang, RIGHT)
    answer(final, li, RIGHT)
    assert zhang.team_id is not None
    play_services.correct(
        final=final, by=people.second, turn=1, side=zhang.team_id, points=Decimal(4), reason="漏字"
    )
    state = queries.state_of(final)
    assert state.turns[0].results[zhang.team_id].points == 4
    play_services.void(final=final, by=people.host, turn=1, reason="题目有误")
    kept = FinalEvent.objects.filter(final=final, kind__in=("corrected", "voided"))
    assert [(row.kind, row.body["reason"], row.by) for row in kept.order_by("seq")] == [
        ("corrected", "漏字", people.second),
        ("voided", "题目有误", people.host),
    ]
    with pytest.raises(NotInPlayError):
        play_services.void(final=final, by=people.host, turn=1, reason="又一次")


def test_an_open_question_is_settled_before_the_end_and_an_end_is_final(
    play: tuple[Final, FinalPlayer, FinalPlayer], people: People
) -> None:
    final, _zhang, _li = play
    ask(final, ALL)
    with pytest.raises(NotInPlayError, match="没有结束"):
        play_services.finish(final=final, by=people.host)
    play_services.end_answering(final=final, by=people.host, turn=1)
    play_services.finish(final=final, by=people.host)
    verbs: list[Any] = [
        lambda: play_services.pause(final=final, by=people.host),
        lambda: play_services.cancel(final=final, by=people.host, reason="x"),
        lambda: play_services.finish(final=final, by=people.host),
        lambda: ask(final, ALL),
    ]
    for verb in verbs:
        with pytest.raises(DomainError):
            verb()


def test_any_state_before_the_end_can_be_called_off(tree: BranchTree, people: People) -> None:
    for final in (
        make_final(tree.general, by=people.host),
        make_lobby(tree.general, by=people.host),
    ):
        play_services.cancel(final=final, by=people.second, reason="场地停电")
        assert (final.state, final.ended_by) == (FinalState.CANCELLED, people.second)
        assert queries.state_of(final).reason == "场地停电"


def test_where_all_are_in_one_hall_nothing_is_allowed_for(tree: BranchTree, people: People) -> None:
    final = make_lobby(tree.general, by=people.host, cap_ms=0)
    join(final, people.zhang)
    join(final, people.li, team=1)
    begin(final)
    ask(final, BUZZ)
    turn = queries.state_of(final).turn
    assert turn is not None
    assert turn.cap_ms == 0


def test_who_is_alone_is_a_side_and_shown_only_by_choice(tree: BranchTree, people: People) -> None:
    final = make_lobby(tree.general, by=people.host, by_team=False, teams=[])
    zhang = join(final, people.zhang, is_listed=False)
    li = join(final, people.li, is_listed=True)
    begin(final)
    ask(final, ALL)
    answer(final, zhang, RIGHT)
    answer(final, li, WRONG)
    state = queries.state_of(final)
    view = frames.view(final, state)
    assert [(row["place"], row["label"]) for row in view["board"]] == [(2, "李淏")]
    assert [row["label"] for row in view["results"]] == ["李淏"]
    assert view["tally"] == [1, 1]
    own = frames.personal(final, state, zhang.pk)
    assert own is not None
    assert (own["place"], own["points"]) == (1, "10")
    assert "张秀英" not in str(view)


def test_who_left_the_branch_sees_it_no_more(tree: BranchTree, people: People) -> None:
    final = make_lobby(tree.general, by=people.host)
    gone = make_member(tree.first, left_on=dt.date(2024, 1, 1))
    assert queries.final_for(gone, final.pk) is None
    assert queries.final_for(people.zhang, final.pk) == final
