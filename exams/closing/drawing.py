"""The QR code of a closing sheet."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(address: str) -> SafeString:
    """An SVG to stand in the page; read from paper that was folded or stained."""
    drawn = segno.make(address, error="m", micro=False)
    # segno writes nothing of the address into the drawing but its squares.
    return mark_safe(drawn.svg_inline(scale=4, border=4, omitsize=True, svgclass="qr"))  # noqa: S308
