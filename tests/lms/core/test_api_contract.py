"""The API is asked whatever its schema allows: no 500, and every answer is one the schema tells."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lms.asgi import pages
from lms.core import clock
from lms.reports.xapi.statements import VERSION
from tests.checks.api_schema import schema
from tests.factories import courses
from tests.factories.hours import make_entry
from tests.factories.members import make_branch_tree, make_member
from tests.factories.platforms import make_platform

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SCHEMA_AT = "/schema-for-the-test"
EXAMPLES = 15
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def with_schema(environ: dict[str, Any], begin: Callable[..., Any]) -> Iterable[bytes]:
    """The school, and beside it the schema where the one who asks reads it."""
    if environ["PATH_INFO"] != SCHEMA_AT:
        return pages(environ, begin)
    begin("200 OK", [("Content-Type", "application/yaml")])
    return [schema().encode()]


@pytest.fixture
def asked_by(settings: Any) -> dict[str, Any]:
    """Headers and cookies of who is both: a platform with its token and a member signed in."""
    settings.PLATFORM_REQUESTS_A_MINUTE = 100_000
    tree = make_branch_tree()
    member = make_member(tree.first, number="400001")
    make_entry(member, "2")
    course, _lessons = courses.course_with_lessons(by=courses.editor(), lessons=1)
    platform = make_platform(tree.committee)
    client = Client()
    client.force_login(member)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {
        "headers": {
            "Authorization": f"Bearer {platform.shown}",
            "X-Experience-API-Version": VERSION,
        },
        "known": {
            "code": tree.first.code,
            "number": member.number,
            "slug": course.slug,
            "year": clock.today().year,
        },
        "cookies": {settings.SESSION_COOKIE_NAME: session},
    }


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Requests end within the test's transaction, as those of Django's own test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> list[Any]:
    found = schemathesis.openapi.from_wsgi(SCHEMA_AT, with_schema)
    return [each.ok() for each in found.get_all_operations()]


def statuses_of(operation: Any, asked_by: dict[str, Any], known: dict[str, Any]) -> set[int]:
    """Ask whatever the operation allows, about what is `known` by name; what came back."""
    seen = set()

    @given(case=operation.as_strategy())
    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.path_parameters = {
            name: known.get(name, value) for name, value in case.path_parameters.items()
        }
        answer = case.call(**asked_by)
        case.validate_response(answer, checks=CHECKS)
        seen.add(answer.status_code)

    ask()
    return seen


def test_every_answer_is_one_the_schema_tells(asked_by: dict[str, Any]) -> None:
    known = asked_by.pop("known")
    found = operations()
    assert len(found) >= 7
    for operation in found:
        anything = statuses_of(operation, asked_by, {})
        of_what_is_there = statuses_of(operation, asked_by, known)
        assert (operation.path, 200 in anything | of_what_is_there) == (operation.path, True)
