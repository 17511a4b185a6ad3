"""Bringing lectures in: the upload element in the back office against the real tus endpoint."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from lms.members.models import Branch, Member
from media_pipeline import files, uploads
from media_pipeline.models import Asset, AssetState, Upload, UploadState
from tests.factories.media import make_asset, make_recording
from tests.factories.members import PASSWORD, make_branch_tree, make_instructor
from tests.support.browser import AXE, AXE_TAGS, Watch

MEGABYTE = 1024 * 1024
PIECE = 8 * MEGABYTE
RECEIVED = "文件已收到，正在检查。"


@pytest.fixture
def teacher(school_server: str) -> Member:
    return make_instructor(make_branch_tree().first, number="300777", name="李教员")


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


def test_a_recording_goes_up_and_its_work_is_followed(
    teacher: Member,
    pc_page: Page,
    tmp_path: Path,
    run_queued: Callable[..., list[str]],
    shoot: Callable[[Page, str], Path],
) -> None:
    source = make_recording(tmp_path / "第一讲 开场.mp4", seconds=3, size="640x360")
    enter(pc_page, teacher)
    shoot(pc_page, "upload-empty")
    assert_content_accessible(pc_page)
    sums: list[str | None] = []
    pc_page.on(
        "request",
        lambda request: (
            sums.append(request.headers.get("upload-checksum"))
            if request.method == "PATCH"
            else None
        ),
    )
    choose(pc_page, source)
    said = pc_page.locator("[data-rows] [data-said]")
    expect(said).to_have_text(RECEIVED, timeout=30_000)
    assert [bool(re.fullmatch(r"sha256 [A-Za-z0-9+/]{43}=", one or "")) for one in sums] == [True]
    field = pc_page.get_by_role("textbox", name="标题")
    expect(field).to_have_value("第一讲 开场")
    field.fill("学习原著 第一讲")
    field.blur()
    run_queued()
    expect(said).to_have_text("转码完成，可以放进课程了。")
    expect(pc_page.locator("[data-percent]")).to_have_text("100%")
    expect(pc_page.locator("[data-again]")).to_be_hidden()
    asset = Asset.objects.get()
    assert (asset.state, asset.original_name, asset.title) == (
        AssetState.READY,
        "第一讲 开场.mp4",
        "学习原著 第一讲",
    )
    assert asset.size_bytes == source.stat().st_size

    # the same once more: a hint before, and after it has been sent, the certainty
    again = tmp_path / "换了名字.mp4"
    again.write_bytes(source.read_bytes())
    choose(pc_page, source, again)
    hinted = row(pc_page, "第一讲 开场.mp4").last
    expect(hinted.locator("[data-hint]")).to_contain_text(
        "这个文件可能已经上传过：《学习原著 第一讲》。"
    )
    hinted.get_by_role("button", name="取消").click()
    same = row(pc_page, "换了名字.mp4")
    expect(same.locator("[data-said]")).to_have_text(RECEIVED, timeout=30_000)
    run_queued()
    expect(same.locator("[data-hint]")).to_contain_text("与《学习原著 第一讲》相同")
    shoot(pc_page, "upload-done")
    assert_content_accessible(pc_page)
    same.get_by_role("link", name="看这个视频").click()
    expect(pc_page.locator("#same")).to_contain_text("与《学习原著 第一讲》相同")
    shoot(pc_page, "upload-same")
    pc_page.get_by_role("link", name="删除这一个").click()
    shoot(pc_page, "upload-delete")
    assert_content_accessible(pc_page)
    pc_page.get_by_role("button", name="删除", exact=True).click()
    expect(pc_page.get_by_text("已删除《换了名字》。")).to_be_visible()
    assert [left.title for left in Asset.objects.all()] == ["学习原著 第一讲"]


def test_a_file_that_is_no_video_is_refused_in_words(
    teacher: Member, pc_page: Page, tmp_path: Path, run_queued: Callable[..., list[str]]
) -> None:
    source = tmp_path / "报名表.mp4"
    source.write_bytes(b"name,branch\n" * 400)
    enter(pc_page, teacher)
    choose(pc_page, source)
    said = pc_page.locator("[data-rows] [data-said]")
    expect(said).to_have_text(RECEIVED, timeout=30_000)
    run_queued()
    asset = Asset.objects.get()
    assert asset.state == AssetState.FAILED
    expect(said).to_have_text(asset.reason)
    expect(said).to_have_attribute("data-tone", "error")
    expect(pc_page.locator("[data-again]")).to_be_visible()


def test_what_is_not_sent(teacher: Member, pc_page: Page, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_MEMBER_QUOTA_BYTES = 1000
    empty = tmp_path / "空.mp4"
    empty.touch()
    enter(pc_page, teacher)
    choose(pc_page, empty, blob(tmp_path / "大.mp4", 2560))
    expect(row(pc_page, "空.mp4").locator("[data-said]")).to_have_text(
        "这是一个空文件，请重新选择。"
    )
    expect(row(pc_page, "大.mp4").locator("[data-said]")).to_have_text(
        "这个文件有 2.5 KB，超过了您个人的存储限额 1000 字节。"
        "请压缩或分段后上传，或请学校管理员提高限额。"
    )
    assert Upload.objects.count() == 0


def test_many_go_up_three_at_once(
    teacher: Member,
    phone_page: Page,
    tmp_path: Path,
    shoot: Callable[[Page, str], Path],
) -> None:
    held: list[Route] = []
    hold = [True]

    def carry(route: Route) -> None:
        if route.request.method == "PATCH" and hold[0]:
            held.append(route)
        else:
            route.continue_()

    phone_page.route("**/uploads/**", carry)
    enter(phone_page, teacher)
    paths = [
        blob(tmp_path / f"第{number}讲 党的创新理论.mp4", 512_000 + 256 * number)
        for number in range(5)
    ]
    choose(phone_page, *paths)
    rows = phone_page.locator("[data-rows] > li")
    expect(phone_page.locator("[data-summary]")).to_have_text(
        "共 5 个：正在上传 3 个，排队 2 个，传完 0 个。"
    )
    expect(rows.nth(4).locator("[data-said]")).to_have_text("排队中，前面的传完就开始。")
    expect(rows.nth(2).locator("[data-said]")).to_have_text("正在上传。")
    shoot(phone_page, "upload-many")
    assert_content_accessible(phone_page)

    # one is cancelled: the next takes its place, and the server keeps nothing of it
    rows.nth(0).get_by_role("button", name="取消").click()
    expect(rows).to_have_count(4)
    expect(rows.nth(2).locator("[data-said]")).to_have_text("正在上传。")
    expect(rows.nth(3).locator("[data-said]")).to_have_text("排队中，前面的传完就开始。")

    phone_page.get_by_role("button", name="全部暂停").click()
    expect(rows.nth(3).locator("[data-said]")).to_have_text("已暂停，随时可以继续，不用从头传。")
    expect(phone_page.locator("[data-pause-all]")).to_be_hidden()
    hold[0] = False
    for route in held:
        route.abort()
    rows.nth(1).get_by_role("button", name="继续").click()
    expect(rows.nth(1).locator("[data-said]")).to_have_text(RECEIVED, timeout=30_000)
    phone_page.get_by_role("button", name="全部继续").click()
    expect(phone_page.locator("[data-summary]")).to_have_text(
        "共 4 个：正在上传 0 个，排队 0 个，传完 4 个。"
    )
    states = sorted(Upload.objects.values_list("state", flat=True))
    assert states == [UploadState.CANCELLED, *[UploadState.FINISHED] * 4]
    shoot(phone_page, "upload-many-done")


def test_a_broken_line_is_picked_up_where_it_stopped(
    teacher: Member, pc_page: Page, tmp_path: Path, page_watch: Watch
) -> None:
    page_watch.expect(r"ERR_FAILED|460")
    source = blob(tmp_path / "长课.mp4", 2 * PIECE + 256)
    sent: list[str] = []

    def carry(route: Route) -> None:
        offset = route.request.headers.get("upload-offset")
        if route.request.method != "PATCH" or offset is None:
            route.continue_()
            return
        sent.append(offset)
        if len(sent) == 2:
            route.abort()
        elif len(sent) == 3:  # the piece is changed on its way
            route.continue_(headers={**route.request.headers, "upload-checksum": "sha256 AAAA"})
        else:
            route.continue_()

    pc_page.route("**/uploads/**", carry)
    enter(pc_page, teacher)
    choose(pc_page, source)
    expect(pc_page.locator("[data-rows] [data-said]")).to_have_text(RECEIVED, timeout=30_000)
    assert sent[:4] == ["0", *[str(PIECE)] * 3]
    asset = Asset.objects.get()
    assert files.original_path(asset.pk).read_bytes() == source.read_bytes()


def test_without_a_line_it_waits_and_goes_on_by_itself(
    teacher: Member, pc_page: Page, tmp_path: Path, page_watch: Watch
) -> None:
    page_watch.expect(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    source = blob(tmp_path / "长课.mp4", PIECE + 256)
    pieces: list[str] = []

    def carry(route: Route) -> None:
        if route.request.method == "PATCH":
            pieces.append(route.request.headers["upload-offset"])
            if len(pieces) == 2:
                pc_page.context.set_offline(True)
                route.abort("internetdisconnected")
                return
        route.continue_()

    pc_page.route("**/uploads/**", carry)
    enter(pc_page, teacher)
    choose(pc_page, source)
    said = pc_page.locator("[data-rows] [data-said]")
    expect(said).to_have_text("上传中断了。网络恢复后会自动接着传，也可以点“重试”。")
    expect(pc_page.locator("[data-rows] [data-again]")).to_be_visible()
    pc_page.context.set_offline(False)
    expect(said).to_have_text(RECEIVED, timeout=30_000)
    assert pieces == ["0", str(PIECE), str(PIECE)]


def begun(teacher: Member, source: Path, sent: int, **fields: Any) -> Upload:
    upload = uploads.begin_upload(
        by=teacher,
        branch=Branch.objects.get(code="ZB1"),
        length=source.stat().st_size,
        original_name=source.name,
        title="",
        **fields,
    )
    uploads.append_bytes(upload=upload, offset=0, data=source.read_bytes()[:sent])
    return upload


@pytest.mark.parametrize("width", [390, 1280])
def test_after_the_browser_was_closed_it_goes_on(
    teacher: Member,
    open_page: Callable[..., Page],
    tmp_path: Path,
    width: int,
    shoot: Callable[[Page, str], Path],
    page_watch: Watch,
) -> None:
    page_watch.expect(r"ERR_FAILED|ERR_ABORTED")
    source = blob(tmp_path / "党课 第二讲（终稿）.mp4", 2 * PIECE + 256)
    first = open_page(width=width)

    def cut(route: Route) -> None:
        if route.request.headers.get("upload-offset") == str(PIECE):
            route.abort()
        else:
            route.continue_()

    first.route("**/uploads/**", cut)
    enter(first, teacher)
    choose(first, source)
    expect(first.locator("[data-rows] [data-percent]")).to_have_text("49%", timeout=30_000)
    first.context.close()
    assert Upload.objects.get().offset == PIECE

    second = open_page(width=width)
    offsets: list[str] = []
    second.on(
        "request",
        lambda request: (
            offsets.append(request.headers["upload-offset"]) if request.method == "PATCH" else None
        ),
    )
    enter(second, teacher)
    unfinished = second.locator("[data-unfinished]")
    expect(unfinished).to_contain_text("党课 第二讲（终稿）.mp4")
    expect(unfinished).to_contain_text("已传 49%（8.0 MB / 16.0 MB）")
    shoot(second, "upload-unfinished")
    assert_content_accessible(second)
    wrong = blob(tmp_path / "别的.mp4", 2 * PIECE + 256)
    unfinished.locator("[data-again-with]").set_input_files(wrong)
    expect(unfinished.locator("[data-said]")).to_have_text(
        "这不是当时那个文件（大小或内容不同）。请选择《党课 第二讲（终稿）.mp4》。"
    )
    unfinished.locator("[data-again-with]").set_input_files(source)
    expect(second.locator("[data-rows] [data-said]")).to_have_text(RECEIVED, timeout=30_000)
    expect(second.locator("[data-unfinished]")).to_have_count(0)
    assert offsets == [str(PIECE), str(2 * PIECE)]
    asset = Asset.objects.get()
    assert asset.original_name == "党课 第二讲（终稿）.mp4"
    assert files.original_path(asset.pk).read_bytes() == source.read_bytes()


def test_the_same_file_chosen_anew_goes_on_by_itself(
    teacher: Member, pc_page: Page, tmp_path: Path, page_watch: Watch
) -> None:
    page_watch.expect(r"ERR_FAILED")
    source = blob(tmp_path / "长课.mp4", PIECE + 256)
    cut = [True]

    def carry(route: Route) -> None:
        if cut[0] and route.request.headers.get("upload-offset") == str(PIECE):
            route.abort()
        else:
            route.continue_()

    pc_page.route("**/uploads/**", carry)
    enter(pc_page, teacher)
    choose(pc_page, source)
    expect(pc_page.locator("[data-rows] [data-percent]")).to_have_text("99%", timeout=30_000)
    pc_page.on("dialog", lambda dialog: dialog.accept())
    pc_page.reload()
    cut[0] = False
    choose(pc_page, source)
    expect(pc_page.locator("[data-rows] [data-said]")).to_have_text(RECEIVED, timeout=30_000)
    assert Upload.objects.count() == 1


def test_what_is_not_whole_is_given_up(teacher: Member, phone_page: Page, tmp_path: Path) -> None:
    upload = begun(teacher, blob(tmp_path / "旧课.mp4", 2560), 1000)
    enter(phone_page, teacher)
    phone_page.get_by_role("button", name="放弃：旧课.mp4").click()
    expect(phone_page.get_by_text("已放弃《旧课》的上传。")).to_be_visible()
    upload.refresh_from_db()
    assert (upload.state, files.upload_path(upload.pk).exists()) == (UploadState.CANCELLED, False)


def test_a_full_disk_is_said_and_gone_on_from(
    teacher: Member, pc_page: Page, tmp_path: Path, settings: Any, page_watch: Watch
) -> None:
    page_watch.expect(r"507")
    source = blob(tmp_path / "长课.mp4", PIECE + 256)

    def carry(route: Route) -> None:
        if route.request.headers.get("upload-offset") == str(PIECE):
            settings.MEDIA_RESERVE_BYTES = 10**18
        route.continue_()

    pc_page.route("**/uploads/**", carry)
    enter(pc_page, teacher)
    choose(pc_page, source)
    said = pc_page.locator("[data-rows] [data-said]")
    expect(said).to_have_text("服务器磁盘空间不足，暂时无法接收。请联系系统管理员清理空间后再试。")
    pc_page.unroute("**/uploads/**")
    settings.MEDIA_RESERVE_BYTES = 0
    pc_page.locator("[data-rows] [data-again]").click()
    expect(said).to_have_text(RECEIVED, timeout=30_000)
    assert Asset.objects.get().size_bytes == source.stat().st_size


def test_a_small_file_without_scripts(
    teacher: Member,
    open_page: Callable[..., Page],
    tmp_path: Path,
    shoot: Callable[[Page, str], Path],
) -> None:
    # Wagtail's own frame lies over the page on a phone without its script.
    page = open_page(width=1280, java_script_enabled=False)
    enter(page, teacher)
    page.get_by_label("视频文件", exact=True).set_input_files(blob(tmp_path / "小课.mp4", 2560))
    page.locator("#plain-title").fill("一堂小课")
    shoot_plain(page, tmp_path)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text("文件已收到，正在检查。").first).to_be_visible()
    assert [asset.title for asset in Asset.objects.all()] == ["一堂小课"]


def shoot_plain(page: Page, folder: Path) -> None:
    """Without scripts nothing can be measured: the page as it stands."""
    page.screenshot(path=folder / "plain.png", full_page=True)


def test_limits_are_set_and_said(
    teacher: Member,
    phone_page: Page,
    shoot: Callable[[Page, str], Path],
) -> None:
    from tests.factories.members import make_administrator

    make_asset(branch=Branch.objects.get(code="ZB1"), by=teacher, size_bytes=3 * 1024**3)
    keeper = make_administrator(Branch.objects.get(code="DW"), number="300778")
    enter(phone_page, keeper)
    phone_page.goto("/admin/lectures/storage/")
    shoot(phone_page, "storage")
    assert_content_accessible(phone_page)
    phone_page.get_by_role("link", name="第一党支部").click()
    shoot(phone_page, "storage-branch")
    assert_content_accessible(phone_page)
    phone_page.get_by_label("本级及下级共可存放（GB）").fill("3.2")
    phone_page.get_by_role("button", name="保存", exact=True).click()
    expect(phone_page.get_by_text("已保存“第一党支部”的存储限额。")).to_be_visible()
    phone_page.context.clear_cookies()
    enter(phone_page, teacher)
    expect(phone_page.get_by_text("“第一党支部”已用 3.0 GB，共 3.2 GB，还剩")).to_be_visible()
    shoot(phone_page, "upload-tight")
    assert_content_accessible(phone_page)
