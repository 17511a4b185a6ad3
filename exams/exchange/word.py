"""Questions in a Word document: its paragraphs as the text `plain` reads, numbering and all.

Word keeps automatic numbers ("1.", "A.", "一、") apart from the words; they are counted here as
Word counts them. Pictures stay where they stand, by name.
"""

import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import XMLSyntaxError

from exams.exchange import plain
from exams.exchange.drafts import Draft, Fault, Found, UnreadableFileError
from lms.core.documents.archives import BadArchiveError, opened_archive

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 120 * 1024 * 1024
MAX_ENTRIES = 2000
_OLD_WORD = b"\xd0\xcf\x11\xe0"
_PICTURE_TYPES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_PICTURE = re.compile(r"\[图片：([^\]\n]{1,200})\]")
_CHINESE = "〇一二三四五六七八九"


def read(content: bytes) -> Found:
    """The questions of a .docx. Raises UnreadableFileError."""
    text, pictures = text_of(content)
    return [_with_pictures(each, pictures) for each in plain.read(text)]


def text_of(content: bytes) -> tuple[str, dict[str, bytes]]:
    """The words of a .docx, a line a paragraph, and its pictures by name."""
    document = _opened(content)
    numbering = _Numbering(document)
    pictures: dict[str, bytes] = {}
    lines = []
    for paragraph in _paragraphs(document):
        words = "".join(_words(document, paragraph, pictures))
        number = numbering.of(paragraph) if words.strip() else ""
        lines.append(f"{number}{words}")
    return "\n".join(lines), pictures


def _opened(content: bytes) -> Document:
    if content.startswith(_OLD_WORD):
        raise UnreadableFileError("old_word")
    if len(content) > MAX_BYTES:
        raise UnreadableFileError("large_file")
    try:
        with opened_archive(
            content, most_entries=MAX_ENTRIES, most_unpacked_bytes=MAX_UNPACKED_BYTES
        ):
            return docx.Document(io.BytesIO(content))
    except BadArchiveError as refused:
        case = "large_file" if refused.case == "large" else "damaged_word"
        raise UnreadableFileError(case) from refused
    except (
        KeyError,
        OpcError,
        XMLSyntaxError,
    ) as damage:
        raise UnreadableFileError("damaged_word") from damage


def _paragraphs(document: Document) -> Iterator[Paragraph]:
    """All paragraphs in reading order; those of a table cell by cell."""
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row.cells:
                    yield from cell.paragraphs
        else:
            yield block


def _words(document: Document, paragraph: Paragraph, pictures: dict[str, bytes]) -> Iterator[str]:
    for node in paragraph._p.iter():
        if node.tag == qn("w:t"):
            yield node.text or ""
        elif node.tag in (qn("w:tab"), qn("w:cr")):
            yield " "
        elif node.tag == qn("w:br"):
            yield "\n"
        elif node.tag == qn("a:blip"):
            yield from _picture(document, node.get(qn("r:embed")), pictures)


def _picture(document: Document, relation: str | None, pictures: dict[str, bytes]) -> Iterator[str]:
    """A picture inside the file. One that is linked from elsewhere is not fetched."""
    part = document.part.related_parts.get(relation) if relation else None
    ending = _PICTURE_TYPES.get(part.content_type) if part is not None else None
    if part is None or ending is None:
        return
    name = f"picture-{len(pictures) + 1}.{ending}"
    pictures[name] = part.blob
    yield f"[图片：{name}]"


def _with_pictures(found: Draft | Fault, pictures: Mapping[str, bytes]) -> Draft | Fault:
    if isinstance(found, Fault):
        return found
    shown = "".join((found.stem, found.explanation, *found.options, *(p.stem for p in found.parts)))
    own = {name: content for name, content in pictures.items() if f'"{name}"' in shown}
    return replace(found, pictures=own)


class _Numbering:
    """The numbers Word would print before the paragraphs, in the order they are asked for."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[tuple[str, str], tuple[str, str]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, Counter[int]] = defaultdict(Counter)
        part = next(
            (
                p
                for p in document.part.related_parts.values()
                if p.partname.endswith("/numbering.xml")
            ),
            None,
        )
        root = getattr(part, "element", None)
        if root is None:
            return
        for abstract in root.iter(qn("w:abstractNum")):
            for level in abstract.iter(qn("w:lvl")):
                form, text = level.find(qn("w:numFmt")), level.find(qn("w:lvlText"))
                key = (abstract.get(qn("w:abstractNumId")), level.get(qn("w:ilvl")))
                self._levels[key] = (
                    form.get(qn("w:val")) if form is not None else "decimal",
                    text.get(qn("w:val")) if text is not None else "",
                )
        for number in root.iter(qn("w:num")):
            inner = number.find(qn("w:abstractNumId"))
            if inner is not None:
                self._abstract[number.get(qn("w:numId"))] = inner.get(qn("w:val"))

    def of(self, paragraph: Paragraph) -> str:
        """ "3. ", "B. ", "（二）", or nothing."""
        numbered = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        number = numbered.find(qn("w:numId")) if numbered is not None else None
        if number is None:
            return ""
        level = numbered.find(qn("w:ilvl"))
        identifier = number.get(qn("w:val"))
        depth = int(level.get(qn("w:val"))) if level is not None else 0
        form, pattern = self._levels.get((self._abstract.get(identifier, ""), str(depth)), ("", ""))
        if form in ("", "bullet", "none"):
            return ""
        counts = self._counts[identifier]
        counts[depth] += 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        return re.sub(r"%\d", _counted(counts[depth], form), pattern, count=1) + " "


def _counted(number: int, form: str) -> str:
    if form == "upperLetter":
        return chr(64 + (number - 1) % 26 + 1)
    if form == "lowerLetter":
        return chr(96 + (number - 1) % 26 + 1)
    if form.startswith(("chineseCounting", "ideographDigital", "japaneseCounting")):
        tens, ones = divmod(number, 10)
        written = _CHINESE[ones] if ones or not tens else ""
        return f"{'' if tens == 1 else _CHINESE[tens]}十{written}" if tens else written
    return str(number)


# --- Writing ------------------------------------------------------------------------------------


def write(drafts: Sequence[Draft]) -> tuple[bytes, list[Draft]]:
    """A .docx of the same text with its pictures, and what would not be read back as it is."""
    document = docx.Document()
    document.styles["Normal"].font.name = "宋体"
    left_out: list[Draft] = []
    number = 0
    for draft in drafts:
        text, refused = plain.write([replace(draft, pictures={})])
        pictures = draft.pictures
        if refused or not all(_can_show(content) for content in pictures.values()):
            left_out.append(draft)
            continue
        number += 1
        text = re.sub(r"^1\.", f"{number}.", text, count=1)
        for line in text.rstrip("\n").split("\n"):
            _add_line(document, line, pictures)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue(), left_out


def _can_show(picture: bytes) -> bool:
    """PNG, JPEG or GIF."""
    return picture.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8"))


def _add_line(document: Document, line: str, pictures: Mapping[str, bytes]) -> None:
    paragraph = document.add_paragraph()
    ends = 0
    for mark in _PICTURE.finditer(line):
        if mark[1] not in pictures:
            continue
        paragraph.add_run(line[ends : mark.start()])
        paragraph.add_run().add_picture(io.BytesIO(pictures[mark[1]]), width=Cm(8))
        ends = mark.end()
    paragraph.add_run(line[ends:])
