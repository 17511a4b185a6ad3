"""A file of somebody's comes in, its pages go out as pictures of grey, one by one.

Runs in a process of its own under limits (`running`): what is too large is refused before it is
unpacked, and what is made to break a decoder breaks that process alone.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from exams.sheets.file_kinds import UnreadableFileError, kind_of
from exams.sheets.readings import FileRefusal

PICTURES = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 64_000_000
MOST_PAGES = 400
# A page of A4 at 200 dots an inch; a PDF's page is drawn at this size, whatever it claims to be.
LONGEST_SIDE = 2340


def pictures(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Every page of the file; raises UnreadableFileError, before the first or at a broken one."""
    with path.open("rb") as file:
        kind = kind_of(file.read(16))
    return _pages_of_pdf(path) if kind == "pdf" else _picture(path)


def _pages_of_pdf(path: Path) -> Iterator[NDArray[np.uint8]]:
    try:
        document = pypdfium2.PdfDocument(path)
        count = len(document)
        if count == 0:
            raise UnreadableFileError(FileRefusal.EMPTY)
        if count > MOST_PAGES:
            raise UnreadableFileError(FileRefusal.TOO_MANY_PAGES)
        for place in range(count):
            page = document[place]
            width, height = page.get_size()
            longest = max(width, height)
            if longest < 1 or min(width, height) * 20 < longest:
                raise UnreadableFileError(FileRefusal.TOO_LARGE)
            drawn = page.render(scale=LONGEST_SIDE / longest, grayscale=True).to_numpy()
            yield np.ascontiguousarray(drawn.reshape(drawn.shape[0], drawn.shape[1]))
    except pypdfium2.PdfiumError as damage:
        raise UnreadableFileError(FileRefusal.DAMAGED) from damage


def _picture(path: Path) -> Iterator[NDArray[np.uint8]]:
    # Ours is smaller; Pillow's own would be a warning first.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(path, formats=PICTURES) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise UnreadableFileError(FileRefusal.TOO_LARGE)
            # A large JPEG is decoded at half its size at once.
            opened.draft("L", (LONGEST_SIDE * 2 // 3, LONGEST_SIDE))
            yield np.array(opened.convert("L"), np.uint8)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as damage:
        raise UnreadableFileError(FileRefusal.DAMAGED) from damage
