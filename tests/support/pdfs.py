"""What a PDF says: its pages' words and sizes."""

import io

import pypdf

A4_UPRIGHT, A4_ACROSS = (595, 842), (842, 595)  # points
CHROMIUM_A4 = (596, 843)


def pages_of(content: bytes, *, size: tuple[int, int] = A4_UPRIGHT) -> list[str]:
    """The words of each page without spaces, which stand where letters are spread.

    Every page must have the `size`, in points.
    """
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages}
    assert sizes == {size}
    return ["".join(page.extract_text().split()) for page in pages]
