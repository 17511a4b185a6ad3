"""An uploaded ZIP, measured before anything in it is read: workbooks and documents are ZIPs (pure).

By what the archive declares, which holds: Python's reader gives out no more of a part than its
entry declares, and refuses entries that share bytes.
"""

import contextlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator

# What the reader raises on an archive that is cut, forged or packed by no method we know.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ValueError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
_LOCKED = 0x1  # the flag of an entry under a password


class BadArchiveError(Exception):
    """The archive is none to read; `case` is "large", "locked" or "damaged"."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.case = case


@contextlib.contextmanager
def opened_archive(
    content: bytes, *, most_entries: int, most_unpacked_bytes: int
) -> Iterator[zipfile.ZipFile]:
    """The archive of `content`, if its parts are no more and no larger together than that.

    Raises BadArchiveError, also when it turns out damaged while it is read inside the block.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _measure(archive, most_entries, most_unpacked_bytes)
            yield archive
    except _DAMAGE as damage:
        raise BadArchiveError("damaged") from damage


def _measure(archive: zipfile.ZipFile, most_entries: int, most_unpacked_bytes: int) -> None:
    entries = archive.infolist()
    if any(entry.flag_bits & _LOCKED for entry in entries):
        raise BadArchiveError("locked")
    if len(entries) > most_entries or sum(e.file_size for e in entries) > most_unpacked_bytes:
        raise BadArchiveError("large")
    if len({entry.filename for entry in entries}) != len(entries):
        raise BadArchiveError("damaged")  # readers would not agree on which of two is meant
