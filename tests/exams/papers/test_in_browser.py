"""The back office's pages of papers and exams in a real browser, at both widths."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from exams.attempts.models import Fairness
from exams.papers import seat_services, services
from exams.papers.blueprint import Blueprint, Cell
from tests.factories.members import make_administrator, make_branch_tree, make_member
from tests.factories.papers import make_exam, make_paper, make_topic, ready_question


@pytest.fixture
def school(transactional_db: None) -> dict[str, Any]:
    """A bank, a draft whose blueprint lacks questions, a sealed A/B paper, an exam in a room."""
    tree = make_branch_tree()
    officer = make_administrator(tree.general, name="陈书宁")
    topics = [make_topic(tree.general, name) for name in ("党章", "纪律处分条例", "组织生活")]
    for number in range(24):
        ready_question(
            tree.general, topic=topics[number % 3], difficulty=1 + number % 5, by=officer
        )
    cells = (
        Cell("single", 3, Decimal(5), "单选题", topic=topics[0].pk),
        Cell("single", 5, Decimal(5), "单选题", topic=topics[1].pk, difficulty=4),
        Cell("single", 8, Decimal(5), "单选题"),
    )
    short = make_paper(tree.general, by=officer, title="第四季度测试卷")
    services.set_blueprint(paper=short, blueprint=Blueprint(cells))
    filled = make_paper(
        tree.general, by=officer, title="第三季度测试卷", blueprint=Blueprint(cells[:1] + cells[2:])
    )
    sealed = make_paper(
        tree.general, by=officer, title="党章知识测试", kind="ab", sealed=True,
        blueprint=Blueprint((Cell("single", 10, Decimal(10), "单选题"),)),
    )  # fmt: skip
    for name in ("张秀英", "王䶮", "古丽娜尔·艾山"):
        make_member(tree.first, name=name)
    exam = make_exam(
        tree.general, paper=sealed, title="第三季度闭卷测试", fairness=Fairness.ROOM, by=officer
    )
    seat_services.deal_seats(exam=exam, rooms="第一会议室 3\n党员活动室 10")
    running = make_exam(tree.general, paper=sealed, title="党章知识测试", published=True)
    return {
        "officer": officer,
        "short": short,
        "filled": filled,
        "sealed": sealed,
        "exam": exam,
        "running": running,
    }


def signed_in(page: Any, member: Any, address: str) -> Any:
    client = Client()
    client.force_login(member)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}]
    )
    return page


def test_the_pages_stand_at_both_widths(
    school: dict[str, Any], school_server: str, open_page: Any, shoot: Any
) -> None:
    for width in (390, 1280):
        page = signed_in(open_page(width=width), school["officer"], school_server)
        for name, path in {
            "papers": "/admin/papers/",
            "paper-new": "/admin/papers/new/",
            "paper-items": f"/admin/papers/{school['filled'].pk}/",
            "paper-blueprint": f"/admin/papers/{school['short'].pk}/blueprint/",
            "paper-sealed": f"/admin/papers/{school['sealed'].pk}/",
            "paper-preview": f"/admin/papers/{school['sealed'].pk}/preview/?form=B",
            "exams": "/admin/exams/",
            "exam-new": "/admin/exams/new/",
            "exam-draft": f"/admin/exams/{school['exam'].pk}/",
            "exam-running": f"/admin/exams/{school['running'].pk}/",
            "exam-seats": f"/admin/exams/{school['exam'].pk}/seats/",
            "paper-history": f"/admin/papers/history/{school['sealed'].pk}/",
        }.items():
            answer = page.goto(path)
            page.wait_for_load_state("networkidle")
            shoot(page, f"office-{name}")
            assert answer.ok
            sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert sideways <= 0, name


def test_a_blueprint_is_filled_in_and_sealed_in_the_browser(
    school: dict[str, Any], school_server: str, open_page: Any
) -> None:
    page = signed_in(open_page(width=1280), school["officer"], school_server)
    page.goto(f"/admin/papers/{school['short'].pk}/blueprint/")
    told = page.locator(".help-warning li").all_inner_texts()
    assert told == ["单选题·纪律处分条例·较难：需要 5 题，只有 1 题"]
    page.get_by_label("纪律处分条例 较难").fill("1")
    page.get_by_role("button", name="保存并组卷").click()
    page.get_by_role("button", name="封卷").click()
    page.get_by_text("已封卷，题目和分值不再变动。").wait_for()
    assert page.get_by_role("button", name="封卷").count() == 0
