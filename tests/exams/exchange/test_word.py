"""A Word document is read as it looks: automatic numbers counted, pictures in their places."""

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image

from exams.exchange import word
from exams.exchange.drafts import Draft, UnreadableFileError


def picture(colour: str = "red") -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(held, "PNG")
    return held.getvalue()


def saved(document) -> bytes:
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


NUMBERS = f"""<w:abstractNum {nsdecls("w")} w:abstractNumId="90">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%2."/></w:lvl>
</w:abstractNum>"""
NUMBER = f"""<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>"""


def automatic(document, words: str, level: int) -> None:
    paragraph = document.add_paragraph(words)
    paragraph._p.get_or_add_pPr().append(
        parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="91"/></w:numPr>'
        )
    )


def test_automatic_numbers_are_counted_as_word_prints_them() -> None:
    document = docx.Document()
    root = document.part.numbering_part.element
    root.insert(0, parse_xml(NUMBERS))
    root.append(parse_xml(NUMBER))
    for stem in ("根本组织原则是（A）", "预备期为（B）"):
        automatic(document, stem, 0)
        automatic(document, f"{stem[0]}一", 1)
        automatic(document, f"{stem[0]}二", 1)
    assert word.read(saved(document)) == [
        Draft("single", "根本组织原则是（ ）", options=("根一", "根二"), right=(0,)),
        Draft("single", "预备期为（ ）", options=("预一", "预二"), right=(1,)),
    ]


def test_what_is_written_with_pictures_is_read_back_with_them() -> None:
    asked = [
        Draft(
            "single",
            '图中是<img src="picture-1.png" alt="">（ ）',
            options=("红", "蓝"),
            right=(0,),
            pictures={"picture-1.png": picture()},
        ),
        Draft("short", "说说你的看法。", model="略"),
    ]
    content, left_out = word.write(asked)
    assert left_out == []
    found = word.read(content)
    assert found == asked
    assert [each.pictures for each in found] == [{"picture-1.png": picture()}, {}]


def test_a_table_of_questions_is_read_cell_by_cell() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "1. 对不对？"
    table.cell(0, 1).text = "答案：对"
    assert word.read(saved(document)) == [Draft("true_false", "对不对？", is_true=True)]


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (word.MAX_UNPACKED_BYTES + 1))
    return held.getvalue()


def with_entity() -> bytes:
    """A document that would read a file of the server into its text."""
    source = io.BytesIO(saved(docx.Document()))
    held = io.BytesIO()
    evil = (
        '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        f"<w:document {nsdecls('w')}><w:body><w:p><w:r><w:t>1. 甲&a;</w:t></w:r></w:p>"
        "</w:body></w:document>"
    )
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            new.writestr(name, evil if name == "word/document.xml" else old.read(name))
    return held.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (bomb, "large_file"),
        (lambda: b"\xd0\xcf\x11\xe0 old", "old_word"),
        (lambda: b"PK\x03\x04 damaged", "damaged_word"),
        (lambda: b"not a document", "damaged_word"),
    ],
)
def test_a_file_that_is_no_document_is_refused(content, problem) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        word.read(content())
    assert refused.value.problem == problem


def test_an_entity_brings_nothing_in() -> None:
    [found] = word.read(with_entity())
    assert found == Draft("short", "甲")
