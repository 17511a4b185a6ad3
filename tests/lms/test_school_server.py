"""The fixtures other tests stand on: fresh databases, a served school, queues."""

from typing import Any

import httpx
import pytest
from wagtail.models import Page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_leaves_nothing_behind(turn: int) -> None:
    root = Page.objects.get(depth=1)
    assert root.title == "Root"
    Page.objects.filter(pk=root.pk).update(title="changed")


def test_the_school_is_served_with_the_test_database(school_server: str) -> None:
    answer = httpx.get(f"{school_server}/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]["detail"]) == (
        200,
        "all applied",
    )


@pytest.mark.slow
def test_a_web_process_of_its_own_can_be_killed(web_process: Any) -> None:
    assert httpx.get(f"{web_process.url}/healthz").text == "ok\n"
    web_process.kill()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{web_process.url}/healthz")
