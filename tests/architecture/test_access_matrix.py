"""Every route × every role × whose the thing is: exactly those are let in who are meant to be.

`CASES` has one line for each route of ours: how it is asked for, and which roles reach whose
objects. A route without a line fails, and so does a line without a route. What is refused is a
404 for who has signed in, and the way to the sign-in page (401 for programs) for who has not.
Wagtail's own routes are not listed one by one: their outer gate is asked as each role, and those
that open a page or a person are asked for ones outside the asker's branches.
"""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.urls import URLPattern, get_resolver

from lms import asgi
from lms.core.access import declared
from tests.architecture.access_cases import CASES, NOBODY, Case
from tests.support.matrix import (
    FOREIGN,
    ROLES,
    SELF,
    SIBLING,
    World,
    filled,
)

OURS = ("lms.", "courses.", "exams.", "live.", "media_pipeline.")


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site as written in its URLconf, with its pattern."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from routes(pattern.url_patterns, route)


def is_ours(route: str, pattern: URLPattern) -> bool:
    """Not one of those Wagtail brings along; what stands outside its prefix is always ours."""
    return not route.startswith("admin/") or pattern.callback.__module__.startswith(OURS)


OUR_ROUTES = sorted({route for route, pattern in routes() if is_ours(route, pattern)})
WAGTAIL_ROUTES = sorted({route for route, pattern in routes() if route not in OUR_ROUTES})


def is_refused(answer: HttpResponseBase, role: str) -> bool:
    """404 to who has signed in; to the sign-in page or 401 to who has not; a bug is neither."""
    assert answer.status_code < 500
    if role == "anonymous":
        if answer.status_code == 302:
            return answer["Location"].startswith("/sign-in/?")
        return answer.status_code in {401, 404}
    # Wagtail's own views send who may not on to its home page, with a word of why; where a token
    # is asked for, a session is nobody (401).
    return answer.status_code in {401, 403, 404} or (
        answer.status_code == 302 and answer["Location"] in {"/admin/", "/admin/login/"}
    )


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all cells; each cell takes back what it changed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def asked(world: World, case: Case, route: str, role: str, where: str) -> HttpResponseBase:
    path = filled(route, case.arguments(world, where, role))
    data = case.data(world, where, role) if case.data else None
    client = world.clients[role]
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = getattr(client, case.method.lower())(path, data, headers=case.headers or None)
        transaction.set_rollback(True)
    client.cookies = cookies
    if answer.streaming:
        list(answer.streaming_content)  # a file is closed when it has been read
    return answer


def test_every_route_declares_who_may_reach_it() -> None:
    assert [route for route, pattern in routes() if declared(pattern.callback, route) is None] == []


def test_every_route_has_a_case_and_every_case_a_route() -> None:
    assert sorted(CASES) == OUR_ROUTES


@pytest.mark.parametrize("route", CASES)
def test_route_lets_in_exactly_those_who_are_meant_to_be(world: World, route: str) -> None:
    case = CASES[route]
    expected = {
        (role, where): where in case.allowed.get(role, ())
        for role in ROLES
        for where in case.wheres
    }
    found = {
        (role, where): not is_refused(asked(world, case, route, role, where), role)
        for role, where in expected
        if (role, where) != ("anonymous", SELF)
    }
    expected.pop(("anonymous", SELF), None)
    assert found == expected


@pytest.mark.parametrize("route", WAGTAIL_ROUTES)
def test_wagtails_routes_refuse_who_has_no_business_in_the_back_office(
    world: World, route: str
) -> None:
    case = Case(NOBODY, lambda *_: {})
    outsiders = ("anonymous", "member", "secretary")
    refused = {role: is_refused(asked(world, case, route, role, ""), role) for role in outsiders}
    assert refused == dict.fromkeys(outsiders, True)


PAGE_ROUTES = [
    route for route in WAGTAIL_ROUTES if "<int:page_id>" in route or "pages/<int:pk>" in route
]


@pytest.mark.parametrize("route", PAGE_ROUTES)
@pytest.mark.parametrize("where", [SIBLING, FOREIGN])
def test_wagtails_routes_know_no_course_for_a_branch_one_does_not_teach_in(
    world: World, route: str, where: str
) -> None:
    page = world.course(where).pk
    case = Case(NOBODY, lambda *_: {"page_id": page, "pk": page, "id": page})
    answer = asked(world, case, route, "instructor", where)
    body = b"" if answer.streaming else answer.content
    assert world.course(where).title.encode() not in body
    assert answer.status_code in {302, 403, 404, 405}


# What is answered beside Django, by path; each has a line here saying who may.
PLAIN_ROUTES = {
    "scope['path'] == PATH": "who holds a token the lesson page was given, for that sitting alone",
    "is_answers(scope['path'])": "who holds a ticket the sitting page was given, for that attempt",
    "is_rtmp_call(scope['path'])": "nginx on a host that is named, about a key a teacher was given",
    "_segments.is_segment(scope['path'])": "whose own link it is, signed in; else the page",
    "is_final_socket(scope['path'])": "who is signed in and may see the final; its players speak",
    "is_live_socket(scope['path'])": "who is signed in and may see the class",
    "is_media_socket(scope['path'])": "who may see the class watches, who may hold it sends",
    "is_discussion_socket(scope['path'])": "who is signed in and may see the thread hears it",
}


def test_what_is_answered_beside_django_is_listed() -> None:
    tree = ast.parse(Path(asgi.__file__).read_text())
    asked_by_path = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare | ast.Call) and "'path'" in ast.unparse(node)
    ]
    assert asked_by_path == list(PLAIN_ROUTES)


@pytest.mark.parametrize("token", ["", "forged", "a.b.c", "x" * 5000])
def test_a_beat_without_a_token_of_ours_is_refused(token: str) -> None:
    async def sent() -> int:
        transport = httpx.ASGITransport(app=asgi.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            beat = {"seq": 1, "from": 0, "to": 15_000, "rate": 1, "visible": True}
            answer = await client.post("/beat/", json={"token": token, "beats": [beat]})
            return answer.status_code

    assert asyncio.run(sent()) == 401
