"""Files made to break a reader break nothing but their own process."""

import io
import zlib

import numpy as np
import pytest
from django.conf import settings
from PIL import Image

from exams.sheets.readings import FileRefusal
from exams.sheets.running import file_read
from tests.factories.sheets import as_jpeg, as_pdf, exam_layout, printed_pdf

pytestmark = pytest.mark.slow

LAYOUTS = {"A": exam_layout()}


def png(width: int, height: int) -> bytes:
    """A picture that says it is so large, in a few bytes."""

    def piece(name: bytes, data: bytes) -> bytes:
        return (
            len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")
        )

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    body = piece(b"IDAT", zlib.compress(bytes(1000))) + piece(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + body


def giant_pdf() -> bytes:
    """A page of fourteen kilometres by one point."""
    pdf = io.BytesIO()
    Image.new("L", (40, 40), 255).save(pdf, "PDF")
    return pdf.getvalue().replace(b"/MediaBox [ 0 0 40.0 40.0 ]", b"/MediaBox [ 0 0 9999999 1 ]")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (png(60_000, 60_000), FileRefusal.TOO_LARGE),
        (png(600, 600), FileRefusal.DAMAGED),
        (b"%PDF-1.7\nnothing", FileRefusal.DAMAGED),
        (giant_pdf(), FileRefusal.TOO_LARGE),
        (as_jpeg(np.full((900, 600), 255, np.uint8))[:300], FileRefusal.DAMAGED),
    ],
)
def test_a_file_that_is_no_scan_is_refused(content: bytes, refusal: FileRefusal) -> None:
    with file_read(content, layouts=LAYOUTS) as read:
        assert (read.refusal, read.pages) == (refusal, {})


def test_pages_read_before_the_time_is_up_are_kept() -> None:
    pdf = printed_pdf(exam_layout(), key=b"k")
    with file_read(pdf, layouts=LAYOUTS, seconds=0.01) as read:
        assert (read.refusal, read.pages) == (FileRefusal.TOO_SLOW, {})
    with file_read(pdf, layouts=LAYOUTS) as read:
        assert (read.refusal, list(read.pages)) == (None, [1])
        assert read.picture(1)[:3] == b"\xff\xd8\xff"
        kept = read.folder
    assert kept.exists() is False
    assert settings.SHEET_READING_SECONDS == 300


def test_only_the_pages_wanted_are_read() -> None:
    blank = np.full((900, 640), 255, np.uint8)
    with file_read(as_pdf(blank, blank, blank), layouts=LAYOUTS, positions=[2]) as read:
        assert list(read.pages) == [2]


def test_who_loses_the_job_ends_the_reading() -> None:
    class LostError(Exception):
        pass

    def lose() -> None:
        raise LostError

    many = as_pdf(*[np.random.default_rng(1).integers(0, 255, (2300, 1600), np.uint8)] * 12)
    with pytest.raises(LostError), file_read(many, layouts=LAYOUTS, during=lose):
        pass
