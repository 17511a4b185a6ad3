"""From an uploaded file to counted sheets: read, doubted, settled, refused, read again."""

import threading

import numpy as np
import pytest
from django.db import close_old_connections

from exams.sheets import queries, services
from exams.sheets.errors import (
    AlreadySettledError,
    ClosedForSheetsError,
    NotOnSheetError,
    NotTheHandlerError,
    UnusableFileError,
)
from exams.sheets.models import BatchState, PageState, SheetBatch, SheetPage, SheetPrint
from exams.tallies import services as tally_services
from exams.tallies.models import Tally, TallySheet
from exams.tallies.queries import layout_of
from exams.tallies.sheet_use import TALLY_USE
from lms.members.models import Member
from tests.factories.members import BranchTree, make_member, make_secretary
from tests.factories.sheets import (
    all_agree,
    as_jpeg,
    as_pdf,
    make_tally,
    photo,
    printed_pdf,
    tally_sheet,
)
from tests.support.photographs import Hand
from tests.support.queues import run_queued

FIRST, SECOND, THIRD = "00000000A1", "00000000B2", "00000000C3"


@pytest.fixture
def tally(tree: BranchTree, secretary: Member) -> Tally:
    return make_tally(tree.first, by=secretary)


def upload(tally: Tally, content: bytes, *, name: str = "扫描.pdf") -> SheetBatch:
    return services.keep_batch(
        by=tally.by, use=TALLY_USE, subject_id=tally.pk, content=content, name=name
    )


def read(tally: Tally, content: bytes, *, name: str = "扫描.pdf") -> list[SheetPage]:
    batch = upload(tally, content, name=name)
    run_queued()
    return list(batch.pages.order_by("position"))


def told(pages: list[SheetPage]) -> list[tuple[str, str]]:
    return [(page.state, page.refusal) for page in pages]


@pytest.mark.django_db(transaction=True)
def test_a_scanned_file_is_read_and_counted(tally: Tally) -> None:
    sheets = [
        tally_sheet(tally, all_agree(tally), serial=FIRST),
        np.full((2600, 1890), 250, np.uint8),
        tally_sheet(tally, all_agree(tally) | {"q2": {2: Hand.FILL}}, serial=SECOND)[::-1, ::-1],
    ]
    pages = read(tally, as_pdf(*sheets))
    assert told(pages) == [("read", ""), ("refused", "blank"), ("read", "")]
    assert SheetBatch.objects.get().state == BatchState.READ
    assert list(TallySheet.objects.order_by("serial").values_list("serial", "answers")) == [
        (FIRST, {f"q{line}": [0] for line in range(1, 5)}),
        (SECOND, {"q1": [0], "q2": [2], "q3": [0], "q4": [0]}),
    ]
    assert queries.page_counts(TALLY_USE, tally.pk) == {
        "read": 2,
        "doubtful": 0,
        "settled": 0,
        "refused": 0,
    }


@pytest.mark.django_db(transaction=True)
def test_a_doubt_waits_for_a_person_and_the_first_decides(tally: Tally) -> None:
    other = make_secretary(tally.branch, name="赵副书记")
    hands = all_agree(tally) | {"q2": {0: Hand.FAINT}, "q4": {0: Hand.FILL, 1: Hand.FILL}}
    (page,) = read(tally, photo(tally_sheet(tally, hands)), name="照片.jpg")
    assert (page.state, page.open_keys, TallySheet.objects.count()) == ("doubtful", ["q2", "q4"], 0)
    doubt = queries.next_doubt(TALLY_USE, tally.pk)
    assert doubt is not None
    assert (doubt.page, doubt.key) == (page, "q2")
    skipped = queries.next_doubt(TALLY_USE, tally.pk, after=(page.pk, "q2"))
    assert skipped is not None
    assert skipped.key == "q4"

    services.settle_field(by=tally.by, page=page, key="q2", marked=[0])
    with pytest.raises(AlreadySettledError) as refused:
        services.settle_field(by=other, page=page, key="q2", marked=[1])
    assert refused.value.message == "这一处王书记刚刚判定过了，请看下一处。"
    with pytest.raises(NotOnSheetError):
        services.settle_field(by=other, page=page, key="q4", marked=[7])
    services.settle_field(by=other, page=page, key="q4", marked=[0, 1])
    page.refresh_from_db()
    assert (page.state, page.settled["q2"]["by"], page.settled["q4"]["by"]) == (
        "settled",
        "王书记",
        "赵副书记",
    )
    assert TallySheet.objects.get().answers == {"q1": [0], "q2": [0], "q3": [0], "q4": [0, 1]}
    assert queries.next_doubt(TALLY_USE, tally.pk) is None


@pytest.mark.django_db(transaction=True)
def test_two_people_press_at_once(tally: Tally) -> None:
    hands = all_agree(tally) | {"q2": {0: Hand.FAINT}}
    (page,) = read(tally, as_jpeg(tally_sheet(tally, hands)))
    both = threading.Barrier(2)
    came: list[str] = []

    def press(option: int) -> None:
        both.wait()
        try:
            services.settle_field(by=tally.by, page=page, key="q2", marked=[option])
            came.append("decided")
        except AlreadySettledError:
            came.append("late")
        finally:
            close_old_connections()

    threads = [threading.Thread(target=press, args=(option,)) for option in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["decided", "late"]
    assert TallySheet.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_not_to_be_counted_is_named(tally: Tally, tree: BranchTree) -> None:
    other = make_tally(tree.first, by=tally.by, title="另一次")
    layout = layout_of(tally)
    foreign = printed_pdf(layout, subject_id=tally.pk, key=b"another school")
    pages = read(
        tally,
        as_pdf(
            tally_sheet(tally, all_agree(tally), serial=FIRST),
            tally_sheet(tally, all_agree(tally, 1), serial=FIRST),
            tally_sheet(other, all_agree(other), serial=SECOND),
        ),
    )
    assert told(pages) == [("read", ""), ("refused", "twice"), ("refused", "other_use")]
    assert queries.earlier_of(pages[1]) == pages[0]
    assert told(read(tally, foreign)) == [("refused", "other_print")]
    assert TallySheet.objects.get().answers["q1"] == [0]


@pytest.mark.django_db(transaction=True)
def test_a_page_is_refused_and_the_other_read_again(tally: Tally) -> None:
    first, second = read(
        tally,
        as_pdf(
            tally_sheet(tally, all_agree(tally), serial=FIRST),
            tally_sheet(tally, all_agree(tally, 1), serial=FIRST),
        ),
    )
    with pytest.raises(NotOnSheetError):
        services.refuse_page(by=tally.by, page=first, reason=" ")
    services.refuse_page(by=tally.by, page=first, reason="这张是样张")
    first.refresh_from_db()
    assert (first.state, first.refusal, first.note) == ("refused", "by_hand", "这张是样张")
    assert TallySheet.objects.count() == 0
    services.ask_to_read_again(by=tally.by, page=second)
    run_queued()
    second.refresh_from_db()
    assert (second.state, TallySheet.objects.get().answers["q1"]) == ("read", [1])
    with pytest.raises(AlreadySettledError):
        services.ask_to_read_again(by=tally.by, page=second)


@pytest.mark.django_db(transaction=True)
def test_a_whole_page_is_set_right_unless_it_has_changed(tally: Tally) -> None:
    (page,) = read(tally, as_jpeg(tally_sheet(tally, all_agree(tally))))
    before = services.version_of(page)
    services.settle_page(by=tally.by, page=page, marked=page.marked | {"q3": (2,)}, as_of=before)
    page.refresh_from_db()
    assert (page.state, list(page.settled)) == (PageState.SETTLED, ["q3"])
    assert TallySheet.objects.get().answers["q3"] == [2]
    with pytest.raises(AlreadySettledError):
        services.settle_page(by=tally.by, page=page, marked={"q3": (1,)}, as_of=before)


@pytest.mark.django_db(transaction=True)
def test_a_sheet_of_two_pages_counts_when_both_are_there(tree: BranchTree) -> None:
    by = make_secretary(tree.first)
    lines = [f"第 {number} 条：联系群众、为民办事、接受监督的情况" for number in range(1, 41)]
    tally = make_tally(tree.first, by=by, kind="appraisal", lines=lines, options=("好", "差"))
    one, two = (tally_sheet(tally, {}, serial=FIRST, page=page) for page in (1, 2))
    pages = read(tally, as_jpeg(two))
    assert told(pages) == [("read", "")]
    layouts = TALLY_USE.layouts_for(tally.pk)
    assert queries.incomplete_sheets(TALLY_USE, tally.pk, layouts) == [(FIRST, [1])]
    read(tally, as_jpeg(one))
    assert queries.incomplete_sheets(TALLY_USE, tally.pk, layouts) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的。请重新选择。"),
        (b"PK\x03\x04 a zip", "只能上传扫描的 PDF，或 JPG、PNG、WebP 照片。"),
        (b"<svg onload=x>", "只能上传扫描的 PDF，或 JPG、PNG、WebP 照片。"),
    ],
)
def test_other_files_are_refused_at_once(tally: Tally, content: bytes, sentence: str) -> None:
    with pytest.raises(UnusableFileError) as refused:
        upload(tally, content)
    assert (refused.value.message, SheetBatch.objects.count()) == (sentence, 0)


def test_heic_is_refused_in_words(tally: Tally) -> None:
    with pytest.raises(UnusableFileError) as refused:
        upload(tally, b"\x00\x00\x00\x18ftypheic" + bytes(40))
    assert refused.value.message.startswith("这是 HEIC 照片，这里打不开。")


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_is_kept_once(tally: Tally) -> None:
    content = as_jpeg(tally_sheet(tally, all_agree(tally)))
    assert upload(tally, content) == upload(tally, content)
    assert run_queued() == ["exams.read_batch"]
    assert SheetPage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sheets_are_printed_with_numbers_by_lot(tally: Tally) -> None:
    order = services.order_print(by=tally.by, use=TALLY_USE, subject_id=tally.pk, copies=3)
    assert run_queued() == ["exams.print_sheets"]
    order = SheetPrint.objects.get(pk=order.pk)
    with order.file.open("rb") as file:
        made = file.read()
    pages = read(tally, made)
    assert told(pages) == [("read", "")] * 3
    assert len({page.serial for page in pages}) == 3
    with pytest.raises(NotOnSheetError):
        services.order_print(by=tally.by, use=TALLY_USE, subject_id=tally.pk, copies=501)


def test_only_who_handles_them_touches_sheets(tally: Tally, tree: BranchTree) -> None:
    strangers = [make_member(tree.first), make_secretary(tree.second)]
    for stranger in strangers:
        with pytest.raises(NotTheHandlerError):
            services.keep_batch(
                by=stranger, use=TALLY_USE, subject_id=tally.pk, content=b"%PDF-", name="a"
            )
        with pytest.raises(NotTheHandlerError):
            services.order_print(by=stranger, use=TALLY_USE, subject_id=tally.pk, copies=1)
    tally_services.cancel_tally(by=tally.by, tally=tally)
    with pytest.raises(ClosedForSheetsError):
        services.order_print(by=tally.by, use=TALLY_USE, subject_id=tally.pk, copies=1)
