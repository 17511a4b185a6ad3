"""The screens around exams, contests and finals: in use, at two widths, in the elder version."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from exams.finals import services
from exams.marking.services import release_attempt
from exams.papers.models import PaperItem
from exams.questions.media import PICTURE, code_for
from exams.questions.models import QuestionVersion
from lms.core.presentation import COOKIE
from lms.members.models import Member
from tests.factories.contests import make_contest, make_round
from tests.factories.courses import editor, picture
from tests.factories.exam_attempts import begin as sit_down
from tests.factories.exam_attempts import make_exam
from tests.factories.finals import ALL, ask, begin, join, make_final
from tests.factories.marked import chose, machine_marked, make_sat_exam, wrote
from tests.factories.members import make_administrator, make_branch_tree, make_member
from tests.factories.on_paper import come_back, make_paper_exam, printed_for

pytestmark = pytest.mark.slow

Shoot = Callable[[Page, str], Path]


@pytest.fixture
def places(transactional_db: None) -> dict[str, Any]:
    """The addresses by name, and who goes there: an administrator, or `member`."""
    tree = make_branch_tree()
    host = make_administrator(tree.general, name="王主任")
    members = [make_member(tree.first, name=name) for name in ("张秀英", "李淏", "欧阳志远")]

    contest = make_contest(tree.general, by=host)
    make_round(contest)

    room = make_exam(tree.first, title="第三季度党章党规学习测试")
    for member in members[:2]:
        sit_down(room, member)

    on_paper = make_paper_exam(tree.first, by=host)
    sheets = printed_for(on_paper, by=host)
    with transaction.atomic():
        come_back(sheets[members[0].pk], {1: [0], 2: [0], 3: [0, 2], 4: [0]})

    sat = make_sat_exam(tree.first, by=host)
    machine_marked(sat, members[0], [*chose(0, 1), wrote("学习要联系实际，学以致用。")])
    client = Client()
    client.force_login(host)
    desk = client.post(reverse("marking_begin", args=[sat.exam.pk])).headers["Location"]
    over = make_sat_exam(tree.first, by=host, kinds=("single", "single"))
    released = machine_marked(over, members[1], chose(0, 1))
    release_attempt(released)

    final = make_final(tree.general, by=host)
    named = code_for(PICTURE, picture(by=editor(), size=(1280, 720)).pk)
    versions = PaperItem.objects.filter(paper=final.paper).values("version")
    QuestionVersion.objects.filter(pk__in=versions).update(
        stem=f"<p>图中的会徽第一次出现在哪一次代表大会上？</p><p>{named}</p>"
    )
    services.open_lobby(by=host, final=final)
    for team, member in enumerate(members[:2]):
        join(final, member, team=team)
    begin(final)
    ask(final, ALL)

    return {
        "host": host,
        "member": members[0],
        "pages": {
            "contests": reverse("contests"),
            "contest": reverse("contest", args=[contest.pk]),
            "room": reverse("exam_room", args=[room.pk]),
            "on-paper": reverse("on_paper:home", args=[on_paper.pk]),
            "sheets": reverse("on_paper:sheets", args=[on_paper.pk]),
            "desk": desk,
            "correct-marks": reverse("correct_marks", args=[over.exam.pk, released.pk]),
            "console": reverse("finals:console", args=[final.pk]),
            "screen": reverse("finals:screen", args=[final.pk]),
            "stage": reverse("finals:final", args=[final.pk]),
        },
    }


def go(page: Page, member: Member, server: str, mode: str) -> None:
    client = Client()
    client.force_login(member)
    cookies = {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        COOKIE: f"mode:{mode}",
    }
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": name, "value": value, "url": server} for name, value in cookies.items()]
    )


@pytest.mark.parametrize("mode", ["standard", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_screens_can_be_used(
    open_page: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    school_server: str,
    shoot: Shoot,
    places: dict[str, Any],
    width: int,
    mode: str,
) -> None:
    page = open_page(width=width, height=844 if width == 390 else 800)
    for name, address in places["pages"].items():
        go(page, places["member" if name == "stage" else "host"], school_server, mode)
        answer = page.goto(address)
        assert answer is not None
        assert (name, answer.status) == (name, 200)
        if name in {"console", "screen", "stage"}:
            shown = page.locator("img.question__picture")
            shown.wait_for()
            assert (
                page.evaluate(
                    "(image) => image.decode().then(() => image.naturalWidth)",
                    shown.element_handle(),
                )
                > 0
            )
        shoot(page, f"exam-{name}-{mode}")
        assert_accessible(page)
