"""The gate of the API for other systems: who passes, who does not, and what they are told."""

import datetime as dt

import pytest
import redis
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from lms.members.platforms.models import Scope
from lms.members.platforms.services import renew_token, revoke_token
from tests.factories.members import BranchTree, make_administrator, make_branch_tree
from tests.factories.platforms import Platform, make_platform, make_token

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def test_revoked_and_expired_tokens_are_told_so(tree: BranchTree) -> None:
    by = make_administrator(tree.first)
    with time_machine.travel(NOON, tick=False) as now:
        token, shown = make_token(tree.first, by=by)
        other, other_shown = make_token(tree.first, by=by)
        platform, revoked = Platform(shown), Platform(other_shown)
        assert [each.get("study-hours/").status_code for each in (platform, revoked)] == [200, 200]
        revoke_token(token=other, by=by)
        refused = revoked.get("study-hours/")
        assert (refused.status_code, refused.json()) == (
            401, {"detail": "令牌已吊销。请联系学校管理员。"}
        )  # fmt: skip
        assert refused["WWW-Authenticate"] == 'Bearer realm="api"'
        now.move_to(token.expires_at - dt.timedelta(seconds=1))
        assert platform.get("study-hours/").status_code == 200
        now.move_to(token.expires_at)
        refused = platform.get("study-hours/")
        assert (refused.status_code, refused.json()) == (
            401, {"detail": "令牌已到期。请联系学校管理员重新签发。"}
        )  # fmt: skip


def test_old_and_new_token_overlap_for_a_week(tree: BranchTree) -> None:
    by = make_administrator(tree.first)
    with time_machine.travel(NOON, tick=False) as now:
        token, shown = make_token(tree.first, by=by)
        new = Platform(renew_token(token=token, by=by)[1])
        old = Platform(shown)
        reached = {}
        for day in (0, 6, 7):
            now.move_to(NOON + dt.timedelta(days=day))
            reached[day] = [each.get("study-hours/").status_code for each in (old, new)]
    assert reached == {0: [200, 200], 6: [200, 200], 7: [401, 200]}


@pytest.mark.parametrize(
    "said",
    [
        "", "Bearer", "Bearer ", "Bearer x", "Basic abc", "Bearer lms_abcdefgh_" + "a" * 43,
        "Bearer " + "x" * 5000, "bearer\tlms", "Token lms", "Bearer 令牌",
    ],
)  # fmt: skip
def test_malformed_and_unknown_tokens_are_strangers(tree: BranchTree, said: str) -> None:
    make_token(tree.first)
    headers = {"Authorization": said.encode().decode("latin-1")} if said else {}
    answer = Client().get("/api/v1/study-hours/", headers=headers)
    assert (answer.status_code, list(answer.json())) == (401, ["detail"])


def test_a_session_is_no_token_and_a_token_no_session(tree: BranchTree) -> None:
    client = Client()
    client.force_login(make_administrator(tree.committee))
    assert client.get("/api/v1/study-hours/").status_code == 401
    platform = make_platform(tree.committee)
    assert platform.get("study-hours/").status_code == 200
    assert platform.get("courses/").status_code == 401
    asked = {"Authorization": f"Bearer {platform.shown}"}
    assert Client().get("/archive/", headers=asked).status_code == 302


@pytest.mark.parametrize("scope", Scope)
def test_each_scope_opens_its_own_addresses_and_no_other(tree: BranchTree, scope: str) -> None:
    platform = make_platform(tree.first, scopes=[scope])
    addresses = {
        "study-hours/": Scope.STUDY_HOURS,
        "ledger-heads/": Scope.LEDGER_HEADS,
        f"branches/{tree.first.code}/years/2026/": Scope.YEARS,
        "xapi/statements": Scope.XAPI,
    }
    with time_machine.travel(NOON, tick=False):
        reached = {address: platform.get(address).status_code for address in addresses}
    assert reached == {
        address: 200 if asked == scope else 403 for address, asked in addresses.items()
    }


def test_too_many_requests_are_told_when_to_come_again(tree: BranchTree, settings: object) -> None:
    settings.PLATFORM_REQUESTS_A_MINUTE = 3  # type: ignore[attr-defined]
    hasty, other = make_platform(tree.first), make_platform(tree.first)
    with time_machine.travel(NOON + dt.timedelta(seconds=48), tick=False) as now:
        reached = [hasty.get("ledger-heads/").status_code for _ in range(4)]
        refused = hasty.get("ledger-heads/")
        assert reached == [200, 200, 200, 429]
        assert refused["Retry-After"] == "12"
        assert refused.json()["detail"].startswith("请求过于频繁，每分钟最多 3 次。")
        assert other.get("ledger-heads/").status_code == 200
        now.shift(12)
        assert hasty.get("ledger-heads/").status_code == 200


def test_without_the_cache_platforms_are_served_uncounted(
    tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = make_platform(tree.first)
    nobody = redis.Redis.from_url("redis://127.0.0.1:1/0")
    monkeypatch.setattr(type(cache._cache), "get_client", lambda *_args, **_more: nobody)
    assert platform.get("ledger-heads/").status_code == 200
    assert settings.PLATFORM_REQUESTS_A_MINUTE == 120


@pytest.mark.slow
def test_nothing_is_written_and_an_unchanged_page_is_not_sent_again(tree: BranchTree) -> None:
    platform = make_platform(tree.first)
    first = platform.get("study-hours/")
    again = platform.get("study-hours/", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first["Vary"]
    asked = {"Authorization": f"Bearer {platform.shown}"}
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(Client(), method)("/api/v1/study-hours/", headers=asked)
        assert answer.status_code == 405
