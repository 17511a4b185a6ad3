"""What is taken for a template: an xlsx or docx that holds text and nothing that acts (pure)."""

import zipfile
from xml.dom.minidom import Document
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.minidom import parseString
from openpyxl.utils import range_boundaries

from lms.core.documents.archives import BadArchiveError, opened_archive

MAX_BYTES = 1024 * 1024
MAX_UNPACKED_BYTES = 16 * 1024 * 1024
MAX_ENTRIES = 300
MAX_ROWS, MAX_COLUMNS = 1000, 100
_MAIN_PART = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
_XML = (".xml", ".rels", ".vml")
# Parts that run, or that are files of another kind.
_ACTING = ("vbaproject", "activex", "/embeddings/", "oleobject", "externallinks/", "/macrosheets/")
_PAGE_NUMBERS = {"PAGE", "NUMPAGES", "SECTIONPAGES", "\\*", "MERGEFORMAT", "Arabic"}
_ACTING_TYPES = ("macroenabled", "vbaproject", "oleobject", "activex")


class BadPackageError(Exception):
    """The file is none we take; `case` says why."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.case = case


def kind_of(content: bytes) -> str:
    """ "xlsx" or "docx"; raises BadPackageError for everything that is not a harmless one.

    Each part is unpacked once, measured before, and each part of XML is read without document
    types and entities.
    """
    if len(content) > MAX_BYTES:
        raise BadPackageError("large")
    try:
        with opened_archive(
            content, most_entries=MAX_ENTRIES, most_unpacked_bytes=MAX_UNPACKED_BYTES
        ) as archive:
            return _checked(archive)
    except BadArchiveError as refused:
        if isinstance(refused.__cause__, DefusedXmlException):
            raise BadPackageError("entities") from refused
        raise BadPackageError("large" if refused.case == "large" else "damaged") from refused
    except ExpatError as damage:
        raise BadPackageError("damaged") from damage


def _checked(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    kind = next((kind for kind, part in _MAIN_PART.items() if part in names), None)
    if kind is None:
        raise BadPackageError("other")
    for name in names:
        if any(part in name.lower() for part in _ACTING):
            raise BadPackageError("acting")
        unpacked = archive.read(name)
        if name.lower().endswith(_XML):
            _look_into(name, unpacked)
    return kind


def _look_into(name: str, content: bytes) -> None:
    document = parseString(content, forbid_dtd=True)
    if name == "[Content_Types].xml":
        said = document.toxml().lower()
        if any(word in said for word in _ACTING_TYPES):
            raise BadPackageError("acting")
    for relation in document.getElementsByTagNameNS("*", "Relationship"):
        if relation.getAttribute("TargetMode").lower() == "external":
            raise BadPackageError("external")
    for instruction in _instructions(document):
        if not set(instruction.split()) <= _PAGE_NUMBERS:
            raise BadPackageError("calculates")
    if name.startswith("xl/worksheets/"):
        _look_into_sheet(document)


def _instructions(document: Document) -> list[str]:
    """What the fields of a text document are told to do."""
    fields = document.getElementsByTagNameNS("*", "fldSimple")
    pieces = document.getElementsByTagNameNS("*", "instrText")
    return [
        *(value for field in fields for value in dict(field.attributes.items()).values()),
        *("".join(getattr(node, "data", "") for node in piece.childNodes) for piece in pieces),
    ]


def _look_into_sheet(document: Document) -> None:
    if document.getElementsByTagNameNS("*", "f"):
        raise BadPackageError("calculates")
    # Each of these becomes so many cells in memory, whatever stands in them.
    for tag, attribute in (("c", "r"), ("mergeCell", "ref")):
        for element in document.getElementsByTagNameNS("*", tag):
            if said := element.getAttribute(attribute):
                columns, rows = range_boundaries(said)[2:]
                if (columns or MAX_COLUMNS + 1) > MAX_COLUMNS or (rows or MAX_ROWS + 1) > MAX_ROWS:
                    raise BadPackageError("large")
    for row in document.getElementsByTagNameNS("*", "row"):
        if int(row.getAttribute("r") or 1) > MAX_ROWS:
            raise BadPackageError("large")
