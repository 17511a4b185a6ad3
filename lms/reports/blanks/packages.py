"""What is taken for a template: an xlsx or docx that holds text and nothing that acts (pure)."""

import io
import zipfile
import zlib
from xml.dom.minidom import Document
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.minidom import parseString
from openpyxl.utils import range_boundaries

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

    Each part is unpacked once with a bound on what comes out, whatever the archive declares, and
    each part of XML is read without document types and entities.
    """
    if len(content) > MAX_BYTES:
        raise BadPackageError("large")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _checked(archive)
    except DefusedXmlException as trick:
        raise BadPackageError("entities") from trick
    except (
        zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError,
        RuntimeError, ExpatError,
    ) as damage:  # fmt: skip
        raise BadPackageError("damaged") from damage


def _checked(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if len(names) > MAX_ENTRIES or len(set(names)) != len(names):
        raise BadPackageError("damaged")
    kind = next((kind for kind, part in _MAIN_PART.items() if part in names), None)
    if kind is None:
        raise BadPackageError("other")
    left = MAX_UNPACKED_BYTES
    for name in names:
        if any(part in name.lower() for part in _ACTING):
            raise BadPackageError("acting")
        with archive.open(name) as part:
            unpacked = part.read(left + 1)
        left -= len(unpacked)
        if left < 0:
            raise BadPackageError("large")
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
