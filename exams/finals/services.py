"""Making a final ready, letting people in, and printing what came of it."""

from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from exams.contests.models import Contest
from exams.finals import queries, rules, words
from exams.finals.course import Draft, Kind, Phase, State
from exams.finals.deciding import RefusedError
from exams.finals.errors import (
    CannotJoinError,
    FinalContentError,
    NotInPlayError,
    NotTheHostError,
)
from exams.finals.models import Final, FinalPlayer, FinalRound, FinalState, FinalTeam
from exams.finals.play_services import Said, lock, take
from exams.finals.record import TEMPLATE, record_data
from exams.gatherings.tokens import is_code, is_token
from exams.papers.models import Paper, PaperItem
from exams.questions.media import PICTURE, named_in
from exams.questions.types import question_type
from lms.core import clock, jobs
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf
from lms.core.jobs import LeaseLostError
from lms.members.models import Branch, Member

FEWEST_TEAMS, MOST_TEAMS = 2, 20
LONGEST_TEAM = 30
MOST_PLAYERS = 400
# Said in the heading of a section, it says how its questions are usually asked.
_KINDS_NAMED = (("必答", Kind.TURN), ("抢答", Kind.BUZZ), ("风险", Kind.RISK))


def create_final(
    *,
    by: Member,
    branch: Branch,
    title: str,
    paper: Paper,
    by_team: bool,
    teams: Sequence[str],
    cap_ms: int = 250,
    contest: Contest | None = None,
) -> Final:
    """Plan a final: a round for each section of the paper, teams by their names."""
    if not rules.can_host(by, branch):
        raise NotTheHostError(words.not_the_host())
    final = Final(
        branch=branch,
        contest=contest,
        title=title,
        paper=paper,
        by_team=by_team,
        cap_ms=cap_ms,
        made_by=by,
        made_at=clock.now(),
    )
    with transaction.atomic():
        final.save(force_insert=True)
        _write_rounds(final)
        _write_teams(final, teams)
    return final


def change_final(
    *,
    by: Member,
    final: Final,
    title: str,
    paper: Paper,
    by_team: bool,
    teams: Sequence[str],
    cap_ms: int,
    contest: Contest | None = None,
) -> None:
    """Correct it until people come in; another paper brings its own rounds."""
    with transaction.atomic():
        held = _hold_draft(by, final)
        is_other = held.paper_id != paper.pk
        held.contest, held.title, held.paper = contest, title, paper
        held.by_team, held.cap_ms = by_team, cap_ms
        held.save()
        if is_other:
            FinalRound.objects.filter(final=held).delete()
            _write_rounds(held)
        FinalTeam.objects.filter(final=held).delete()
        _write_teams(held, teams)
    final.refresh_from_db()


def set_rounds(*, by: Member, final: Final, rounds: dict[int, dict[str, Any]]) -> None:
    """How each round is asked: {position: {kind, seconds, costs}}."""
    with transaction.atomic():
        held = _hold_draft(by, final)
        for position, said in rounds.items():
            FinalRound.objects.filter(final=held, position=position).update(**said)


def _write_rounds(final: Final) -> None:
    sections = dict.fromkeys(item.section for item in queries.paper_items(final.paper))
    FinalRound.objects.bulk_create(
        FinalRound(
            final=final,
            position=position,
            section=section,
            kind=usual_kind(section).value,
            seconds=20 if usual_kind(section) is not Kind.RISK else 40,
            costs=usual_kind(section) is Kind.BUZZ,
        )
        for position, section in enumerate(sections, start=1)
    )


def usual_kind(section: str) -> Kind:
    """How a section is asked if its heading says so; else of all at once."""
    return next((kind for word, kind in _KINDS_NAMED if word in section), Kind.ALL)


def _write_teams(final: Final, names: Sequence[str]) -> None:
    named = [name.strip() for name in names if name.strip()] if final.by_team else []
    if len(set(named)) != len(named):
        raise FinalContentError(_("有两支队同名，请改一个。"))
    if len(named) > MOST_TEAMS or any(len(name) > LONGEST_TEAM for name in named):
        raise FinalContentError(
            _("最多 %(count)s 支队，队名最多 %(length)s 个字。")
            % {"count": MOST_TEAMS, "length": LONGEST_TEAM}
        )
    branches = queries.branches_named(final.branch, named)
    FinalTeam.objects.bulk_create(
        FinalTeam(final=final, position=position, name=name, branch=branches.get(name))
        for position, name in enumerate(named, start=1)
    )


def _hold_draft(by: Member, final: Final) -> Final:
    held = lock(final.pk)
    if not rules.can_host(by, held.branch):
        raise NotTheHostError(words.not_the_host())
    if not rules.can_be_changed(held):
        raise NotInPlayError(_("选手已经可以入场，不能再修改。要改，请取消这场后另建一场。"))
    return held


# --- The lobby ------------------------------------------------------------------------------------


def open_lobby(*, by: Member, final: Final) -> None:
    """Let people in; teams, rounds and paper are fixed from now on."""
    with transaction.atomic():
        held = _hold_draft(by, final)
        teams = queries.teams_of(held)
        if held.by_team and len(teams) < FEWEST_TEAMS:
            raise FinalContentError(_("至少要有两支队。请先填写队名。"))
        _check_paper(held.paper)
        sides = [{"id": team.pk, "label": team.name} for team in teams]

        def decide(state: State) -> list[Draft]:
            if state.phase is not Phase.DRAFT:
                raise RefusedError("moved")
            return [Draft("opened", {"sides": sides}, "opened")]

        _state, [refused] = take(final_id=held.pk, said=[Said(decide, by.pk)])
        if refused is not None:
            raise NotInPlayError(words.refusal(refused.why))
    final.refresh_from_db()


def _check_paper(paper: Paper) -> None:
    items: list[PaperItem] = queries.paper_items(paper)
    if not items:
        raise FinalContentError(_("试卷里没有题目。请换一份试卷。"))
    for item in items:
        version = item.version
        if question_type(version.kind).needs_people(version.content):
            raise FinalContentError(
                _("第 %(number)s 题要人工评分，现场不能立刻判定。请换一份只有客观题的试卷。")
                % {"number": item.position}
            )
        if any(named.kind != PICTURE for named in named_in(version.stem)):
            raise FinalContentError(
                _("第 %(number)s 题带录音或录像，现场不能同时播放。请换一份试卷。")
                % {"number": item.position}
            )


def join_final(
    *, by: Member, final: Final, team_id: int | None, is_listed: bool, code: str = "",
    token: str = "",
) -> FinalPlayer:  # fmt: skip
    """Come in by what the hall's screen shows now; again, to change the team or the choice."""
    now = clock.now()
    with transaction.atomic():
        held = lock(final.pk)
        if not queries.is_eligible(by, held):
            raise CannotJoinError(_("这场决赛由其他党组织举办，您不能参加。"))
        if held.state != FinalState.LOBBY:
            raise CannotJoinError(_("现在不能入场：还没有开放，或者已经开始。您可以观看。"))
        known = FinalPlayer.objects.filter(final=held, member=by).first()
        if known is None or known.left_at is not None:
            key, at = queries.code_key(), now.timestamp()
            shown = is_token(key, held.pk, token, at) if token else is_code(key, held.pk, code, at)
            if not shown:
                raise CannotJoinError(_("入场码已经换了，请看大屏幕上现在的码。"))
        team = _team(held, by, team_id)
        if known is None:
            last = FinalPlayer.objects.filter(final=held).aggregate(last=Max("number"))["last"]
            if (last or 0) >= MOST_PLAYERS:
                raise CannotJoinError(_("人数已满，您可以观看。"))
            known = FinalPlayer(final=held, member=by, number=(last or 0) + 1)
        known.team, known.is_listed, known.joined_at, known.left_at = team, is_listed, now, None
        known.save()
        body = {
            "player": known.pk,
            "side": known.pk if team is None else team.pk,
            "label": by.name if is_listed else words.unnamed(known.number),
            "listed": is_listed,
            "alone": team is None,
        }
        take(final_id=held.pk, said=[Said(lambda _state: [Draft("joined", body)], by.pk)])
    return known


def _team(final: Final, by: Member, team_id: int | None) -> FinalTeam | None:
    if not final.by_team:
        return None
    if team_id is None:
        raise CannotJoinError(_("请选择您的队。"))
    team = FinalTeam.objects.filter(final=final, pk=team_id).select_related("branch").first()
    if team is None:
        raise CannotJoinError(_("请选择您的队。"))
    if not rules.can_be_of(by, team):
        raise CannotJoinError(_("这支队由本支部的同志组成，请选择您的队。"))
    return team


def remove_player(*, by: Member, final: Final, player_id: int) -> None:
    """Send somebody out of the lobby, who came in by mistake."""
    with transaction.atomic():
        held = lock(final.pk)
        if not rules.can_host(by, held.branch):
            raise NotTheHostError(words.not_the_host())
        if held.state != FinalState.LOBBY:
            raise NotInPlayError(_("决赛已经开始，名单不能再改。"))
        player = FinalPlayer.objects.filter(final=held, pk=player_id, left_at=None).first()
        if player is None:
            raise NotInPlayError(_("这位选手已经不在名单上。"))
        player.left_at = clock.now()
        player.save(update_fields=["left_at"])
        body = {"player": player.pk, "alone": player.team_id is None}
        take(final_id=held.pk, said=[Said(lambda _state: [Draft("left", body)], by.pk)])


# --- The record -----------------------------------------------------------------------------------


def render_record(*, job_id: int) -> None:
    """The PDF of a finished final, for signing."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    final = Final.objects.select_related("branch", "paper", "made_by", "ended_by").get(
        pk=lease.subject_id
    )
    try:
        made = render_pdf(TEMPLATE, record_data(final, queries.state_of(final)))
    except UnprintableCharacterError as refused:
        jobs.fail(lease=lease, reason=refused.message, again=False)
        return
    try:
        with jobs.fenced(lease=lease):
            final.record.save(f"{lease.token.hex}.pdf", ContentFile(made), save=False)
            Final.objects.filter(pk=final.pk).update(record=final.record.name)
            jobs.finish(lease=lease)
    except LeaseLostError:
        return
