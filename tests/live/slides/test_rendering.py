"""Pages become pictures in a process of their own; hostile files are refused in words."""

import io
import resource
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from live.slides.errors import SlidesRefusedError
from live.slides.rendering import DRAWN, drawn
from live.slides.words import refusal
from tests.support import slide_files

pytestmark = pytest.mark.slow


def draw(tmp_path: Path, *files: bytes) -> list[tuple[int, int, int, str]]:
    into = tmp_path / "out"
    into.mkdir()
    paths = []
    for number, data in enumerate(files):
        path = tmp_path / str(number)
        path.write_bytes(data)
        paths.append(path)
    told: list[tuple[int, int]] = []
    pages = drawn(paths, into, during=lambda page, of: told.append((page, of)))
    assert told == [(page.number, len(pages)) for page in pages]
    return [(page.number, page.width, page.height, page.text) for page in pages]


def test_each_page_is_there_in_two_sizes_with_its_words(tmp_path: Path) -> None:
    assert draw(tmp_path, slide_files.pdf("Party charter", "Chapter one")) == [
        (1, 1920, 1080, "Party charter"),
        (2, 1920, 1080, "Chapter one"),
    ]
    for name, size in (("1-l", (1920, 1080)), ("1-s", (1080, 608))):
        path = tmp_path / "out" / f"{name}.webp"
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("WEBP", size)
        assert path.stat().st_size <= 150_000


def test_pictures_are_drawn_anew_and_nothing_hidden_is_kept(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(slide_files.picture(size=(800, 600)))) as plain:
        out = io.BytesIO()
        exif = Image.Exif()
        exif[0x010E] = "home address"
        exif[0x0112] = 6  # lies on its side
        plain.save(out, "JPEG", exif=exif)
    assert draw(tmp_path, out.getvalue(), slide_files.picture(kind="WEBP")) == [
        (1, 600, 800, ""),
        (2, 1600, 900, ""),
    ]
    assert b"home address" not in (tmp_path / "out" / "1-l.webp").read_bytes()


def test_a_page_full_of_noise_stays_small_for_a_telephone(tmp_path: Path) -> None:
    import numpy as np

    noise = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "PNG")
    draw(tmp_path, out.getvalue())
    assert (tmp_path / "out" / "1-s.webp").stat().st_size <= DRAWN["s_bytes"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (slide_files.locked(), "encrypted"),
        (slide_files.pdf("cut off")[:300], "broken"),
        (b"%PDF-1.7\n" + b"\x00" * 4000, "broken"),
        (b"MZ this is no picture", "broken"),
        (slide_files.pdf("x", size=(200_000, 200_000)), "size"),
        (slide_files.pdf("x", size=(960, 0.1)), "size"),
        (slide_files.pdf(*["x"] * 5_000), "pages"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "broken"),
    ],
    ids=["locked", "cut", "nulls", "program", "huge", "flat", "5000", "svg"],
)
def test_a_hostile_file_is_refused_with_a_sentence(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(SlidesRefusedError) as refused:
        draw(tmp_path, data)
    assert refused.value.message == refusal(why)


def test_a_picture_that_would_fill_the_memory_costs_nobody_else_any(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = refusal("costly")
    with suppress(SlidesRefusedError):
        said = str(len(draw(tmp_path, slide_files.swollen())))
    assert said in ("1", refusal("costly"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_what_a_file_would_do_by_itself_is_not_done(tmp_path: Path) -> None:
    """No script runs, no program starts, no address is asked for."""
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        ran = tmp_path / "ran"
        pages = draw(tmp_path, slide_files.loaded(address, f"/usr/bin/touch {ran}"))
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert [page[3] for page in pages] == ["loaded"]
    assert not ran.exists()
