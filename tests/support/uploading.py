"""The upload page in a browser: getting there, choosing files, looking at what is ours."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from lms.members.models import Member
from tests.factories.members import PASSWORD
from tests.support.browser import AXE, AXE_TAGS

MEGABYTE = 1024 * 1024
PIECE = 8 * MEGABYTE
RECEIVED = "文件已收到，正在检查。"


def enter(page: Page, teacher: Member) -> None:
    page.goto("/sign-in/?next=/admin/lectures/upload/")
    page.locator("#id_login").fill(teacher.number)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("lms-upload")).to_be_visible()


def choose(page: Page, *paths: Path) -> None:
    page.locator("lms-upload [data-choose]").set_input_files(list(paths))


def row(page: Page, name: str) -> Locator:
    return page.locator("[data-rows] > li").filter(has_text=name)


def assert_content_accessible(page: Page) -> None:
    """axe finds nothing in what is ours, beside Wagtail's frame, and nothing sticks out."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async (tags) => (await axe.run('#main', {runOnly: tags})).violations.map(
            (rule) => [rule.id, ...rule.nodes.map((node) => node.target.join(' '))].join(' | ')
        )""",
        AXE_TAGS,
    )
    assert found == [], found
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def blob(path: Path, size: int) -> Path:
    """Bytes that are no video, for what ends before anybody looks at them."""
    path.write_bytes(bytes(range(256)) * (size // 256))
    return path
