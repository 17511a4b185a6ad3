"""The pages of a final: what they cost, let through and say; and the record in print."""

import io
import re
from typing import Any

import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.finals import play_services, queries
from exams.finals.models import Final, FinalState
from exams.finals.play_services import RECORD_JOB
from exams.finals.services import render_record
from exams.gatherings.tokens import token_for
from lms.core import clock, jobs
from lms.members.models import Member
from tests.exams.finals.conftest import People
from tests.factories.contests import make_contest
from tests.factories.exam_attempts import CANARY
from tests.factories.finals import (
    ALL,
    ask,
    begin,
    code_of,
    join,
    make_final,
    make_final_paper,
    make_finished,
    make_lobby,
)
from tests.factories.members import BranchTree, make_administrator

pytestmark = pytest.mark.django_db


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.slow
@pytest.mark.parametrize(("address", "statements"), [("/finals/", 5), ("/finals/hosted/", 5)])
def test_lists_cost_the_same_with_one_and_with_three(
    tree: BranchTree, people: People, address: str, statements: int
) -> None:
    client = signed_in(people.host)
    make_lobby(tree.general, by=people.host)
    assert cost(client, address) == statements
    for _each in range(2):
        make_lobby(tree.general, by=people.host)
    assert cost(client, address) == statements


@pytest.mark.slow
def test_a_draft_is_the_hosts_alone(tree: BranchTree, people: People) -> None:
    final = make_final(tree.general, by=people.host)
    assert final.title in text(signed_in(people.second).get("/finals/hosted/"))
    assert final.title not in text(signed_in(people.zhang).get("/finals/"))
    assert signed_in(people.zhang).get(f"/finals/{final.pk}/").status_code == 404
    assert signed_in(people.second).get(f"/finals/{final.pk}/host/").status_code == 200
    assert signed_in(people.zhang).get(f"/finals/{final.pk}/host/").status_code == 404


def test_the_scanned_link_asks_no_code_and_an_old_one_is_refused(
    tree: BranchTree, people: People
) -> None:
    final = make_lobby(tree.general, by=people.host)
    team = queries.teams_of(final)[0].pk
    token = token_for(queries.code_key(), final.pk, clock.now().timestamp())
    client = signed_in(people.zhang)
    page = client.get(f"/finals/{final.pk}/join/{token}/")
    assert "入场码" not in text(page)
    old = client.post(f"/finals/{final.pk}/join/{'0' * 20}/", {"team": team})
    assert (old.status_code, "入场码已经换了" in text(old)) == (422, True)
    client.post(f"/finals/{final.pk}/join/{token}/", {"team": team})
    player = queries.player_of(people.zhang, final)
    assert player is not None
    assert player.is_listed is False


@pytest.mark.slow
def test_codes_are_not_guessed_at(tree: BranchTree, people: People) -> None:
    final = make_lobby(tree.general, by=people.host)
    client, team = signed_in(people.zhang), queries.teams_of(final)[0].pk
    address = f"/finals/{final.pk}/join/"
    for _each in range(10):
        client.post(address, {"team": team, "code": "000000"})
    answer = client.post(address, {"team": team, "code": code_of(final)})
    assert "试得太多了" in text(answer)
    assert queries.player_of(people.zhang, final) is None


@pytest.mark.slow
def test_no_page_holds_a_key_or_a_later_question(tree: BranchTree, people: People) -> None:
    final = make_lobby(tree.general, by=people.host)
    join(final, people.zhang)
    join(final, people.li, team=1)
    begin(final)
    ask(final, ALL)
    for member, addresses in (
        (people.zhang, ("",)),
        (people.host, ("host/", "panel/", "screen/")),
    ):
        for address in addresses:
            said = signed_in(member).get(f"/finals/{final.pk}/{address}").content.decode()
            assert CANARY not in said
            assert "共答题第2问" not in said
    assert "共答题第1问" in text(signed_in(people.zhang).get(f"/finals/{final.pk}/"))


@pytest.mark.slow
def test_the_hosts_buttons_work_without_script_and_say_what_was_refused(
    tree: BranchTree, people: People
) -> None:
    final = make_lobby(tree.general, by=people.host)
    client, address = signed_in(people.second), f"/finals/{final.pk}/do/"
    assert "至少要有两方入场" in text(client.post(f"{address}begin/", follow=True))
    join(final, people.zhang)
    join(final, people.li, team=1)
    client.post(f"{address}begin/")
    client.post(f"{address}ask/", {"turn": 1, "round": ALL})
    assert "请看屏幕上现在的状态" in text(
        client.post(f"{address}ask/", {"turn": 1, "round": ALL}, follow=True)
    )
    assert "最多 100 字" in text(client.post(f"{address}void/", {"turn": 1}, follow=True))
    client.post(f"{address}close/", {"turn": 1})
    side = queries.teams_of(final)[0].pk
    correction = {"turn": 1, "side": side, "points": "7", "reason": "口头补答"}
    client.post(f"{address}correct/", correction)
    assert queries.state_of(final).turns[0].results[side].points == 7
    assert client.post(f"{address}invented/").status_code == 404
    assert client.post(f"{address}ask/", {"turn": "x", "round": "1"}).status_code == 404
    client.post(f"{address}finish/")
    final.refresh_from_db()
    assert final.state == FinalState.FINISHED


def test_a_final_is_made_in_two_pages(tree: BranchTree) -> None:
    administrator = make_administrator(tree.general)
    paper = make_final_paper(tree.general)
    client = signed_in(administrator)
    said = {
        "branch": tree.general.pk, "title": "年度决赛", "paper": paper.pk, "way": "team",
        "teams": "甲队\n乙队", "cap": "0",
    }  # fmt: skip
    answer = client.post("/finals/new/", said)
    final = Final.objects.get()
    assert answer.url == f"/finals/{final.pk}/rounds/"
    assert (final.cap_ms, [team.name for team in queries.teams_of(final)]) == (0, ["甲队", "乙队"])
    rows = queries.rounds_of(final)
    forms = {"form-TOTAL_FORMS": 4, "form-INITIAL_FORMS": 4}
    for number, row in enumerate(rows):
        forms |= {
            f"form-{number}-id": row.pk,
            f"form-{number}-kind": "all",
            f"form-{number}-seconds": 30,
        }
    client.post(f"/finals/{final.pk}/rounds/", forms)
    assert [(row.kind, row.seconds) for row in queries.rounds_of(final)] == [("all", 30)] * 4
    forms["form-0-seconds"] = 1
    assert client.post(f"/finals/{final.pk}/rounds/", forms).status_code == 422


def test_the_result_shows_oneself_ones_own(tree: BranchTree, people: People) -> None:
    final = make_finished(tree.general, by=people.host)
    answer = signed_in(people.zhang).get(f"/finals/{final.pk}/", follow=True)
    assert answer.redirect_chain == [(f"/finals/{final.pk}/result/", 302)]
    assert "我的成绩" not in text(answer)


@pytest.mark.slow
def test_the_record_is_printed_with_lines_to_sign(tree: BranchTree, people: People) -> None:
    final = make_lobby(tree.general, by=people.host, title="党章党规决赛")
    join(final, people.zhang, is_listed=False)
    join(final, people.li, team=1)
    begin(final)
    ask(final, ALL)
    play_services.void(final=final, by=people.host, turn=1, reason="题目有误")
    play_services.finish(final=final, by=people.second)
    [job] = jobs.jobs_of(subject_id=str(final.pk)).filter(kind=RECORD_JOB)
    render_record(job_id=job.pk)
    client = signed_in(people.second)
    answer = client.get(f"/finals/{final.pk}/record.pdf")
    pages = pypdf.PdfReader(io.BytesIO(b"".join(answer.streaming_content))).pages  # type: ignore[attr-defined]
    printed = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    for words in ("党章党规决赛", "红旗队", "作废：题目有误", "主持人（签名）", "监督员（签名）"):
        assert words in printed
    assert "张秀英" not in printed
    assert signed_in(people.zhang).get(f"/finals/{final.pk}/record.pdf").status_code == 404


@pytest.mark.slow
def test_a_contest_names_its_finals_to_who_may_watch_them(tree: BranchTree, people: People) -> None:
    contest = make_contest(tree.general, by=make_administrator(tree.general))
    host = signed_in(people.host)
    final = make_lobby(tree.general, by=people.host)
    said = {
        "title": final.title,
        "paper": final.paper_id,
        "way": "team",
        "teams": "红旗队\n先锋队",
        "cap": "0",
    }
    draft = make_final(tree.general, by=people.host)
    host.post(f"/finals/{draft.pk}/edit/", {**said, "paper": draft.paper_id, "contest": contest.pk})
    Final.objects.filter(pk=final.pk).update(contest=contest)

    def listed(member: Member) -> list[int]:
        answer = signed_in(member).get(f"/contests/{contest.pk}/")
        return [each["final"].pk for each in answer.context["finals"]]

    draft.refresh_from_db()
    # What is still in preparation is nobody's to watch.
    assert (draft.contest, listed(people.zhang), listed(people.host)) == (
        contest,
        [final.pk],
        [final.pk],
    )
    assert signed_in(people.outsider).get(f"/contests/{contest.pk}/").status_code == 404
