"""Templates of official forms for tests: made here, brought in by the service."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from lms.members.models import Branch, Member
from lms.reports.blanks.models import Blank
from lms.reports.blanks.services import add_blank

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)


def make_xlsx(*rows: Sequence[Any]) -> bytes:
    """A workbook of one sheet with these rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def make_docx(body: str) -> bytes:
    """A document of this XML."""
    document = f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return make_zip({"[Content_Types].xml": _TYPES, "word/document.xml": document})


def paragraph(*runs: str) -> str:
    """Text as Word keeps it: in as many runs as it likes."""
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells) + "</w:tr>"


def make_zip(parts: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def with_part(package: bytes, name: str, content: str | bytes) -> bytes:
    """The package with one part more, or another one in its place."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts: dict[str, str | bytes] = {each: archive.read(each) for each in archive.namelist()}
    return make_zip({**parts, name: content})


def make_blank(branch: Branch, *, by: Member, name: str = "签名表", content: bytes = b"") -> Blank:
    content = content or make_xlsx(["{{支部名称}}"], ["{{党员.姓名}}", "{{党员.学时合计}}"])
    return add_blank(by=by, branch=branch, name=name, content=content)
