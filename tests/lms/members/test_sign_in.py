"""One door: by number or phone, throttled, refused without saying why."""

import datetime as dt
from typing import Any, ClassVar

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from lms.core import clock
from lms.members.codes import standing_code
from lms.members.models import Member
from lms.members.services import deactivate_member, issue_first_code
from tests.factories.members import (
    PASSWORD,
    make_administrator,
    make_branch,
    make_instructor,
    make_member,
    make_secretary,
)

pytestmark = pytest.mark.django_db

REFUSED = "编号（或手机号）与密码不符，请核对后再试。忘记密码请联系支部书记。"


def sign_in(client: Client, name: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/sign-in/", {"login": name, "password": password, **extra})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- Getting in -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["400001", "13800000001", " 400001 ", "４００００１", "１３８０００００００１"]
)
def test_number_and_phone_open_the_door(client: Client, name: str) -> None:
    member = make_member(number="400001", phone="13800000001")
    answer = sign_in(client, name)
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(member.pk)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "password"),
    [("400001", "wrong"), ("nobody", PASSWORD), ("13800000009", PASSWORD), ("40000\0001", "x")],
)
def test_a_wrong_name_and_a_wrong_password_read_the_same(
    client: Client, name: str, password: str
) -> None:
    make_member(number="400001", phone="13800000001")
    answer = sign_in(client, name, password)
    assert answer.status_code == 200
    assert not signed_in(client)
    if "\0" not in name:
        assert answer.context["form"].non_field_errors() == [REFUSED]


def test_the_session_key_changes_at_sign_in(client: Client) -> None:
    make_member(number="400001")
    session = client.session
    session["before"] = "kept from an anonymous visit"
    session.save()
    before = session.session_key
    sign_in(client, "400001")
    assert client.session.session_key != before


def test_an_inactive_member_is_refused_like_a_stranger(client: Client) -> None:
    member = make_member(number="400001")
    deactivate_member(member=member)
    assert sign_in(client, "400001").context["form"].non_field_errors() == [REFUSED]
    assert not signed_in(client)


def test_a_member_put_out_is_refused_at_the_next_request(client: Client) -> None:
    member = make_member(number="400001")
    sign_in(client, "400001")
    address = reverse("account_change_password")
    assert client.get(address).status_code == 200
    deactivate_member(member=member)
    answer = client.get(address)
    assert (answer.status_code, answer.url) == (302, f"/sign-in/?next={address}")


class CountingHasher(MD5PasswordHasher):
    """Counts what an attacker would time."""

    algorithm = "counting"
    spent: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.spent.append(password)
        return super().encode(password, salt)


def test_every_refusal_costs_one_hash(client: Client, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.__module__ = __name__
    known = make_member(number="400001")
    known.set_password(PASSWORD)
    known.save()
    inactive = make_member(number="400002")
    inactive.set_password(PASSWORD)
    inactive.save()
    deactivate_member(member=inactive)
    issue_first_code(member=make_member(number="400003"))

    spent = {}
    for name in ("400001", "400002", "400003", "nobody"):
        CountingHasher.spent.clear()
        sign_in(client, name, "wrong")
        spent[name] = len(CountingHasher.spent)
    assert spent == {"400001": 1, "400002": 1, "400003": 1, "nobody": 1}


# --- Where to afterwards ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/archive/", "/archive/"),
        ("/board/3/?year=2026", "/board/3/?year=2026"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http:///evil.example", "/"),
    ],
)
def test_next_stays_in_the_school(client: Client, wanted: str, reached: str) -> None:
    make_member(number="400001")
    assert sign_in(client, "400001", next=wanted).url == reached
    # ... and so for who is signed in already
    assert client.get("/sign-in/", {"next": wanted}).url == reached


def test_what_needs_a_person_leads_to_the_door_and_back(client: Client) -> None:
    address = reverse("account_change_password")
    assert client.get(address).url == f"/sign-in/?next={address}"


@pytest.mark.slow
def test_sign_out_ends_the_session(client: Client) -> None:
    make_member(number="400001")
    sign_in(client, "400001")
    assert client.get("/sign-out/").status_code == 200
    assert signed_in(client)
    assert client.post("/sign-out/").url == "/sign-in/"
    assert not signed_in(client)


# --- One throttle ---------------------------------------------------------------------------------


def spend(client: Client, *names: str) -> None:
    for name in names:
        sign_in(client, name, "wrong")


@pytest.mark.slow
def test_six_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(client: Client) -> None:
    make_member(number="400001", phone="13800000001")
    noon = dt.datetime(2026, 7, 1, 4, 0, tzinfo=dt.UTC)  # 12:00 in the school
    with time_machine.travel(noon, tick=False) as travel:
        # Number and phone are one person: three of each are six.
        spend(client, *["400001", "13800000001"] * 3)
        answer = sign_in(client, "400001")
        assert answer.status_code == 429
        assert answer["Retry-After"] == "900"
        text = answer.content.decode()
        assert "请在 12:15 以后（约 15 分钟）再试" in text
        assert not signed_in(client)

        # Trying on does not push the time away.
        travel.shift(dt.timedelta(minutes=14))
        answer = sign_in(client, "13800000001")
        assert (answer.status_code, answer["Retry-After"]) == (429, "60")

        travel.shift(dt.timedelta(minutes=1, seconds=1))
        assert sign_in(client, "400001").url == "/"
        assert signed_in(client)


@pytest.mark.slow
def test_a_stranger_elsewhere_cannot_lock_a_member_out(client: Client) -> None:
    make_member(number="400001")
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    spend(stranger, *["400001"] * 6)
    assert sign_in(stranger, "400001").status_code == 429
    assert sign_in(client, "400001").url == "/"


@pytest.mark.slow
def test_the_right_password_wipes_the_count(client: Client) -> None:
    make_member(number="400001")
    spend(client, *["400001"] * 5)
    assert sign_in(client, "400001").url == "/"
    client.logout()
    spend(client, *["400001"] * 5)
    assert sign_in(client, "400001").url == "/"


@pytest.mark.slow
def test_a_name_nobody_has_is_throttled_too(client: Client) -> None:
    spend(client, *["nobody"] * 6)
    assert sign_in(client, "nobody").status_code == 429


# --- The back office has no door of its own -------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "reached"),
    [
        ("", "/sign-in/?next=%2Fadmin%2F"),
        ("?next=/admin/pages/", "/sign-in/?next=%2Fadmin%2Fpages%2F"),
        ("?next=//evil.example/", "/sign-in/?next=%2Fadmin%2F"),
    ],
)
def test_wagtails_own_door_leads_to_ours(client: Client, query: str, reached: str) -> None:
    make_administrator(make_branch(), number="100001")
    assert client.get(f"/admin/login/{query}").url == reached
    posted = client.post(f"/admin/login/{query}", {"username": "100001", "password": PASSWORD})
    assert posted.url == reached
    assert not signed_in(client)


@pytest.mark.parametrize("address", ["/admin/", "/admin/pages/", "/admin/password_reset/"])
def test_the_back_office_sends_strangers_to_the_door(client: Client, address: str) -> None:
    assert client.get(address).url == f"/sign-in/?next={address}"


@pytest.mark.slow
def test_who_works_in_the_back_office_enters_and_nobody_else(client: Client) -> None:
    branch = make_branch()
    entered = {}
    for member in (
        make_member(branch, number="member"),
        make_secretary(branch, number="secretary"),
        make_instructor(branch, number="instructor"),
        make_administrator(branch, number="administrator"),
    ):
        client.force_login(member)
        entered[member.number] = client.get("/admin/").status_code
    assert entered == {"member": 404, "secretary": 404, "instructor": 200, "administrator": 200}


def test_a_term_that_ends_closes_the_back_office_without_anybody_doing_anything(
    client: Client,
) -> None:
    branch, today = make_branch(), clock.today()
    member = make_administrator(branch, until_on=today + dt.timedelta(days=2))
    make_instructor(branch)
    client.force_login(member)
    assert client.get("/admin/").status_code == 200
    with time_machine.travel(clock.now() + dt.timedelta(days=3), tick=False):
        client.force_login(member)
        assert client.get("/admin/").status_code == 404


def test_the_shorter_of_two_terms_takes_its_rights_with_it(client: Client) -> None:
    from lms.members.models import Role
    from lms.members.services import grant_role

    branch, today = make_branch(), clock.today()
    member = make_administrator(branch, until_on=today + dt.timedelta(days=2))
    grant_role(member=member, branch=branch, role=Role.INSTRUCTOR)
    with time_machine.travel(clock.now() + dt.timedelta(days=3), tick=False):
        client.force_login(member)
        assert client.get("/admin/").status_code == 200
        assert [group.name for group in member.groups.all()] == ["教师"]


@pytest.mark.slow
@pytest.mark.parametrize("address", ["/admin/users/", "/admin/groups/", "/admin/users/new/"])
def test_accounts_and_groups_are_the_superusers_alone(client: Client, address: str) -> None:
    client.force_login(make_administrator(make_branch()))
    assert client.get(address).status_code == 404
    client.force_login(Member.objects.create_superuser("root", PASSWORD, name="系统"))
    assert client.get(address).status_code == 200


# --- Passwords ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_password_is_changed_by_who_knows_the_old_one(client: Client) -> None:
    make_member(number="400001")
    other = Client()
    sign_in(client, "400001")
    sign_in(other, "400001")
    address = reverse("account_change_password")

    new = "dong-lai-xi-wang-7"
    refused = client.post(address, {"oldpassword": "wrong", "password1": new, "password2": new})
    assert refused.status_code == 200
    assert Member.objects.get(number="400001").check_password(PASSWORD)

    changed = client.post(address, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (changed.status_code, changed.url) == (302, "/")
    assert Member.objects.get(number="400001").check_password(new)
    # This window stays in, every other is out.
    assert client.get(address).status_code == 200
    assert other.get(address).status_code == 302


def test_a_forgotten_password_leads_to_the_secretary(client: Client) -> None:
    page = client.get("/sign-in/forgotten/")
    assert page.status_code == 200
    assert "请联系本支部书记" in page.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/sign-in/signup/", "/accounts/signup/", "/sign-in/email/", "/sign-in/password/reset/"],
)
def test_nobody_signs_up_and_no_mail_is_sent(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


# --- The first sign-in ----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_code_opens_once_and_only_to_choose_a_password(client: Client) -> None:
    member = make_member(number="400001")
    old_window = Client()
    sign_in(old_window, "400001")

    code = issue_first_code(member=member)
    assert old_window.get(reverse("account_change_password")).status_code == 302
    assert sign_in(Client(), "400001").status_code == 200  # the old password is void

    first = sign_in(client, "400001", code.lower().replace("-", " "), next="/archive/")
    assert first.url == "/archive/"
    chosen = "/sign-in/password/first/"
    for address in ("/sign-in/password/", "/styleguide/", "/sign-in/forgotten/"):
        answer = client.get(address)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, chosen)
    assert client.post("/sign-in/password/").url == chosen

    new = "dong-lai-xi-wang-7"
    weak = client.post(chosen, {"password1": "12345678", "password2": "12345678"})
    assert weak.status_code == 200
    done = client.post(
        f"{chosen}?next=/archive/", {"password1": new, "password2": new, "next": "/archive/"}
    )
    assert (done.status_code, done.url) == (302, "/archive/")
    assert client.get(chosen).url == "/sign-in/password/"

    # The code is spent, the password stands.
    assert sign_in(Client(), "400001", code).status_code == 200
    assert sign_in(Client(), "400001", new).url == "/"


def test_who_came_in_by_code_may_go_again(client: Client) -> None:
    code = issue_first_code(member=make_member(number="400001"))
    sign_in(client, "400001", code)
    assert client.post("/sign-out/").url == "/sign-in/"
    assert not signed_in(client)


@pytest.mark.slow
def test_a_code_is_one_persons_and_lasts_thirty_days(client: Client) -> None:
    first, second = make_member(number="400001"), make_member(number="400002")
    code = issue_first_code(member=first)
    issue_first_code(member=second)
    assert standing_code(first) == code
    assert sign_in(client, "400002", code).status_code == 200
    with time_machine.travel(clock.now() + dt.timedelta(days=30, seconds=1)):
        assert sign_in(client, "400001", code).status_code == 200
    assert not signed_in(client)


@pytest.mark.slow
def test_a_new_code_puts_the_old_one_out_of_use(client: Client) -> None:
    member = make_member(number="400001")
    old = issue_first_code(member=member)
    new = issue_first_code(member=member)
    assert sign_in(client, "400001", old).status_code == 200
    assert sign_in(client, "400001", new).url == "/"
