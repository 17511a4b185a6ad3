"""Sheets and tallies for tests: printed by the school's own paper, filled in by drawn hands."""

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from django.core.files.base import ContentFile
from PIL import Image

from exams.sheets.layout import Question, SheetLayout
from exams.sheets.models import BatchState, PageState, SheetBatch, SheetPage, SheetPrint
from exams.sheets.paper import TEMPLATE, Copy, paper_data
from exams.sheets.queries import sheet_key
from exams.sheets.readings import Answer, Doubt, Reading
from exams.tallies import services
from exams.tallies.models import Tally, TallyKind
from exams.tallies.queries import layout_of
from lms.core import clock
from lms.core.documents.pdf import render_pdf
from lms.members.models import Branch, Member
from tests.support.photographs import Grey, Hand, fill, paper_of, photograph

CANDIDATES = ("张秀英", "古丽娜尔·艾山", "王建国", "李淏")
SERIAL = "00000000AB"


def exam_layout(questions: int = 40, *, form: str = "A", digits: int = 6) -> SheetLayout:
    """The last quarter may have several answers."""
    return SheetLayout(
        "第一季度学习测试答题卡",
        tuple(
            Question(number, tuple("ABCD"), number > questions * 3 // 4)
            for number in range(1, questions + 1)
        ),
        form=form,
        number_digits=digits,
    )


def printed_pdf(
    layout: SheetLayout,
    *,
    copies: tuple[Copy, ...] = (),
    use: str = "TALLY",
    subject_id: int = 1,
    key: bytes | None = None,
) -> bytes:
    """The sheet as the school prints it."""
    data = paper_data(
        copies or (Copy(SERIAL, layout.form),),
        layouts={layout.form: layout},
        use=use,
        subject_id=subject_id,
        key=sheet_key() if key is None else key,
        advice="请用黑色或蓝色笔把方框涂满。",
    )
    return render_pdf(TEMPLATE, data)


def make_tally(branch: Branch, *, by: Member, is_open: bool = True, **fields: Any) -> Tally:
    """A vote on four candidates by thirty people, sheets given out."""
    values: dict[str, Any] = {
        "kind": TallyKind.VOTE,
        "title": "支部委员候选人推荐",
        "lines": CANDIDATES,
        "options": ("同意", "不同意", "弃权"),
        "eligible": 30,
    }
    tally = services.create_tally(by=by, branch=branch, **{**values, **fields})
    if is_open:
        services.open_tally(by=by, tally=tally)
    return tally


def make_closed_tally(branch: Branch, *, by: Member, **fields: Any) -> Tally:
    """Counted by hand and closed, with its protocol."""
    tally = make_tally(branch, by=by, **fields)
    counts = [[20, 3, 1] for _line in tally.lines]
    services.record_issued(by=by, tally=tally, issued=28)
    services.record_hand_count(by=by, tally=tally, valid=26, invalid=1, counts=counts)
    services.close_tally(by=by, tally=tally)
    tally.refresh_from_db()
    tally.protocol.save("protocol.pdf", ContentFile(b"%PDF-"))
    return tally


def make_page(
    tally: Tally, *, serial: str = SERIAL, doubt: Doubt | None = Doubt.FAINT
) -> SheetPage:
    """A page as the reader would leave it: the first option everywhere, a doubt on line 2."""
    now = clock.now()
    layout = layout_of(tally)
    batch = SheetBatch.objects.create(
        use="TALLY",
        subject_id=tally.pk,
        file=ContentFile(b"%PDF-", name="scan.pdf"),
        name="扫描.pdf",
        sha256=hashlib.sha256(serial.encode()).hexdigest(),
        size_bytes=5,
        state=BatchState.READ,
        by=tally.by,
        at=now,
    )
    answers = tuple(
        Answer(
            field.key,
            () if doubt and field.key == "q2" else (0,),
            (0.3,) * len(field.options),
            doubt if field.key == "q2" else None,
        )
        for field in layout.pages[0].fields
    )
    return SheetPage.objects.create(
        batch=batch,
        position=1,
        use="TALLY",
        subject_id=tally.pk,
        form="A",
        page=1,
        serial=serial,
        image=ContentFile(as_jpeg(np.full((1782, 1260), 240, np.uint8)), name="page.jpg"),
        state=PageState.DOUBTFUL if doubt else PageState.READ,
        reading=Reading("", None, answers).as_json(),
        changed_at=now,
    )


def make_print(tally: Tally) -> SheetPrint:
    """Three sheets, ready."""
    return SheetPrint.objects.create(
        use="TALLY",
        subject_id=tally.pk,
        copies=3,
        file=ContentFile(b"%PDF-", name="sheets.pdf"),
        by=tally.by,
        at=clock.now(),
    )


def tally_sheet(
    tally: Tally, hands: Mapping[str, Mapping[int, Hand]], *, serial: str = SERIAL, page: int = 1
) -> Grey:
    """One page of one sheet of this tally, filled in, flat and clean."""
    layout = layout_of(tally)
    pdf = printed_pdf(layout, copies=(Copy(serial),), subject_id=tally.pk)
    found = layout.page(page)
    assert found is not None
    return fill(paper_of(pdf, page - 1), found, hands, seed=int(serial, 16)).paper


def as_jpeg(picture: Grey) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])[1])


def as_pdf(*pictures: Grey) -> bytes:
    """A scanner's file."""
    pages = [Image.fromarray(picture) for picture in pictures]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    return out.getvalue()


def photo(picture: Grey, *, turned: float = 6, seed: int = 3) -> bytes:
    """A photograph of it, askew."""
    return as_jpeg(photograph(picture, seed=seed, turned=turned))


def all_agree(tally: Tally, option: int = 0) -> dict[str, dict[int, Hand]]:
    """The same option filled in on every line."""
    return {f"q{line}": {option: Hand.FILL} for line in range(1, len(tally.lines) + 1)}
