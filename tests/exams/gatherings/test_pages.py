"""The pages of study together: what they let through, say, and cost."""

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.credit.models import StudyHourEntry
from exams.gatherings import queries, screen, services
from exams.gatherings.models import Gathering, GatheringKind, How, Presence
from lms.core import clock
from lms.members.models import Member
from tests.exams.gatherings.conftest import NOON, People
from tests.factories.courses import SMALLEST_PDF
from tests.factories.gatherings import (
    confirm,
    digest,
    hows,
    join,
    make_closed,
    make_gathering,
    make_open,
    tick,
)
from tests.factories.members import BranchTree, make_administrator, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_stands")]


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def link_of(gathering: Gathering) -> str:
    return screen.link_path(gathering, clock.now())


# --- What pages cost ------------------------------------------------------------------------------


def cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.slow
def test_lists_cost_the_same_with_one_and_with_three(tree: BranchTree, people: People) -> None:
    host, member = signed_in(people.host), signed_in(people.zhang)
    costs: dict[str, list[int]] = {}
    gathering = make_open(tree.first, by=people.host)
    closed = make_closed(tree.first, by=people.host, present=[people.zhang])
    join(gathering, people.zhang)
    for round_ in range(2):
        if round_:
            for _ in range(2):
                more = make_member(tree.first)
                join(gathering, more)
                tick(closed, [make_member(tree.first)], by=people.host, late_reason="漏登")
                make_closed(tree.first, by=people.host, present=[people.zhang])
        for name, client, address in (
            ("list", host, "/gatherings/"),
            ("open", host, f"/gatherings/{gathering.pk}/"),
            ("closed", host, f"/gatherings/{closed.pk}/"),
            ("screen", host, f"/gatherings/{gathering.pk}/?mode=screen"),
            ("sheet", host, f"/gatherings/{gathering.pk}/sheet/"),
            ("confirm", host, f"/gatherings/{closed.pk}/confirm/"),
            ("mine", member, "/gatherings/mine/"),
        ):
            costs.setdefault(name, []).append(cost(client, address))
    assert costs == {
        "list": [5, 5],
        "open": [9, 9],
        "closed": [10, 10],
        "screen": [6, 6],
        "sheet": [6, 6],
        "confirm": [7, 7],
        "mine": [6, 6],
    }


# --- Signing in -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_scanned_without_being_signed_in_leads_through_the_sign_in_page_and_back(
    tree: BranchTree, people: People, clock_stands: time_machine.Traveller
) -> None:
    gathering = make_open(tree.first, by=people.host)
    phone = Client()
    answer = phone.get(link_of(gathering))
    assert (answer.status_code, answer["Location"]) == (302, "/gatherings/join/")
    answer = phone.get("/gatherings/join/")
    assert answer["Location"] == "/sign-in/?next=/gatherings/join/"
    # Typing a password takes longer than the code on the screen lasts.
    clock_stands.shift(dt.timedelta(minutes=5))
    answer = phone.post(
        "/sign-in/",
        {"login": people.zhang.number, "password": "study-2026", "next": "/gatherings/join/"},
    )
    assert answer["Location"] == "/gatherings/join/"
    assert "我已到场，签到" in text(phone.get("/gatherings/join/"))
    assert hows(gathering) == []
    answer = phone.post("/gatherings/join/")
    assert answer["Location"] == f"/gatherings/{gathering.pk}/joined/"
    assert hows(gathering) == [("张秀英", How.QR)]
    assert "签到成功" in text(phone.get(answer["Location"]))


def test_an_old_link_another_gatherings_and_none_get_the_same_answer(
    tree: BranchTree, people: People, clock_stands: time_machine.Traveller
) -> None:
    gathering, other = (make_open(tree.first, by=people.host) for _ in range(2))
    fresh = link_of(gathering)
    foreign = fresh.replace(f"/{gathering.pk}/", f"/{other.pk}/")
    nowhere = fresh.replace(f"/{gathering.pk}/", "/999999/")
    answers = [Client().get(address) for address in (fresh, foreign, nowhere)]
    clock_stands.shift(dt.timedelta(seconds=50))
    answers.append(Client().get(fresh))
    assert [answer.status_code for answer in answers] == [302, 410, 410, 410]
    services.close_gathering(gathering=gathering, by=people.host)
    assert Client().get(link_of(gathering)).status_code == 410


def test_a_code_is_typed_and_refused_in_words(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    phone = signed_in(people.li)
    shown = screen.code_shown(gathering, clock.now())
    wrong = "000000" if shown != "000000" else "111111"
    answer = phone.post("/gatherings/join/", {"code": wrong}, follow=True)
    assert "签到码不对或已更换" in text(answer)
    phone.post("/gatherings/join/", {"code": shown})
    assert hows(gathering) == [("李淏", How.CODE)]


@pytest.mark.slow
def test_a_helper_signs_in_the_neighbour_by_number_and_name(
    tree: BranchTree, people: People
) -> None:
    gathering = make_open(tree.first, by=people.host)
    join(gathering, people.zhang)
    address = f"/gatherings/{gathering.pk}/joined/"
    phone = signed_in(people.zhang)
    refused = phone.post(address, {"number": people.li.number, "name": "李四"}, follow=True)
    assert "党员编号和姓名对不上" in text(refused)
    phone.post(address, {"number": people.li.number, "name": "李淏"})
    assert Presence.objects.get(member=people.li).helper == people.zhang
    page = signed_in(people.host).get(f"/gatherings/{gathering.pk}/")
    assert "帮学：张秀英帮李淏签到" in text(page)
    assert signed_in(people.guest).get(address).status_code == 404


# --- The host -------------------------------------------------------------------------------------


def test_the_screen_shows_the_link_the_code_and_who_is_there(
    tree: BranchTree, people: People
) -> None:
    gathering = make_open(tree.first, by=people.host)
    join(gathering, people.zhang)
    client = signed_in(people.host)
    page = client.get(f"/gatherings/{gathering.pk}/?mode=screen").content.decode()
    [link] = re.findall(r'class="qr" href="([^"]+)"', page)
    assert link == f"http://testserver{link_of(gathering)}"
    assert screen.qr_drawing(link) in page
    code = screen.code_shown(gathering, clock.now())
    assert f"{code[:3]} {code[3:]}" in page
    part = client.get(
        f"/gatherings/{gathering.pk}/?mode=screen", headers={"HX-Request": "true"}
    ).content.decode()
    assert ("<html" in part, "张秀英" in part, link in part) == (False, True, True)


@pytest.mark.slow
def test_the_whole_way_by_the_buttons(tree: BranchTree, people: People) -> None:
    host, second = signed_in(people.host), signed_in(people.second)
    answer = host.post(
        "/gatherings/new/screen/",
        {
            "branch": tree.first.pk, "title": "学习条例", "place": "三楼", "lesson": "",
            "starts_at": "2026-11-20T12:00",
        },
    )  # fmt: skip
    gathering = Gathering.objects.get()
    base = f"/gatherings/{gathering.pk}/"
    assert answer["Location"] == base
    host.post(f"{base}move/open/")
    host.post(f"{base}people/", {"member": [people.zhang.pk, people.guest.pk]})
    host.post(f"{base}guests/", {"number": people.guest.number, "name": "胡立新"})
    assert hows(gathering) == [("张秀英", How.TICK), ("胡立新", How.TICK)]
    host.post(f"{base}room/", {"middle_count": "2", "end_count": "3", "witness": ""})
    Gathering.objects.update(opened_at=NOON - dt.timedelta(minutes=45))
    host.post(f"{base}move/close/")
    assert host.post(f"{base}move/explode/").status_code == 404
    page = text(second.get(f"{base}confirm/"))
    assert "中途清点 2 人，与名单一致。" in page
    assert "结束清点 3 人，名单 2 人，相差 1 人。" in page
    second.post(f"{base}confirm/", {"refuse": "1", "reason": "少一人"})
    assert "赵副书记退回：少一人" in text(host.get(base))
    host.post(f"{base}people/", {"member": [people.li.pk], "late_reason": "漏勾"})
    host.post(f"{base}move/again/")
    second.post(f"{base}confirm/", {"confirm": "1", "digest": digest(gathering)})
    services.credit_gathering(gathering_id=gathering.pk)
    assert sorted(StudyHourEntry.objects.values_list("member__name", "hours")) == sorted(
        (member.name, 1) for member in (people.zhang, people.guest, people.li)
    )
    assert "每人 1 学时" in text(host.get(base))


@pytest.mark.slow
def test_paper_is_previewed_with_the_lines_that_were_not_understood(
    tree: BranchTree, people: People
) -> None:
    make_member(tree.first, name="李淏")
    gathering = make_open(tree.first, by=people.host)
    client = signed_in(people.host)
    address = f"/gatherings/{gathering.pk}/paper/"
    page = text(client.post(address, {"text": "张秀英\n李淏", "read": "1"}))
    assert "将登记 1 人" in page
    assert "第 2 行：“李淏”有重名，请改写编号：" in page
    assert hows(gathering) == []
    client.post(address, {"text": "张秀英\n李淏", "save": "1"})
    assert hows(gathering) == [("张秀英", How.PAPER)]


def test_an_xlsx_of_numbers_is_read_like_paper(tree: BranchTree, people: People) -> None:
    gathering = make_open(tree.first, by=people.host)
    book = openpyxl.Workbook()
    rows = [("编号", "姓名"), (int(people.zhang.number), None), (people.guest.number, "胡立新")]
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    client, address = signed_in(people.host), f"/gatherings/{gathering.pk}/paper/"
    file = io.BytesIO(stream.getvalue())
    file.name = "名单.xlsx"
    page = client.post(address, {"file": file, "read": "1"})
    assert "将登记 2 人" in text(page)
    assert page.context["form"].initial["text"] == (
        f"{people.zhang.number}\n{people.guest.number} 胡立新"
    )
    broken = io.BytesIO(b"PK\x03\x04broken")
    broken.name = "名单.xlsx"
    refused = client.post(address, {"file": broken, "read": "1"})
    assert (refused.status_code, "文件打不开" in text(refused)) == (422, True)


def test_offline_study_asks_for_what_it_needs(tree: BranchTree, people: People) -> None:
    client = signed_in(people.host)
    said = {
        "branch": tree.first.pk, "title": "现场教学", "place": "教育基地", "category": "activity",
        "starts_at": "2026-11-19T09:00", "length": "minutes", "minutes": "", "speaker": "",
        "reason": "",
    }  # fmt: skip
    assert client.post("/gatherings/new/offline/", said).status_code == 422
    future = {**said, "length": "half_day", "starts_at": "2026-11-21T09:00"}
    assert "不能晚于现在" in text(client.post("/gatherings/new/offline/", future))
    foreign = {**said, "length": "half_day", "branch": tree.second.pk}
    assert client.post("/gatherings/new/offline/", foreign).status_code == 422
    assert (
        client.post("/gatherings/new/offline/", {**said, "length": "half_day"}).status_code == 302
    )
    gathering = Gathering.objects.get()
    assert (gathering.category, gathering.length) == ("activity", "half_day")
    edit = client.post(f"/gatherings/{gathering.pk}/edit/", {**said, "minutes": "50"})
    assert edit.status_code == 302
    gathering.refresh_from_db()
    assert (gathering.length, gathering.minutes) == ("minutes", 50)
    assert client.get("/gatherings/new/other/").status_code == 404


@pytest.mark.slow
def test_scans_are_served_to_who_looks_after_the_branch_alone(
    tree: BranchTree, people: People
) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang, people.guest])
    Gathering.objects.update(witness=people.zhang)
    host = signed_in(people.host)
    file = io.BytesIO(SMALLEST_PDF)
    file.name = "签到表.pdf"
    host.post(f"/gatherings/{gathering.pk}/scans/", {"file": file})
    [scan] = queries.scans_of(gathering)
    address = f"/gatherings/{gathering.pk}/scans/{scan.pk}/"
    got = host.get(address)
    assert (got.getvalue(), got["Content-Type"]) == (
        SMALLEST_PDF,
        "application/pdf",
    )
    assert got["Content-Disposition"].startswith("attachment")
    for by in (people.guests_secretary, people.zhang):
        assert signed_in(by).get(address).status_code == 404
    above = signed_in(make_administrator(tree.committee)).get(address)
    assert (above.status_code, above.getvalue()) == (200, SMALLEST_PDF)
    assert host.get(f"/files/{scan.file.name}").status_code == 404


@pytest.mark.slow
def test_a_witness_confirms_on_the_phone(tree: BranchTree, people: People) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang, people.li])
    services.record_room(
        gathering=gathering, by=people.host, middle_count=None, end_count=2,
        witness_id=people.zhang.pk,
    )  # fmt: skip
    witness = signed_in(people.zhang)
    assert "请您见证确认" in text(witness.get("/gatherings/mine/"))
    witness.post(
        f"/gatherings/{gathering.pk}/confirm/", {"confirm": "1", "digest": digest(gathering)}
    )
    gathering.refresh_from_db()
    assert (gathering.state, gathering.confirmed_by) == ("confirmed", people.zhang)
    assert signed_in(people.li).get(f"/gatherings/{gathering.pk}/confirm/").status_code == 404


@pytest.mark.slow
def test_a_guests_secretary_reads_the_own_line_and_changes_nothing(
    tree: BranchTree, people: People
) -> None:
    gathering = make_open(tree.first, by=people.host)
    for member in (people.zhang, people.guest):
        join(gathering, member)
    client = signed_in(people.guests_secretary)
    page = client.get(f"/gatherings/{gathering.pk}/")
    assert (page.status_code, "胡立新" in text(page), "张秀英" in text(page)) == (200, True, False)
    base = f"/gatherings/{gathering.pk}/"
    assert [
        client.get(f"{base}?mode=screen").status_code,
        client.post(f"{base}move/close/").status_code,
        client.get(f"{base}sheet/").status_code,
        client.get(f"{base}confirm/").status_code,
    ] == [404] * 4


@pytest.mark.slow
def test_the_archive_says_where_the_hours_come_from(tree: BranchTree, people: People) -> None:
    gathering = make_closed(tree.first, by=people.host, present=[people.zhang, people.guest])
    services.record_room(
        gathering=gathering, by=people.host, middle_count=3, end_count=2, witness_id=None
    )
    confirm(gathering, by=people.second)
    services.credit_gathering(gathering_id=gathering.pk)
    entry = StudyHourEntry.objects.get(member=people.guest)
    page = text(signed_in(people.guest).get(f"/archive/entries/{entry.pk}/"))
    for said in (
        "第一党支部在三楼会议室组织，2026-11-20 10:30 开始，王书记主持，",
        "计时 90 分钟，按规则计 2 学时。",
        "第一党支部证明到场，学时记在第二党支部",
        "中途清点 3 人，名单 2 人，相差 1 人。",
        "赵副书记 · 2026-11-20 12:00:00",
    ):
        assert said in page, said
    assert "2 学时" in text(signed_in(people.guest).get("/gatherings/mine/"))


@pytest.mark.slow
def test_the_sheet_lists_everybody_of_the_branch_and_the_guests(
    tree: BranchTree, people: People
) -> None:
    gathering = make_gathering(tree.first, by=people.host, kind=GatheringKind.OFFLINE)
    tick(gathering, [people.zhang], by=people.host)
    page = signed_in(people.host).get(f"/gatherings/{gathering.pk}/sheet/")
    assert [line["member"].name for line in page.context["lines"]] == [
        "王书记", "赵副书记", "张秀英", "李淏",
    ]  # fmt: skip
    assert page.context["present"] == 1
