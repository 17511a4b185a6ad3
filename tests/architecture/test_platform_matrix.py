"""Every route for other systems × scope × whose the thing is, beside the matrix of persons.

A route with the policy TOKEN is asked for with a token over the branch `general`: with the scope
its view names and with all others, for what lies at, below, above and beside that branch.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from lms.core import clock
from lms.core.access import TOKEN, declared
from lms.members.models import Branch
from lms.members.platforms.api import HasScope, PlatformAuthentication, PlatformThrottle
from lms.members.platforms.models import Scope
from tests.architecture.test_access_matrix import routes
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member
from tests.factories.platforms import make_platform

pytestmark = pytest.mark.django_db

VIEWS = {
    route: pattern.callback.view_class
    for route, pattern in routes()
    if declared(pattern.callback, route) is TOKEN
}
# Whose things a token over `general` reaches; `first` and `second` lie below it.
REACHED = {
    "committee": False, "general": True, "first": True, "second": True, "third": False,
    "outside": False,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One route: the scope it asks for, and what it is asked with for things of a branch."""

    scope: str
    path: str
    asked: dict[str, str]


NUMBER, CODE, YEAR = "NUMBER", "CODE", "YEAR"
CASES = {
    "api/v1/study-hours/": Case(Scope.STUDY_HOURS, "study-hours/", {"branch": CODE}),
    "api/v1/ledger-heads/": Case(Scope.LEDGER_HEADS, "ledger-heads/", {}),
    "api/v1/members/<str:number>/years/<int:year>/": Case(
        Scope.YEARS, f"members/{NUMBER}/years/{YEAR}/", {}
    ),
    "api/v1/branches/<str:code>/years/<int:year>/": Case(
        Scope.YEARS, f"branches/{CODE}/years/{YEAR}/", {}
    ),
    "api/v1/xapi/statements": Case(Scope.XAPI, "xapi/statements", {}),
}


def test_every_route_for_other_systems_has_a_case() -> None:
    assert sorted(CASES) == sorted(VIEWS)


@pytest.mark.parametrize("route", CASES)
def test_every_view_asks_for_token_scope_and_rate(route: str) -> None:
    view = VIEWS[route]
    assert view.authentication_classes == (PlatformAuthentication,)
    assert view.permission_classes == (HasScope,)
    assert view.throttle_classes == (PlatformThrottle,)
    assert view.scope == CASES[route].scope
    assert set(view.http_method_names) & {"get", "post", "put", "patch", "delete"} & set(
        vars(view)
    ) == {"get"}


@pytest.mark.parametrize("route", CASES)
def test_a_route_opens_to_its_scope_and_shows_the_own_subtree(route: str) -> None:
    case = CASES[route]
    tree, other = make_branch_tree(), make_branch_tree("外")
    branches: dict[str, Branch] = {**vars(tree), "outside": other.first}
    members = {name: make_member(branch, password=None) for name, branch in branches.items()}
    for member in members.values():
        make_entry(member)
    own = make_platform(tree.general, scopes=[case.scope])
    wrong = make_platform(tree.general, scopes=[each for each in Scope if each != case.scope])
    found: dict[str, bool] = {}
    for name, branch in branches.items():
        words = {NUMBER: members[name].number, CODE: branch.code, YEAR: str(clock.today().year)}

        def filled(text: str, words: dict[str, str] = words) -> str:
            for word, value in words.items():
                text = text.replace(word, value)
            return text

        asked: dict[str, Any] = {key: filled(value) for key, value in case.asked.items()}
        assert wrong.get(filled(case.path), **asked).status_code == 403
        answer = own.get(filled(case.path), **asked)
        assert answer.status_code in {200, 404}
        text = answer.content.decode()
        shown = words[CODE] if "branches/" in case.path else f'"{words[NUMBER]}"'
        found[name] = answer.status_code == 200 and shown in text
    assert found == REACHED
