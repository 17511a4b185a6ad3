"""An archive's folder comes in: each recording once, whatever happens in between."""

import datetime as dt
import io
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings as conf
from django.core.management import CommandError, call_command

from lms.core import clock
from lms.members.models import Member
from media_pipeline import archive, archive_files, deletion, files
from media_pipeline.archive import Fate, Import
from media_pipeline.archive_files import Entry, ManifestError, found_in, listed_in
from media_pipeline.models import Asset
from media_pipeline.storage_models import ArchivedFile
from tests.factories.media import make_asset
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member

pytestmark = pytest.mark.django_db

LONG_AGO = dt.timedelta(days=30)


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def by(tree: BranchTree) -> Member:
    return make_instructor(tree.first)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "光盘"
    made.mkdir()
    return made


def put(folder: Path, name: str, content: bytes, *, age: dt.timedelta = LONG_AGO) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    moment = (clock.now() - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def run(folder: Path, by: Member, tree: BranchTree, **options: Any) -> str:
    out = io.StringIO()
    call_command("ingest", str(folder), branch=tree.first.code, by=by.number, stdout=out, **options)
    return out.getvalue()


@pytest.mark.slow
def test_a_folder_comes_in_once(folder: Path, by: Member, tree: BranchTree) -> None:
    put(folder, "第10讲.mp4", b"ten")
    put(folder, "第2讲.mp4", b"two")
    put(folder, "说明.txt", b"x")
    put(folder, ".第3讲.mp4.part", b"x")
    put(folder, "下/第1讲.MKV", b"one")
    said = run(folder, by, tree, dry_run=True)
    assert said == (
        "[1/3] 下/第1讲.MKV：将导入为《第1讲》\n"
        "[2/3] 第2讲.mp4：将导入为《第2讲》\n"
        "[3/3] 第10讲.mp4：将导入为《第10讲》\n"
        "试运行，什么都没有改变：导入 3 个\n"
    )
    assert Asset.objects.count() == 0
    assert run(folder, by, tree).endswith("完成：导入 3 个\n")
    assets = {asset.title: asset for asset in Asset.objects.all()}
    assert sorted(assets) == ["第10讲", "第1讲", "第2讲"]
    two = assets["第2讲"]
    assert (two.original_name, two.uploaded_by, two.owner_branch, two.size_bytes) == (
        "第2讲.mp4",
        by,
        tree.first,
        3,
    )
    assert files.original_path(two.pk).read_bytes() == b"two"
    assert run(folder, by, tree).endswith("完成：早已导入 3 个\n")
    # moved about, touched, or copied to another name: it is the same recording
    (folder / "第2讲.mp4").rename(folder / "改名.mp4")
    put(folder, "第10讲.mp4", b"ten", age=2 * LONG_AGO)
    assert run(folder, by, tree).endswith("完成：早已导入 3 个\n")
    assert Asset.objects.count() == 3
    assert sorted(path.name for path in folder.rglob("*.mp4")) == ["改名.mp4", "第10讲.mp4"]


def test_what_came_in_another_way_is_known_too(folder: Path, by: Member, tree: BranchTree) -> None:
    put(folder, "a.mp4", b"hello")
    sha256 = archive_files.sha256_of(folder / "a.mp4", archive.silent)
    make_asset(branch=tree.first, by=by, title="网上传的", size_bytes=5, sha256=sha256)
    assert "a.mp4：与《网上传的》相同，不再导入" in run(folder, by, tree)
    # of another branch's lecture nothing is said: it comes in
    Asset.objects.update(owner_branch=tree.second)
    assert "a.mp4：已导入为《a》" in run(folder, by, tree)


def test_what_was_deleted_stays_away_until_asked_again(
    folder: Path, by: Member, tree: BranchTree
) -> None:
    put(folder, "a.mp4", b"hello")
    run(folder, by, tree)
    deletion.delete_asset(asset=Asset.objects.get(), by=by)
    assert "a.mp4：导入过，后来被删除了，不再导入" in run(folder, by, tree)
    assert "a.mp4：已导入为《a》" in run(folder, by, tree, again=True)
    again = Asset.objects.get()
    deletion.sweep_removals()  # of the one before
    assert files.original_path(again.pk).read_bytes() == b"hello"
    assert ArchivedFile.objects.get().times == 2


def test_a_file_that_still_grows_waits(folder: Path, by: Member, tree: BranchTree) -> None:
    put(folder, "新.mp4", b"x", age=dt.timedelta(seconds=5))
    put(folder, "相机的钟快了.mp4", b"y", age=-LONG_AGO)
    said = run(folder, by, tree)
    assert "新.mp4：还在写入，这次先不导入" in said
    assert said.endswith("完成：导入 1 个，还在写入 1 个\n")


def test_a_file_that_changes_while_it_is_copied_is_not_kept(
    folder: Path, by: Member, tree: BranchTree
) -> None:
    path = put(folder, "a.mp4", b"hello")
    work = Import(by=by, branch=tree.first)
    entry = Entry(path, "a.mp4", "a")

    def grow(_done: int) -> None:
        put(folder, "a.mp4", b"hello world", age=LONG_AGO - dt.timedelta(days=1))

    with archive.sole_import():
        assert work.take(entry, grow).fate is Fate.GROWING
        assert Asset.objects.count() == 0
        assert work.take(entry).fate is Fate.NEW
    assert not _staging().exists()


def _staging() -> Path:
    return Path(conf.MEDIA_ROOT) / "uploads" / "archive.part"


def test_killed_half_way_it_goes_on(
    folder: Path, by: Member, tree: BranchTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        put(folder, f"{number}.mp4", bytes([number]) * 10)

    class Killed(BaseException):
        pass

    def die(**_: Any) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        # after the file has its place and before anything is written down
        broken.setattr(archive, "register_asset", die)
        with pytest.raises(Killed):
            run(folder, by, tree)
    _staging().write_bytes(b"left by a copy that was cut off")
    assert run(folder, by, tree).endswith("完成：导入 3 个\n")
    originals = {path.name for path in (Path(conf.MEDIA_ROOT) / "originals").iterdir()} & {
        str(pk) for pk in Asset.objects.values_list("pk", flat=True)
    }
    assert len(originals) == 3
    assert not _staging().exists()


def test_each_error_is_said_and_the_rest_comes_in(
    folder: Path, by: Member, tree: BranchTree, settings: Any
) -> None:
    settings.MEDIA_MEMBER_QUOTA_BYTES = 100
    put(folder, "空.mp4", b"")
    put(folder, "好.mp4", b"good")
    put(folder, "大.mp4", b"x" * 101)
    with pytest.raises(CommandError) as failed:
        run(folder, by, tree)
    assert failed.value.returncode == 1
    assert str(failed.value) == (
        "这些文件没有导入：\n"
        "  大.mp4：这个文件有 101 字节，超过了您个人的存储限额 100 字节。"
        "请压缩或分段后上传，或请学校管理员提高限额。\n"
        "  空.mp4：文件是空的（0 字节）。请检查原文件后重新上传。"
    )
    assert [asset.title for asset in Asset.objects.all()] == ["好"]


def test_the_disk_fills(folder: Path, by: Member, tree: BranchTree, settings: Any) -> None:
    put(folder, "a.mp4", b"hello")
    work = Import(by=by, branch=tree.first)
    entry = Entry(folder / "a.mp4", "a.mp4", "a")

    def fill(_done: int) -> None:
        settings.MEDIA_RESERVE_BYTES = 10**18

    with archive.sole_import():
        outcome = work.take(entry, fill)
        assert (outcome.fate, Asset.objects.count(), _staging().exists()) == (
            Fate.REFUSED,
            0,
            False,
        )
        settings.MEDIA_RESERVE_BYTES = 0
        assert work.take(entry).fate is Fate.NEW


def test_who_may_not_and_what_is_not_there(
    folder: Path, by: Member, tree: BranchTree, tmp_path: Path
) -> None:
    stranger, plain = make_instructor(tree.second), make_member(tree.first)
    for wrong in (stranger, plain):
        with pytest.raises(CommandError, match="您不能为这个党组织处理讲课视频"):
            run(folder, wrong, tree)
    for options, words in (
        ({"branch": "没有"}, "没有代码为 没有 的党组织。"),
        ({"by": "没有"}, "没有编号为 没有 的人。"),
    ):
        named = {"branch": tree.first.code, "by": by.number, **options}
        with pytest.raises(CommandError, match=words):
            call_command("ingest", str(folder), **named)
    with pytest.raises(CommandError, match="没有文件夹"):
        run(tmp_path / "没有", by, tree)
    with archive.sole_import(), pytest.raises(CommandError, match="已有一个导入正在进行"):
        run(folder, by, tree)
    assert run(folder, by, tree) == "完成：文件夹里没有录音录像。\n"


# --- The list ---


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


ROWS: list[list[Any]] = [
    ["党校档案清单"],
    ["序号", "文件", "标题", "章节", "备注"],
    [1, "第1讲.mp4", "开班讲话", "第一专题", "刘教授"],
    [2, "下\\第2讲.mp4", "", "", ""],
]


def as_csv(path: Path, encoding: str) -> Path:
    lines = [",".join(str(cell) for cell in row) for row in ROWS]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


@pytest.mark.parametrize(
    "write",
    [
        lambda path: workbook(path.with_suffix(".xlsx"), ROWS),
        lambda path: as_csv(path, "utf-8"),
        lambda path: as_csv(path, "utf-8-sig"),
        lambda path: as_csv(path, "gb18030"),
    ],
    ids=["xlsx", "utf-8", "utf-8 with mark", "gb18030"],
)
def test_a_list_gives_titles(
    folder: Path, by: Member, tree: BranchTree, write: Callable[[Path], Path], tmp_path: Path
) -> None:
    put(folder, unicodedata.normalize("NFD", "第1讲.mp4"), b"one")
    put(folder, "下/第2讲.mp4", b"two")
    put(folder, "多余.mp4", b"three")
    manifest = write(tmp_path / "清单.csv")
    said = run(folder, by, tree, manifest=manifest)
    assert said.startswith("清单里没有：多余.mp4，不导入\n")
    assert sorted(Asset.objects.values_list("title", "original_name")) == [
        ("开班讲话", "第1讲.mp4"),
        ("第2讲", "第2讲.mp4"),
    ]
    first = ArchivedFile.objects.get(asset__title="开班讲话")
    assert (first.chapter, first.notes) == ("第一专题", "刘教授")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["标题"], ["x"]], "没有表头"),
        ([["文件"], ["a.mp4"], ["./a.mp4"]], "第 3 行的文件“./a.mp4”前面已经有了"),
        ([["文件", "标题"], ["", "x"]], "第 2 行没有写文件名"),
    ],
)
def test_lists_that_cannot_be_used(
    folder: Path, tmp_path: Path, rows: list[list[str]], words: str
) -> None:
    with pytest.raises(ManifestError, match=words):
        listed_in(workbook(tmp_path / "x.xlsx", rows), folder)


def test_a_list_that_is_no_list(folder: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "x.csv"
    wrong.write_bytes(b"")
    with pytest.raises(ManifestError, match=r"清单“x\.csv”用不了：文件是空的"):
        listed_in(wrong, folder)
    with pytest.raises(ManifestError, match=r"清单“没有\.csv”打不开"):
        listed_in(tmp_path / "没有.csv", folder)


def test_a_listed_file_that_is_not_there(
    folder: Path, by: Member, tree: BranchTree, tmp_path: Path
) -> None:
    manifest = workbook(tmp_path / "x.xlsx", [["文件"], ["没有.mp4"]])
    with pytest.raises(CommandError, match=r"没有\.mp4：文件夹里没有这个文件"):
        run(folder, by, tree, manifest=manifest)


def test_names_an_old_disk_wrote_are_read(folder: Path) -> None:
    raw = os.fsencode(str(folder)) + b"/" + "第1讲.mp4".encode("gb18030")
    Path(os.fsdecode(raw)).write_bytes(b"x")
    assert [(entry.name, entry.title) for entry in found_in(folder)] == [("第1讲.mp4", "第1讲")]
