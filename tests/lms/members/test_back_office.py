"""The back office's people screens: what is in one's branches, and a 404 for the rest."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ProtectedError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lms.members.codes import is_standing_code
from lms.members.models import Branch, Member, RosterImport
from lms.members.people_screens import BranchViewSet, MemberViewSet
from lms.members.roster import read_roster
from lms.members.roster_files import read_table
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def administrator(tree: BranchTree) -> Member:
    return make_administrator(tree.general, number="100002", name="管理员")


@pytest.fixture
def office(client: Client, administrator: Member) -> Client:
    client.force_login(administrator)
    return client


def addresses_with_pk(namespace: str) -> list[str]:
    """The names of all addresses of a viewset that take an object, as registered."""
    found: list[str] = []

    def walk(patterns: list[Any], spaces: list[str]) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, [*spaces, pattern.namespace or ""])
            elif (
                isinstance(pattern, URLPattern)
                and namespace in spaces
                and "pk" in pattern.pattern.converters
            ):
                found.append(f"{namespace}:{pattern.name}")

    walk(get_resolver().url_patterns, [])
    return found


# --- Foreign objects ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("namespace", ["members", "branches"])
def test_every_address_with_a_foreign_object_is_a_404(
    office: Client, tree: BranchTree, namespace: str
) -> None:
    own: Any = make_member(tree.first) if namespace == "members" else tree.first
    foreign: Any = make_member(tree.third) if namespace == "members" else tree.third
    names = addresses_with_pk(namespace)
    assert sorted(name.split(":")[1] for name in names) == [
        "delete",
        "edit",
        "history",
        "history_results",
        "inspect",
        "usage",
    ]
    for name in names:
        for method in (office.get, office.post):
            answer = method(reverse(name, args=[foreign.pk]))
            assert (name, answer.status_code) == (name, 404)
            assert foreign.name not in answer.content.decode()
    reached = {name: office.get(reverse(name, args=[own.pk])).status_code for name in names}
    assert reached == {name: 302 if name.endswith(":delete") else 200 for name in names}


@pytest.mark.parametrize("name", ["index", "index_results"])
def test_lists_hold_the_own_subtree(
    office: Client, tree: BranchTree, administrator: Member, name: str
) -> None:
    here, foreign = make_member(tree.first, name="李明"), make_member(tree.third, name="外人甲")
    listed = office.get(reverse(f"members:{name}")).context["object_list"]
    assert {member.pk for member in listed} == {administrator.pk, here.pk}
    searched = office.get(reverse(f"members:{name}"), {"q": foreign.number})
    assert list(searched.context["object_list"]) == []
    branches = office.get(reverse(f"branches:{name}")).context["object_list"]
    assert list(branches) == [tree.general, tree.first, tree.second]


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    office: Client, tree: BranchTree, people: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(people):
        make_member(tree.first)
    with django_assert_max_num_queries(20) as counted:
        office.get(reverse("members:index"))
    assert len(counted) == LIST_QUERIES


LIST_QUERIES = 17


@pytest.mark.slow
@pytest.mark.parametrize(
    "address", ["/admin/members/", "/admin/branches/", "/admin/roster/", "/admin/members/new/"]
)
def test_people_are_the_administrators_business(
    client: Client, tree: BranchTree, address: str
) -> None:
    reached = {}
    for member in (
        make_member(tree.first, number="member"),
        make_secretary(tree.first, number="secretary"),
        make_instructor(tree.first, number="instructor"),
        make_administrator(tree.first, number="administrator"),
    ):
        client.force_login(member)
        reached[member.number] = client.get(address).status_code
    refused = 404 if address == "/admin/roster/" else 302
    assert reached == {
        "member": 404,
        "secretary": 404,
        "instructor": refused,
        "administrator": 200,
    }


@pytest.mark.slow
def test_menu_shows_what_one_may_do(client: Client, tree: BranchTree) -> None:
    def shown(member: Member) -> set[str]:
        client.force_login(member)
        page = client.get("/admin/").content.decode()
        words = ("/admin/members/", "/admin/branches/", "/admin/roster/", "/admin/users/")
        return {word for word in words if f'"{word}"' in page}

    assert shown(make_instructor(tree.first)) == set()
    assert shown(make_administrator(tree.first)) == {
        "/admin/members/",
        "/admin/branches/",
        "/admin/roster/",
    }


# --- Correcting a record --------------------------------------------------------------------------


def test_a_record_is_corrected_and_a_foreign_one_is_not(office: Client, tree: BranchTree) -> None:
    for branch, status in ((tree.first, 302), (tree.third, 404)):
        member = make_member(branch, name="李明")
        answer = office.post(
            reverse("members:edit", args=[member.pk]),
            {"name": "李明明", "phone": "", "kind": "full", "is_active": "on"},
        )
        assert answer.status_code == status
        member.refresh_from_db()
        assert (member.name, member.phone) == (("李明明" if status == 302 else "李明"), None)


@pytest.mark.parametrize("phone", ["123", "13800000007", "13800000008"])
def test_a_phone_that_cannot_be_signed_in_with_is_refused(
    office: Client, tree: BranchTree, phone: str
) -> None:
    make_member(tree.third, number="13800000007")
    make_member(tree.third, phone="13800000008")
    member = make_member(tree.first, name="李明")
    form = {"name": "李明", "kind": "full", "is_active": "on"}
    answer = office.post(reverse("members:edit", args=[member.pk]), {**form, "phone": phone})
    assert list(answer.context["form"].errors) == ["phone"]
    office.post(reverse("members:edit", args=[member.pk]), {**form, "phone": "138 0000 0009"})
    member.refresh_from_db()
    assert member.phone == "13800000009"


@pytest.mark.slow
def test_what_the_form_does_not_have_cannot_be_written(office: Client, tree: BranchTree) -> None:
    member = make_member(tree.first, number="400001")
    office.post(
        reverse("members:edit", args=[member.pk]),
        {
            "name": "李明",
            "kind": "full",
            "is_active": "on",
            "number": "1",
            "is_superuser": "on",
            "password": "x",
            "groups": "1",
        },
    )
    member.refresh_from_db()
    assert (member.name, member.number, member.is_superuser) == ("李明", "400001", False)
    assert member.check_password("study-2026")


@pytest.mark.slow
def test_an_administrator_cannot_put_out_or_take_over_who_stands_above(
    office: Client, tree: BranchTree
) -> None:
    """The head of the whole school may well be a plain member of a small branch."""
    from lms.members.models import Role
    from lms.members.services import grant_role

    head = make_member(tree.first, name="校长")
    grant_role(member=head, branch=tree.committee, role=Role.ADMINISTRATOR)
    plain = make_member(tree.first, name="李明")
    for member, stays in ((head, True), (plain, False)):
        office.post(
            reverse("members:edit", args=[member.pk]), {"name": member.name, "kind": "full"}
        )
        member.refresh_from_db()
        assert member.is_active is stays
    codes = {
        member.name: office.post(reverse("member_first_code", args=[member.pk])).status_code
        for member in (head, plain)
    }
    assert codes == {"校长": 404, "李明": 200}
    head.refresh_from_db()
    assert head.check_password("study-2026")


@pytest.mark.slow
def test_a_new_code_is_shown_once(office: Client, tree: BranchTree) -> None:
    member = make_member(tree.first)
    address = reverse("member_first_code", args=[member.pk])
    assert office.get(address).context["code"] == ""
    member.refresh_from_db()
    assert member.has_usable_password()
    answer = office.post(address)
    member.refresh_from_db()
    assert is_standing_code(member, answer.context["code"])
    assert is_kept_nowhere(answer)
    assert office.get(address).context["code"] == ""
    assert (
        office.post(reverse("member_first_code", args=[make_member(tree.third).pk])).status_code
        == 404
    )


@pytest.mark.slow
def test_nobody_with_a_past_is_deleted(office: Client, tree: BranchTree) -> None:
    member = make_member(tree.first)
    office.post(reverse("members:delete", args=[member.pk]))
    assert Member.objects.filter(pk=member.pk).exists()
    with pytest.raises(ProtectedError):
        member.delete()
    office.post(reverse("branches:delete", args=[tree.first.pk]))
    assert Branch.objects.filter(pk=tree.first.pk).exists()


def test_wagtails_own_ways_to_people_stay_shut(office: Client, tree: BranchTree) -> None:
    member = make_member(tree.first, name="李明")
    for action in ("delete", "set_active_state", "assign_role"):
        address = f"/admin/bulk/members/member/{action}/?id={member.pk}"
        office.post(address, {"mark_as_active": "False", "role": "1"})
        assert Member.objects.filter(pk=member.pk).exists()
    member.refresh_from_db()
    assert member.is_active
    assert not member.groups.exists()


def test_viewsets_have_no_view_without_the_scope() -> None:
    for viewset in (MemberViewSet(), BranchViewSet()):
        for pattern in viewset.get_urlpatterns():
            names = [base.__name__ for base in pattern.callback.view_class.__mro__]
            assert "BranchScopedMixin" in names


# --- The roster's screens -------------------------------------------------------------------------


def is_kept_nowhere(answer: Any) -> bool:
    return {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))


def upload(office: Client, content: bytes, name: str = "名册.csv") -> Any:
    return office.post("/admin/roster/", {"file": SimpleUploadedFile(name, content)})


GOOD = "编号,姓名,组织代码\n000123,李明,ZB1\n000124,王芳,ZB1\n000125,赵强,ZB3\n".encode("gb18030")


@pytest.mark.slow
def test_from_upload_to_codes(office: Client, tree: BranchTree) -> None:
    answer = upload(office, GOOD)
    kept = RosterImport.objects.get()
    assert answer.url == f"/admin/roster/{kept.pk}/"
    page = office.get(answer.url)
    assert page.status_code == 200
    text = page.content.decode()
    assert "没有找到您管理的党组织“ZB3”。请核对组织代码，或请上级学校管理员导入。" in text
    assert page.context["problems"] == [
        (4, "没有找到您管理的党组织“ZB3”。请核对组织代码，或请上级学校管理员导入。")
    ]
    assert "导入无误的 2 人" in text
    assert not Member.objects.filter(number="000123").exists()

    assert office.post(f"/admin/roster/{kept.pk}/apply/").url == answer.url
    assert Member.objects.filter(number__in=["000123", "000124"]).count() == 2
    page = office.get(answer.url)
    assert page.context["codes"] == 2

    sheet = office.get(f"/admin/roster/{kept.pk}/codes.xlsx")
    assert is_kept_nowhere(sheet)
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[:3] for row in rows] == [
        ("党员编号", "姓名", "支部"),
        ("000123", "李明", "第一党支部"),
        ("000124", "王芳", "第一党支部"),
    ]
    assert is_standing_code(Member.objects.get(number="000123"), str(rows[1][3]))

    upload(office, GOOD)
    assert RosterImport.objects.order_by("pk").last().counts == {
        "new": 0,
        "changed": 0,
        "transfer": 0,
        "unchanged": 2,
        "problems": 1,
    }


def test_a_file_that_is_no_roster_is_told_so_on_the_page(office: Client) -> None:
    answer = upload(office, b"PK\x03\x04 nonsense", "x.xlsx")
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == [
        "文件打不开，可能已损坏。请在 Excel 中打开并另存为 .xlsx 后再导入。"
    ]
    assert upload(office, b"").context["form"].errors["file"] == [
        "文件是空的。请重新选择名册文件。"
    ]
    none = office.post("/admin/roster/")
    assert none.context["form"].errors["file"] == ["请先选择名册文件。"]


def test_one_administrators_roster_is_nobody_elses(
    office: Client, client: Client, tree: BranchTree
) -> None:
    upload(office, GOOD)
    kept = RosterImport.objects.get()
    client.force_login(make_administrator(tree.committee))
    for address in ("", "codes.xlsx"):
        assert client.get(f"/admin/roster/{kept.pk}/{address}").status_code == 404
    assert client.post(f"/admin/roster/{kept.pk}/apply/").status_code == 404
    assert not Member.objects.filter(number="000123").exists()


def test_applying_needs_a_post_and_codes_an_import(office: Client) -> None:
    upload(office, GOOD)
    kept = RosterImport.objects.get()
    assert office.get(f"/admin/roster/{kept.pk}/apply/").status_code == 405
    assert office.get(f"/admin/roster/{kept.pk}/codes.xlsx").status_code == 404


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_template_is_itself_a_roster(office: Client, form: str) -> None:
    from lms.core import clock

    content = office.get(f"/admin/roster/template.{form}").content
    roster = read_roster(read_table(content), today=clock.today())
    assert [(row.line, row.number, row.branch_code) for row in roster.rows] == [
        (2, "400001", "ZB001")
    ]
    assert roster.ignored == []


def test_a_sheet_we_hand_out_holds_no_formula(office: Client, tree: BranchTree) -> None:
    upload(office, GOOD)
    kept = RosterImport.objects.get()
    office.post(f"/admin/roster/{kept.pk}/apply/")
    Member.objects.filter(number="000123").update(name="=HYPERLINK(1)")
    sheet = office.get(f"/admin/roster/{kept.pk}/codes.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    assert [(cell.value, cell.data_type) for cell in book.active["B"]][1:2] == [
        ("=HYPERLINK(1)", "s")
    ]
