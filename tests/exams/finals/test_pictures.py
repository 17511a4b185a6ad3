"""A picture is shown to all who watch while its question is on the stage, and at no other time."""

import re
from typing import Any

import pytest
from django.test import Client

from exams.finals import frames, play_services, queries, services
from exams.finals.models import Final
from exams.finals.pictures import address_of
from exams.papers.models import PaperItem
from exams.questions.media import PICTURE, Named, code_for
from exams.questions.models import QuestionVersion
from lms.members.models import Member
from tests.exams.finals.conftest import People
from tests.factories.courses import editor, picture
from tests.factories.finals import ALL, ask, begin, join, make_final
from tests.factories.members import BranchTree

pytestmark = pytest.mark.django_db


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="lms.members.backends.NumberOrPhoneBackend")
    return client


@pytest.fixture
def shown() -> Named:
    return Named(PICTURE, str(picture(by=editor()).pk))


@pytest.fixture
def final(tree: BranchTree, people: People, shown: Named) -> Final:
    """One about to begin, each of whose questions has the picture; Zhang plays in it."""
    made = make_final(tree.general, by=people.host)
    versions = PaperItem.objects.filter(paper=made.paper).values("version")
    QuestionVersion.objects.filter(pk__in=versions).update(
        stem=f"<p>看图回答。{code_for(PICTURE, shown.key)}</p>"
    )
    services.open_lobby(by=people.host, final=made)
    join(made, people.zhang)
    join(made, people.wang, team=1)
    return made


def on_stage(final: Final) -> str:
    """Where the picture of the question on the stage is, as everybody is told."""
    question = frames.view(final, queries.state_of(final))["question"]
    (address,) = re.findall(r'<img class="question__picture" src="([^"]+)"', question["html"])
    return str(address)


def status(member: Member, address: str) -> int:
    answer: Any = signed_in(member).get(address)
    if answer.streaming:
        assert len(answer.getvalue()) > 0
    return int(answer.status_code)


@pytest.mark.slow
def test_it_is_shown_from_the_asking_until_the_next_question(
    final: Final, people: People, shown: Named
) -> None:
    first, second = (address_of(final.pk, turn, shown) for turn in (1, 2))
    assert status(people.zhang, first) == 404
    begin(final)
    assert status(people.zhang, first) == 404
    number = ask(final, ALL)
    assert on_stage(final) == first
    for watcher in (people.zhang, people.li, people.host):  # plays, watches, hosts
        answer: Any = signed_in(watcher).get(first)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert len(answer.getvalue()) > 0
    assert status(people.outsider, first) == 404
    assert status(people.zhang, second) == 404
    play_services.end_answering(final=final, by=final.made_by, turn=number)
    assert status(people.zhang, first) == 200  # what is right is being shown beside it
    number = ask(final, ALL)
    assert on_stage(final) == second
    assert (status(people.zhang, first), status(people.zhang, second)) == (404, 200)
    play_services.end_answering(final=final, by=final.made_by, turn=number)
    play_services.finish(final=final, by=final.made_by)
    assert status(people.zhang, second) == 404


@pytest.mark.slow
def test_a_link_is_for_one_question_of_one_final(
    tree: BranchTree, people: People, final: Final, shown: Named
) -> None:
    other = make_final(tree.general, by=people.host)
    services.open_lobby(by=people.host, final=other)
    for each in (final, other):
        if each == other:
            join(each, people.li)
            join(each, people.zhang, team=1)
        begin(each)
        ask(each, ALL)
    link = address_of(final.pk, 1, shown)
    assert status(people.zhang, link) == 200
    assert status(people.zhang, link.replace(f"/{final.pk}/", f"/{other.pk}/")) == 404
    another = Named(PICTURE, str(picture(by=editor()).pk))
    assert status(people.zhang, link.replace(f".{shown.key}:", f".{another.key}:")) == 404


def test_the_page_without_script_has_it_too(final: Final, people: People) -> None:
    begin(final)
    ask(final, ALL)
    page = signed_in(people.zhang).get(f"/finals/{final.pk}/").content.decode()
    assert page.count(f'src="{on_stage(final)}"') == 1
