"""Draw pages as pictures: `python -I render_child.py LIMITS FOLDER FILE…`.

Runs alone in a confined process without Django, because it parses what strangers send. Of a PDF
only what stands on its pages is drawn: no script, form, link or attachment is looked at, and
nothing is fetched. Pictures are drawn anew, so nothing hidden in them is kept.

Says one line of JSON a page (its size in pixels and its words), or {"refused": why} and no more.
Of each page there are <number>-s.webp for a telephone and <number>-l.webp.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

# FPDF_GetLastError
WRONG_PASSWORD = 4


class RefusedError(Exception):
    """Why nothing is made of the file."""


def say(**said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def fitted(width: float, height: float, most: int) -> tuple[int, int]:
    scale = most / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def encoded(picture: Image.Image, most_bytes: int) -> bytes:
    """As good as fits into so many bytes."""
    data = b""
    for quality in (82, 70, 56, 42, 28, 14, 4):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=4)
        data = out.getvalue()
        if len(data) <= most_bytes:
            break
    return data


def keep(folder: Path, number: int, picture: Image.Image, limits: dict[str, int]) -> Any:
    """Write both sizes; the size of the large one in pixels."""
    plain = picture.convert("RGB")
    large = plain
    for name in ("l", "s"):
        size = fitted(*plain.size, limits[f"{name}_pixels"])
        small = plain if size[0] >= plain.width else plain.resize(size, Image.Resampling.LANCZOS)
        (folder / f"{number}-{name}.webp").write_bytes(encoded(small, limits[f"{name}_bytes"]))
        if name == "l":
            large = small
    return large.size


def words_of(page: Any, most: int) -> str:
    text = page.get_textpage()
    try:
        found = text.get_text_bounded()[: 4 * most]
    finally:
        text.close()
    return " ".join("".join(c if c.isprintable() else " " for c in found).split())[:most]


def draw_pdf(path: str, folder: Path, limits: dict[str, int]) -> None:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == WRONG_PASSWORD or "assword" in str(error)
        raise RefusedError("encrypted" if is_locked else "broken") from error
    count = len(document)
    if count == 0:
        raise RefusedError("broken")
    if count > limits["pages"]:
        raise RefusedError("pages")
    for number in range(1, count + 1):
        page = document[number - 1]
        width, height = page.get_size()
        if not min(width, height) >= 1 or max(width, height) > limits["points"]:
            raise RefusedError("size")
        across, down = fitted(width, height, limits["l_pixels"])
        bitmap = page.render(scale=max(across / width, down / height), may_draw_forms=False)
        size = keep(folder, number, bitmap.to_pil(), limits)
        bitmap.close()
        text = words_of(page, limits["letters"])
        page.close()
        say(page=number, of=count, width=size[0], height=size[1], text=text)


def draw_picture(path: str, number: int, count: int, folder: Path, limits: dict[str, int]) -> None:
    from PIL import ImageOps

    with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
        if picture.width * picture.height > limits["pixels"]:
            raise RefusedError("pixels")
        turned = ImageOps.exif_transpose(picture)
        size = keep(folder, number, turned, limits)
    say(page=number, of=count, width=size[0], height=size[1], text="")


def main() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a library's complaints would fill the pipe
    limits, folder, paths = json.loads(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    Image.MAX_IMAGE_PIXELS = None  # asked before anything is decoded
    try:
        with Path(paths[0]).open("rb") as file:
            is_pdf = b"%PDF-" in file.read(1024)
        if is_pdf:
            draw_pdf(paths[0], folder, limits)
        else:
            for number, path in enumerate(paths, start=1):
                draw_picture(path, number, len(paths), folder, limits)
    except RefusedError as refused:
        say(refused=str(refused))
    except (pypdfium2.PdfiumError, OSError, ValueError, SyntaxError, MemoryError, OverflowError):
        say(refused="broken")


if __name__ == "__main__":
    main()
