"""Official forms of a branch: who brings them in, who fills them, and with what."""

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from lms.members.models import Member
from lms.reports.blanks import services
from lms.reports.blanks.models import Blank
from tests.factories.blanks import make_blank, make_xlsx
from tests.factories.gatherings import confirm, make_closed
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member, make_secretary

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def rows(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


def upload(client: Client, branch: Any, content: bytes, name: str = "我的表") -> Any:
    file = SimpleUploadedFile("表.xlsx", content)
    return client.post(f"/board/{branch.pk}/forms/new/", {"name": name, "file": file})


@pytest.mark.slow
def test_register_of_a_member_says_what_the_archive_says() -> None:
    tree = make_branch_tree()
    member = make_member(tree.first, name="乙同志", number="700009")
    make_entry(member, "2.5", category="group", earned_on=dt.date(2026, 2, 3), title="第一讲")
    client = signed_in(make_secretary(tree.first, name="甲书记"))
    base = f"/board/{tree.first.pk}/members/{member.pk}/forms/"
    assert [form.key for form in client.get(base).context["forms"]] == ["register"]
    found = rows(client.get(f"{base}register/").content)
    assert found[0][0] == "2026年度党员教育培训登记表"
    assert found[1] == ("姓名", "乙同志", "党员编号", "700009", "身份", "正式党员")
    assert found[2] == ("所在组织", "第一党支部", "年度要求", 32, "学时合计", 2.5)
    assert found[6] == (1, dt.datetime(2026, 2, 3), "第一讲", "集体学习", 2.5, 2.5)
    assert found[8][0] == "填表人：甲书记　　填表日期：2026-11-20　　党组织（盖章）："
    assert client.get(f"{base}ledger/").status_code == 404


@pytest.mark.slow
def test_ledger_of_a_branch_lists_gatherings_and_people() -> None:
    tree = make_branch_tree()
    host = make_secretary(tree.first, name="甲书记", number="100")
    there = make_member(tree.first, name="乙同志", number="200")
    gathering = make_closed(tree.first, by=host, present=[there, make_member(tree.second)])
    confirm(gathering, by=make_secretary(tree.general))
    found = rows(signed_in(host).get(f"/board/{tree.first.pk}/forms/ledger/").content)
    assert found[3] == (
        1, dt.datetime(2026, 11, 20), "支部集体学习：怎样写好会议记录", "集体学习", "集体学习",
        "三楼会议室", 2, 1, 1, "甲书记", 2,
    )  # fmt: skip
    assert [line[2] for line in found[6:8]] == ["甲书记", "乙同志"]


@pytest.mark.slow
def test_own_form_is_brought_in_filled_below_and_removed_by_its_branch() -> None:
    tree = make_branch_tree()
    above, own = make_secretary(tree.general), make_secretary(tree.first, name="甲书记")
    content = make_xlsx(["{{支部名称}}"], ["{{党员.姓名}}"])
    assert upload(signed_in(above), tree.general, content).status_code == 302
    form = Blank.objects.get()
    assert (form.kind, form.subject, bytes(form.content)) == ("xlsx", "branch", content)
    base = f"/board/{tree.first.pk}/forms/"
    assert rows(signed_in(own).get(f"{base}{form.pk}/").content) == [
        ("第一党支部",),
        ("甲书记",),
    ]
    assert signed_in(own).get(f"{base}{form.pk}/blank/").content == content
    foreign = make_secretary(tree.third)
    assert signed_in(foreign).get(f"/board/{tree.third.pk}/forms/{form.pk}/").status_code == 404
    assert signed_in(own).post(f"{base}{form.pk}/remove/").status_code == 404
    with pytest.raises(services.NotYourBlankError):
        services.remove_blank(by=own, blank=form)
    assert signed_in(above).post(f"{base}ledger/remove/").status_code == 404
    assert signed_in(above).post(f"{base}{form.pk}/remove/").status_code == 302
    assert Blank.objects.count() == 0


@pytest.mark.slow
def test_refused_template_says_why_and_what_exists() -> None:
    tree = make_branch_tree()
    client = signed_in(make_secretary(tree.first))
    answer = upload(client, tree.first, make_xlsx(["{{支部名称}}", "{{电话}}"]))
    assert answer.status_code == 422
    (said,) = answer.context["form"].errors["file"]
    assert said.startswith("不认识这些占位符：电话。可用的有：支部名称、年度、")
    assert upload(client, tree.first, b"PK\x03\x04").status_code == 422
    assert upload(client, tree.first, make_xlsx(["无"])).status_code == 422
    assert upload(client, tree.first, make_xlsx(["{{年度}}"])).status_code == 302
    assert upload(client, tree.first, make_xlsx(["{{年度}}"])).status_code == 422  # the same name
    assert Blank.objects.count() == 1
    with pytest.raises(services.NotYourBlankError):
        make_blank(tree.second, by=make_secretary(tree.first))


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 3])
def test_queries_of_forms(size: int, django_assert_num_queries: Any) -> None:
    tree = make_branch_tree()
    secretary = make_secretary(tree.first)
    for place in range(size):
        make_blank(tree.first, by=secretary, name=f"表{place}")
        make_closed(tree.first, by=secretary, present=[make_member(tree.first)])
    client = signed_in(secretary)
    with django_assert_num_queries(FORMS_QUERIES):
        assert len(client.get(f"/board/{tree.first.pk}/forms/").context["forms"]) == 2 + size
    with django_assert_num_queries(FILLED_QUERIES):
        assert client.get(f"/board/{tree.first.pk}/forms/ledger/").status_code == 200


FORMS_QUERIES = 7
FILLED_QUERIES = 17
