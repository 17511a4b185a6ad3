"""Which reader and writer a format has, and which format a file is of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from exams.exchange import aiken, gift, moodle_xml, plain, tables, word
from exams.exchange.drafts import Draft, Found, UnreadableFileError
from exams.exchange.models import FileFormat
from lms.core.decoding import UnknownEncodingError, decoded

TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Format:
    """How files of one format are called, read and written."""

    ending: str
    content_type: str
    read: Callable[[bytes], Found]
    write: Callable[[Sequence[Draft]], tuple[bytes, list[Draft]]]


def _text(content: bytes) -> str:
    try:
        return decoded(content)
    except UnknownEncodingError as unknown:
        raise UnreadableFileError("encoding") from unknown


def _written(
    write: Callable[[Sequence[Draft]], tuple[str, list[Draft]]],
) -> Callable[[Sequence[Draft]], tuple[bytes, list[Draft]]]:
    def bytes_of(drafts: Sequence[Draft]) -> tuple[bytes, list[Draft]]:
        text, left_out = write(drafts)
        return text.encode(), left_out

    return bytes_of


FORMATS = {
    FileFormat.TEXT: Format(
        "txt", TEXT_TYPE, lambda content: plain.read(_text(content)), _written(plain.write)
    ),
    FileFormat.WORD: Format(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        word.read,
        word.write,
    ),
    FileFormat.SHEET: Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        tables.read,
        tables.write,
    ),
    FileFormat.MOODLE_XML: Format("xml", "application/xml", moodle_xml.read, moodle_xml.write),
    FileFormat.GIFT: Format(
        "gift", TEXT_TYPE, lambda content: gift.read(_text(content)), _written(gift.write)
    ),
    FileFormat.AIKEN: Format(
        "txt", TEXT_TYPE, lambda content: aiken.read(_text(content)), _written(aiken.write)
    ),
}
_BY_ENDING = {
    "docx": FileFormat.WORD,
    "doc": FileFormat.WORD,
    "xlsx": FileFormat.SHEET,
    "csv": FileFormat.SHEET,
    "xml": FileFormat.MOODLE_XML,
    "gift": FileFormat.GIFT,
}


def format_of(file_name: str, content: bytes) -> FileFormat:
    """By the ending; a text file by what it says."""
    known = _BY_ENDING.get(file_name.rpartition(".")[2].lower())
    if known is not None:
        return known
    text = _text(content)
    if any(line.startswith("ANSWER:") for line in text.splitlines()):
        return FileFormat.AIKEN
    bare = text.replace("\\{", "").replace("\\}", "")
    if bare.count("{") > bare.count("答案") and bare.count("{") == bare.count("}"):
        return FileFormat.GIFT
    return FileFormat.TEXT


def read(file_format: str, content: bytes) -> Found:
    """What the file asks. Raises UnreadableFileError, also if it asks nothing."""
    found = FORMATS[FileFormat(file_format)].read(content)
    if not found:
        raise UnreadableFileError("nothing")
    return found
