"""Tokens are issued, renewed and revoked by who administers the branch, and by nobody else."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from lms.core import clock
from lms.members.errors import NotAllowedError, TokenError
from lms.members.platforms.models import PlatformToken, Scope
from lms.members.platforms.queries import administered_tokens, token_shown
from lms.members.platforms.services import issue_token, note_use, renew_token, revoke_token
from tests.factories.members import (
    BranchTree,
    make_administrator,
    make_branch_tree,
    make_secretary,
)
from tests.factories.platforms import make_token

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


def test_the_token_itself_is_kept_nowhere(tree: BranchTree) -> None:
    token, shown = make_token(tree.first, scopes=[Scope.XAPI, Scope.STUDY_HOURS])
    kept = PlatformToken.objects.values().get(pk=token.pk)
    assert not [value for value in kept.values() if shown in str(value)]
    assert kept["scopes"] == ["study-hours", "xapi"]
    assert token_shown(shown) == token
    assert token_shown(shown[:-1] + ("A" if shown[-1] != "A" else "B")) is None


def test_only_who_administers_the_branch_issues_for_it(tree: BranchTree) -> None:
    said: dict[str, Any] = {"name": "平台", "scopes": [Scope.YEARS]}
    administrator = make_administrator(tree.general)
    for branch in (tree.general, tree.first):
        assert issue_token(branch=branch, by=administrator, **said)[0].branch == branch
    for by, branch in (
        (administrator, tree.committee),
        (administrator, tree.third),
        (make_secretary(tree.first), tree.first),
    ):
        with pytest.raises(NotAllowedError):
            issue_token(branch=branch, by=by, **said)


@pytest.mark.parametrize("days", [-1, 0, 733])
def test_a_token_ends_within_two_years(tree: BranchTree, days: int) -> None:
    with time_machine.travel(NOON, tick=False):
        with pytest.raises(TokenError):
            make_token(tree.first, expires_at=NOON + dt.timedelta(days=days))
        token, _ = make_token(tree.first)
        assert token.expires_at == NOON + dt.timedelta(days=365)
        with pytest.raises(TokenError):
            make_token(tree.first, scopes=[])


def test_renewing_leaves_both_open_for_a_week(tree: BranchTree) -> None:
    by = make_administrator(tree.first)
    with time_machine.travel(NOON, tick=False):
        old, _ = make_token(tree.first, by=by, scopes=[Scope.YEARS])
        new, shown = renew_token(token=old, by=by)
        old.refresh_from_db()
        assert (new.replaces, new.scopes, new.branch) == (old, ["years"], tree.first)
        assert token_shown(shown) == new
        with pytest.raises(TokenError, match="已经换发过"):
            renew_token(token=old, by=by)
    week = NOON + dt.timedelta(days=7)
    almost = week - dt.timedelta(seconds=1)
    assert [old.is_live(almost), old.is_live(week), new.is_live(week)] == [True, False, True]
    with pytest.raises(NotAllowedError):
        renew_token(token=new, by=make_administrator(tree.third))


def test_a_dead_token_is_not_renewed_and_revoking_twice_is_once(tree: BranchTree) -> None:
    by = make_administrator(tree.first)
    token, _ = make_token(tree.first, by=by)
    with pytest.raises(NotAllowedError):
        revoke_token(token=token, by=make_administrator(tree.second))
    assert [revoke_token(token=token, by=by), revoke_token(token=token, by=by)] == [True, False]
    with pytest.raises(TokenError, match="已失效"):
        renew_token(token=token, by=by)


def test_use_is_noted_once_a_minute(tree: BranchTree, django_assert_num_queries: Any) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        token, _ = make_token(tree.first)
        note_use(token=token)
        token.refresh_from_db()
        assert token.last_used_at == NOON
        now.shift(59)
        with django_assert_num_queries(0):
            note_use(token=token)
        now.shift(2)
        note_use(token=token)
        token.refresh_from_db()
        assert token.last_used_at == clock.now()


def test_tokens_are_seen_by_the_administrators_of_their_branch_and_above(tree: BranchTree) -> None:
    own, _ = make_token(tree.first)
    above, _ = make_token(tree.committee)
    make_token(tree.third)
    assert list(administered_tokens(make_administrator(tree.general))) == [own]
    assert above in administered_tokens(make_administrator(tree.committee))
    assert list(administered_tokens(make_secretary(tree.first))) == []
