"""Filling a docx template: paragraphs that hold placeholders, table rows that hold a list.

Word splits a text into runs as it likes, a placeholder among them: a paragraph with one is
written into its first run, whose look it takes. Everything else of the file stays byte for byte.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from xml.dom.minidom import Document, Element

from defusedxml.minidom import parseString

from lms.reports.blanks.placeholders import Filled, Values, filled, list_of, names_in, of_row

_PARTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
# What XML 1.0 cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def names(content: bytes) -> list[str]:
    """The placeholders of body, headers and footers; raises BadPlaceholdersError."""
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in filter(_PARTS.fullmatch, archive.namelist()):
            document = parseString(archive.read(part), forbid_dtd=True)
            for row in document.getElementsByTagName("w:tr"):
                list_of(_text(row))
            for paragraph in document.getElementsByTagName("w:p"):
                found += names_in(_text(paragraph))
    return found


def fill(content: bytes, values: Values) -> bytes:
    """The template with everything filled in."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for entry in archive.infolist():
            part = archive.read(entry.filename)
            if _PARTS.fullmatch(entry.filename):
                document = parseString(part, forbid_dtd=True)
                _fill(document, values)
                part = document.toxml(encoding="UTF-8", standalone=True)
            packed.writestr(entry.filename, part)
    return made.getvalue()


def _fill(document: Document, values: Values) -> None:
    rows = document.getElementsByTagName("w:tr")
    lists = [(row, name) for row in rows if (name := _repeated_by(row))]
    filled_rows = [
        (row, [_filled_row(row, name, line, values) for line in values.lists[name]])
        for row, name in lists
    ]
    _fill_paragraphs(document, values.fields)
    for row, copies in filled_rows:
        parent = row.parentNode
        assert parent is not None
        for copied in copies:
            parent.insertBefore(copied, row)
        parent.removeChild(row)


def _repeated_by(row: Element) -> str:
    """The list of the innermost row: one that only holds a table with a list stays as it is."""
    inner = row.getElementsByTagName("w:tr")
    return "" if any(list_of(_text(each)) for each in inner) else list_of(_text(row))


def _filled_row(row: Element, name: str, line: Mapping[str, Filled], values: Values) -> Element:
    copied = row.cloneNode(deep=True)
    assert copied is not None
    _fill_paragraphs(copied, of_row(name, line, values.fields))
    return copied


def _fill_paragraphs(within: Document | Element, values: Mapping[str, Filled]) -> None:
    for paragraph in within.getElementsByTagName("w:p"):
        runs = paragraph.getElementsByTagName("w:t")
        text = _text(paragraph)
        if not runs or not names_in(text):
            continue
        for place, run in enumerate(runs):
            _write(run, _UNWRITABLE.sub("", filled(text, values)) if place == 0 else "")


def _write(run: Element, text: str) -> None:
    while run.firstChild is not None:
        run.removeChild(run.firstChild)
    assert run.ownerDocument is not None
    run.appendChild(run.ownerDocument.createTextNode(text))
    run.setAttribute("xml:space", "preserve")


def _text(element: Element) -> str:
    return "".join(
        node.data
        for run in element.getElementsByTagName("w:t")
        for node in run.childNodes
        if node.nodeType == node.TEXT_NODE
    )
