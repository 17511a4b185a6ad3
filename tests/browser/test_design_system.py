"""The style guide and the sign-in pages: looks, access for all, no script they may not have."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Watch

Shoot = Callable[[Page, str], Path]
Check = Callable[[Page], None]

PAGES = {"styleguide": "/styleguide/", "sign-in": "/sign-in/", "help": "/help/"}
LOOKS = {
    "standard": "",
    "dark": "theme:dark",
    "contrast": "theme:contrast",
    "elder": "mode:elder",
    "elder-largest": "mode:elder|size:largest",
    "largest": "size:largest",
}


def wear(page: Page, look: str, address: str) -> None:
    page.context.add_cookies([{"name": "presentation", "value": look, "url": address}])


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_quiet(
    name: str,
    width: int,
    open_page: Callable[..., Page],
    assert_accessible: Check,
    shoot: Shoot,
) -> None:
    page = open_page(width=width, height=844 if width == 390 else 800)
    answer = page.goto(PAGES[name])
    assert answer is not None
    assert answer.status == 200
    page.wait_for_load_state("networkidle")
    shoot(page, name)
    assert_accessible(page)


@pytest.mark.parametrize("look", [name for name in LOOKS if name != "standard"])
def test_every_look_is_accessible(
    look: str,
    open_page: Callable[..., Page],
    assert_accessible: Check,
    shoot: Shoot,
    school_server: str,
) -> None:
    page = open_page(width=390, height=844)
    wear(page, LOOKS[look], school_server)
    page.goto("/styleguide/")
    page.wait_for_load_state("networkidle")
    shoot(page, f"styleguide-{look}")
    assert_accessible(page)


def test_the_narrowest_screen_needs_no_sideways_scrolling(open_page: Callable[..., Page]) -> None:
    page = open_page(width=320, height=640)
    for address in PAGES.values():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0


def test_targets_of_the_elder_mode_are_large(
    open_page: Callable[..., Page], school_server: str
) -> None:
    page = open_page(width=390, height=844)
    wear(page, "mode:elder", school_server)
    page.goto("/styleguide/")
    heights = page.locator(".button:visible").evaluate_all(
        "all => all.map((one) => Math.round(one.getBoundingClientRect().height))"
    )
    assert [height for height in heights if height < 60] == []
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "22px"


def test_the_reader_chooses_mode_size_colour_and_language(pc_page: Page) -> None:
    root = pc_page.locator("html")
    menu = pc_page.locator(".site-header details[data-menu]").first
    pc_page.goto("/help/")
    pc_page.get_by_role("button", name="长辈版").click()
    expect(root).to_have_attribute("data-mode", "elder")
    assert pc_page.url.endswith("/help/")
    pc_page.get_by_role("button", name="标准版").click()
    expect(root).to_have_attribute("data-mode", "standard")
    for button, attribute, value in [
        ("特大", "data-size", "largest"),
        ("深色", "data-theme", "dark"),
        ("English", "lang", "en"),
    ]:
        menu.locator("summary").click()
        menu.get_by_role("button", name=button, exact=True).click()
        expect(root).to_have_attribute(attribute, value)


def test_a_menu_closes_by_escape_and_gives_the_focus_back(pc_page: Page) -> None:
    pc_page.goto("/help/")
    menu = pc_page.locator("details[data-menu]").first
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    pc_page.keyboard.press("Escape")
    assert menu.evaluate("menu => menu.open") is False
    expect(menu.locator("summary")).to_be_focused()


def test_a_dialog_holds_the_focus(pc_page: Page, assert_accessible: Check, shoot: Shoot) -> None:
    pc_page.goto("/styleguide/")
    opener = pc_page.get_by_role("button", name="打开对话框")
    opener.click()
    dialog = pc_page.get_by_role("dialog", name="提醒这 2 位同志？")
    expect(dialog).to_be_visible()
    inside = "document.activeElement.closest('[role=dialog]') !== null"
    for _turn in range(5):
        pc_page.keyboard.press("Tab")
        assert pc_page.evaluate(inside) is True
    shoot(pc_page, "dialog")
    assert_accessible(pc_page)
    pc_page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_password_can_be_shown_and_pasted(phone_page: Page) -> None:
    phone_page.goto("/sign-in/")
    password = phone_page.locator("#id_password")
    password.fill("study-2026")
    expect(password).to_have_attribute("type", "password")
    phone_page.get_by_role("button", name="显示密码").click()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_have_attribute("autocomplete", "current-password")


def test_wrong_sign_in_is_answered_in_words(phone_page: Page, assert_accessible: Check) -> None:
    phone_page.goto("/sign-in/")
    phone_page.locator("#id_login").fill("999999")
    phone_page.locator("#id_password").fill("not-the-password")
    phone_page.get_by_role("button", name="登录", exact=True).click()
    expect(phone_page.locator(".errors")).to_be_focused()
    assert_accessible(phone_page)


def test_signing_in_works_without_script(
    open_page: Callable[..., Page], django_user_model: Any, school_server: str
) -> None:
    django_user_model.objects.create_user("400999", "study-2026", name="张秀英")
    page = open_page(java_script_enabled=False)
    page.goto("/sign-in/?next=/help/")
    page.locator("#id_login").fill("400999")
    page.locator("#id_password").fill("study-2026")
    page.get_by_role("button", name="登录", exact=True).click()
    assert page.url == f"{school_server}/help/"
    expect(page.locator(".menu__who")).to_contain_text("张秀英")


def test_a_missing_page_says_what_to_do(
    pc_page: Page, page_watch: Watch, assert_accessible: Check, shoot: Shoot
) -> None:
    page_watch.expect(r"status of 404")
    answer = pc_page.goto("/no-such-page/")
    assert answer is not None
    assert answer.status == 404
    expect(pc_page.get_by_role("link", name="回首页")).to_be_visible()
    shoot(pc_page, "not-found")
    assert_accessible(pc_page)


def test_the_policy_forbids_inline_script_and_style(pc_page: Page) -> None:
    answer = pc_page.goto("/styleguide/")
    assert answer is not None
    policy = answer.header_value("content-security-policy") or ""
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    markup = answer.text()
    assert re.findall(r"\sstyle=|\son[a-z]+=|<style", markup) == []
    assert re.findall(r"<script(?![^>]*(?:\ssrc=|application/json))", markup) == []


def test_the_player_stands_ready_without_a_stream(pc_page: Page) -> None:
    pc_page.goto("/styleguide/")
    player = pc_page.locator("lms-player")
    expect(player).to_have_class(re.compile("is-ready"))
    slider = player.get_by_role("slider", name="播放位置")
    expect(slider).to_have_attribute("aria-valuetext", "12:34，全长 38:00")
    expect(player.get_by_text("本讲已核实 10:50")).to_be_visible()
    rates = player.locator("[data-rate] option").all_inner_texts()
    assert rates == ["0.75×", "1×", "1.25×", "1.5×"]
