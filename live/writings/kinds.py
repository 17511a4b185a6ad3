"""Which files may be attached, told by what is in them; pure."""

import io
import re
import zipfile

MOST_FILES = 5
MOST_BYTES = 10 * 1024**2
_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]+")


def kind_of(content: bytes) -> str | None:
    """pdf, png, jpg, docx, xlsx or pptx; None for anything else."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any("vbaProject" in name for name in names):
        return None
    return next((kind for kind, part in _PARTS.items() if part in names), None)


def safe_name(name: str, kind: str) -> str:
    """The name somebody gave a file, with the ending of what it is."""
    stem = _UNSAFE.sub(" ", name.rpartition(".")[0] or name).strip(" .")[:100]
    return f"{stem or 'file'}.{kind}"
