"""Desk, progress, release, keys, analysis, results and a member's own in a real browser."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from exams.attempts.models import Release
from exams.marking import services
from exams.marking.models import Mark
from exams.questions.models import Topic
from lms.members.models import Member
from tests.factories import marked
from tests.factories.marked import chose, wrote
from tests.factories.members import (
    make_administrator,
    make_branch_tree,
    make_instructor,
    make_member,
    make_secretary,
)

NAMES = ("王建国", "李淑芬", "赵德厚", "孙丽华", "周明远", "吴秀英", "郑国强", "冯玉兰",
         "陈志军", "褚晓梅", "卫东升", "蒋文静")  # fmt: skip
ESSAY = (
    "党员领导干部要带头学习党的理论，把学到的方法用到支部工作中去。我所在的支部流动党员多，"
    "我们按月列出学习清单，请年纪大的同志讲自己的经历，年轻同志帮助整理笔记，做到学以致用。"
)


def sign_in(page: Page, member: Member, server: str) -> None:
    client = Client()
    client.force_login(member)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])


@pytest.mark.parametrize("look", ["standard", "elder"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_are_accessible_at_both_widths(
    open_page: Callable[..., Page],
    shoot: Callable[[Page, str], Path],
    assert_accessible: Callable[[Page], None],
    school_server: str,
    width: int,
    look: str,
) -> None:
    tree = make_branch_tree()
    officer = make_administrator(tree.committee, name="陈书宁")
    marker = make_instructor(tree.committee, name="沈老师")
    secretary = make_secretary(tree.first, name="韩书记")
    topic = Topic.objects.create(branch=tree.committee, name="党的组织制度")
    versions = [
        marked.make_version(
            tree.committee, by=officer, topic=topic, correct=place, stem=f"<p>{stem}</p>",
            explanation="<p>党章规定，党的各级代表大会的代表和委员会，都要体现选举人的意志。</p>",
        )
        for place, stem in enumerate(("党的最高领导机关是什么？", "党员大会一般多久召开一次？"))
    ]  # fmt: skip
    versions.append(
        marked.make_version(
            tree.committee, by=officer, kind="short",
            stem="<p>联系支部实际，谈谈怎样把学到的用到工作中。</p>",
        )
    )  # fmt: skip
    sat = marked.make_sat_exam(
        tree.committee, by=officer, versions=versions, title="党章知识测试（第二季度）",
        release=Release.BY_HAND, study_hours=Decimal(1),
    )  # fmt: skip
    attempts = []
    for place, name in enumerate(NAMES):
        member = make_member(tree.first if place % 2 else tree.second, name=name)
        answers = [*chose(place % 3, 1 if place < 8 else 0), wrote(ESSAY + "。" * (place % 2))]
        attempts.append(marked.machine_marked(sat, member, answers))
    for place in range(10):
        marked.mark_next(sat, marker, str(4 + place % 6), comment="联系实际，再具体一些。")
    page = open_page(width=width, height=844 if width == 390 else 900)
    page.context.add_cookies(
        [{"name": "presentation", "value": f"mode:{look}", "url": school_server}]
    )

    def show(by: Member, **addresses: str) -> None:
        sign_in(page, by, school_server)
        for name, address in addresses.items():
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200
            look_at(name)

    def look_at(name: str) -> None:
        page.wait_for_load_state("networkidle")
        shoot(page, f"marking-{name}-{look}")
        assert_accessible(page)

    exam = f"/exams/{sat.exam.pk}"
    show(marker, exams="/exams/marking/", progress=f"{exam}/marking/")
    page.get_by_role("button", name="开始评卷").click()
    page.wait_for_url("**/marking/*/")
    look_at("desk")
    show(officer, unreleased=f"{exam}/release/")
    for _ in range(2):
        marked.mark_next(sat, marker, "8")
    show(officer, release=f"{exam}/release/")
    services.release_exam(exam=sat.exam, by=officer)
    show(officer, keys=f"{exam}/keys/", correct=f"{exam}/keys/{versions[0].pk}/")
    page.get_by_label("接受这些答案").check()
    page.get_by_label("B. 乙").check()
    page.get_by_label("原因").fill("两个说法都对")
    page.get_by_role("button", name="看看会影响谁").click()
    page.get_by_role("heading", name="会影响谁").wait_for()
    look_at("preview")
    show(officer, analysis=f"{exam}/analysis/", results=f"{exam}/results/")
    show(secretary, branch=f"{exam}/results/")
    show(attempts[1].member, own=f"/exams/{attempts[1].pk}/result/")


def test_a_marker_marks_with_the_keyboard(pc_page: Page, school_server: str) -> None:
    tree = make_branch_tree()
    marker = make_instructor(tree.first)
    sat = marked.make_sat_exam(tree.first, by=marker, kinds=["short"])
    for _ in range(2):
        marked.machine_marked(sat, make_member(tree.first), [wrote(ESSAY)])
    sign_in(pc_page, marker, school_server)
    pc_page.goto(f"/exams/{sat.exam.pk}/marking/")
    pc_page.get_by_role("button", name="开始评卷").click()
    pc_page.wait_for_url("**/marking/*/")
    first = pc_page.url
    pc_page.wait_for_function("customElements.get('lms-desk') !== undefined")
    for key in ("3", "5", "Enter"):
        pc_page.keyboard.press(key)
    pc_page.wait_for_url(lambda url: url != first)
    assert [(mark.rubric, mark.points) for mark in Mark.objects.all()] == [(["3", "5"], Decimal(8))]
