"""Which files can be sheets, by their first bytes; pure."""

from exams.sheets.readings import FileRefusal

HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")


class UnreadableFileError(Exception):
    """The file is not opened; `reason` says why."""

    def __init__(self, reason: FileRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


def kind_of(head: bytes) -> str:
    """`pdf` or `picture` by the first bytes; raises UnreadableFileError for anything else."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    ):
        return "picture"
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        raise UnreadableFileError(FileRefusal.HEIC)
    raise UnreadableFileError(FileRefusal.UNKNOWN if head else FileRefusal.EMPTY)
