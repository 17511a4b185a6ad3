"""Large files of boards: asked for, made apart, fetched by who asked, and gone after a week."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from openpyxl import load_workbook

from lms.core import clock, jobs
from lms.core.jobs import LEASE_SECONDS
from lms.core.models import Job
from lms.core.states import StateMovedError
from lms.members.models import Member, Membership, Role
from lms.members.services import grant_role
from lms.reports.exports import services
from lms.reports.exports.making import FOLDER, BranchNotVisibleError
from lms.reports.exports.models import Export, ExportState
from tests.factories.exports import make_export
from tests.factories.hours import make_entry
from tests.factories.members import (
    JOINED_ON,
    make_administrator,
    make_branch_tree,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=services.KEPT_DAYS)


@pytest.fixture(autouse=True)
def _no_files() -> None:
    for name in services._kept_files():
        default_storage.delete(f"{FOLDER}/{name}")


@pytest.fixture
def at() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def make_all() -> None:
    for job in Job.objects.order_by("pk"):
        services.make_export(job_id=job.pk)


def files() -> list[str]:
    return [f"{FOLDER}/{name}" for name in services._kept_files()]


@pytest.mark.django_db(transaction=True)
def test_large_board_is_made_in_the_background_and_fetched_once_noticed(
    at: Any, run_queued: Callable[[], list[str]]
) -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first, name="甲书记")
    people = Member.objects.bulk_create(
        Member(number=f"Z{place:06}", name=f"同志{place}") for place in range(2000)
    )
    Membership.objects.bulk_create(
        Membership(member=person, branch=tree.first, joined_on=JOINED_ON) for person in people
    )
    client = signed_in(secretary)
    board = f"/board/{tree.first.pk}/"
    for form in ("xlsx", "csv"):
        answer = client.get(f"{board}export.{form}?year=2026")
        assert (answer.status_code, answer["Location"]) == (302, f"{board}?year=2026")
    assert client.get(f"{board}export.csv?name=甲书记").status_code == 200
    assert client.get(board).context["exports"]["is_large"] is True

    answer = client.post(f"{board}exports/", {"year": "2026", "form": "xlsx"})
    assert (answer.status_code, answer["Location"]) == (302, "/exports/")
    assert client.get("/exports/").context["is_moving"] is True
    assert "reports.make_export" in run_queued()

    export = Export.objects.get()
    assert (export.state, export.row_count, export.percent) == ("ready", 2001, 100)
    (row,) = client.get("/exports/").context["rows"]
    assert (row["is_new"], client.get("/exports/").context["is_moving"]) == (True, False)
    assert client.get(board).context["exports"]["new"] == 1
    fetched = client.get(f"/exports/{export.pk}/file/")
    sheet = load_workbook(io.BytesIO(fetched.getvalue())).active
    assert sheet.max_row == 1 + 2001 + 1 + 3  # headings, people, an empty line, notes
    assert "第一党支部2026年度学时.xlsx" in unquote(fetched["Content-Disposition"])
    (row,) = client.get("/exports/").context["rows"]
    assert row["is_new"] is False
    assert client.get(board).context["exports"]["new"] == 0


def test_filters_are_kept_and_csv_says_the_same(at: Any) -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first, name="甲书记")
    make_entry(make_member(tree.first, name="乙同志"), "32")
    export = make_export(tree.first, by=secretary, form="csv", show="behind", named="书记")
    make_all()
    body = signed_in(secretary).get(f"/exports/{export.pk}/file/").getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert [row[0] for row in rows[1:2]] == ["甲书记"]
    assert Export.objects.get().row_count == 1
    (row,) = signed_in(secretary).get("/exports/").context["rows"]
    assert row["filters"] == "未达标，姓名含“书记”"


@pytest.mark.slow
def test_only_who_asked_fetches_and_only_while_they_look_after_the_branch(at: Any) -> None:
    tree = make_branch_tree()
    asker = make_member(tree.first)
    role = grant_role(member=asker, branch=tree.first, role=Role.SECRETARY, from_on=JOINED_ON)
    export = make_export(tree.first, by=asker)
    make_all()
    address = f"/exports/{export.pk}/file/"
    others = [make_secretary(tree.first), make_administrator(tree.committee), make_member()]
    assert [signed_in(each).get(address).status_code for each in others] == [404] * 3
    assert Client().get(address).status_code == 302
    answer = signed_in(asker).get(address)
    assert (answer.status_code, answer.getvalue()[:2]) == (200, b"PK")
    role.until_on = clock.today() - dt.timedelta(days=1)
    role.save()
    grant_role(member=asker, branch=tree.second, role=Role.SECRETARY, from_on=JOINED_ON)
    assert signed_in(asker).get(address).status_code == 404
    assert signed_in(asker).get("/exports/").context["rows"] == []
    with pytest.raises(BranchNotVisibleError):
        make_export(tree.first, by=asker)


def test_who_lost_the_branch_before_it_was_made_is_told_so(at: Any) -> None:
    tree = make_branch_tree()
    asker = make_member(tree.first)
    role = grant_role(member=asker, branch=tree.first, role=Role.SECRETARY, from_on=JOINED_ON)
    export = make_export(tree.first, by=asker)
    role.until_on = clock.today() - dt.timedelta(days=1)
    role.save()
    make_all()
    export.refresh_from_db()
    assert (export.state, export.reason) == (
        "failed",
        "您已不再负责这个党组织，不能导出它的人员。",
    )
    assert files() == []


def test_same_question_twice_is_one_file_and_nobody_asks_for_many_at_once(at: Any) -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first)
    first = make_export(tree.first, by=secretary)
    assert make_export(tree.first, by=secretary) == first
    for place in range(services.MOST_OPEN - 1):
        make_export(tree.first, by=secretary, named=str(place))
    with pytest.raises(services.TooManyExportsError):
        make_export(tree.first, by=secretary, named="又")
    make_export(tree.first, by=make_secretary(tree.first))


def test_cancelled_is_not_made_and_may_be_tried_again(at: Any) -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first)
    export = make_export(tree.first, by=secretary)
    client = signed_in(secretary)
    act = f"/exports/{export.pk}/"
    assert signed_in(make_secretary(tree.first)).post(act, {"verb": "cancel"}).status_code == 404
    assert client.post(act, {"verb": "burn"}).status_code == 404
    assert client.post(act, {"verb": "cancel"}).status_code == 302
    make_all()
    export.refresh_from_db()
    assert (export.state, files()) == ("cancelled", [])
    with pytest.raises(StateMovedError):
        services.cancel_export(export=export)
    client.post(act, {"verb": "retry"})
    make_all()
    export.refresh_from_db()
    assert (export.state, files()) == ("ready", [export.file])
    with pytest.raises(StateMovedError):
        services.retry_export(export=export)


def test_cancelled_under_the_worker_leaves_no_file(at: Any) -> None:
    tree = make_branch_tree()
    export = make_export(tree.first, by=make_secretary(tree.first))
    (job,) = jobs.jobs_of(subject_id=str(export.pk))
    lease = jobs.claim(job_id=job.pk)
    assert lease is not None
    making = services.Making(export=export, lease=lease)
    making.make()
    assert files() == [making.name]
    services.cancel_export(export=export)
    with pytest.raises(jobs.LeaseLostError):
        services._show(export, lease, file=making.name, row_count=1, size_bytes=1)
    making.drop()
    export.refresh_from_db()
    assert (export.state, export.file, files()) == ("cancelled", "", [])


@pytest.mark.django_db(transaction=True)
def test_worker_that_dies_every_time_leaves_a_failure_to_try_again(at: Any) -> None:
    tree = make_branch_tree()
    export = make_export(tree.first, by=make_secretary(tree.first))
    (job,) = jobs.jobs_of(subject_id=str(export.pk))
    for _attempt in range(3):
        assert jobs.claim(job_id=job.pk)
        at.shift(LEASE_SECONDS + 1)
        jobs.sweep()
    export.refresh_from_db()
    assert (export.state, export.reason) == ("failed", "处理中断了 3 次，没有再试。")
    services.retry_export(export=export)
    assert export.state == "waiting"


def test_week_over_file_and_row_are_gone_and_so_is_what_no_row_names(at: Any) -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first)
    kept = make_export(tree.first, by=secretary)
    make_all()
    default_storage.save(f"{FOLDER}/half.xlsx", ContentFile(b"half"))
    kept.refresh_from_db()
    assert services.sweep_exports() == 0
    at.move_to(NOON + WEEK)
    assert signed_in(secretary).get(f"/exports/{kept.pk}/file/").status_code == 404
    with time_machine.travel(dt.datetime.now(dt.UTC) + WEEK):  # files carry the machine's time
        later = make_export(tree.first, by=secretary)
        assert services.sweep_exports() == 1
        assert (list(Export.objects.all()), files()) == ([later], [])
    assert later.state == ExportState.WAITING


@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_the_list(at: Any, size: int, django_assert_num_queries: Any) -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first)
    for place in range(size):
        make_export(tree.first, by=secretary, named=str(place))
    make_all()
    client = signed_in(secretary)
    with django_assert_num_queries(5):
        assert len(client.get("/exports/").context["rows"]) == size
