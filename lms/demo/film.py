"""Make a lecture film from committed slides and narration: a picture with a running clock."""

import hashlib
import tempfile
from pathlib import Path

from PIL import Image

from lms.demo.narration_index import TICK_MS, narration_path, read_index
from lms.demo.pictures import (
    CLOCK,
    CLOCK_GROUND,
    DIGIT_HEIGHT,
    DIGIT_WIDTH,
    HEIGHT,
    PROGRESS,
    PROGRESS_DONE,
    PROGRESS_GROUND,
    WIDTH,
    Box,
    digits_path,
    slide_path,
)
from lms.demo.texts import LessonText
from media_pipeline import ffmpeg
from media_pipeline.processes import Limits

PICTURES_A_SECOND = 10
RECIPE = 1  # raise it when the same slides and sound should give another film


# Generous: our own files, on a machine that may be busy with its first start.
LIMITS = Limits(memory_bytes=3_000_000_000, cpu_seconds=1200, file_bytes=1024**3)
WALL_SECONDS = 600


def run_ffmpeg(arguments: list[str], *, cwd: Path) -> None:
    """Run ffmpeg to its end in `cwd`; raises TranscodeFailedError when it fails."""
    ffmpeg.run(
        [ffmpeg.binary(), "-v", "error", "-nostdin", "-y", "-progress", "pipe:1", *arguments],
        limits=LIMITS,
        wall_seconds=WALL_SECONDS,
        cwd=cwd,
        on_progress=lambda _progress: None,
    )


def slide_milliseconds(lesson: LessonText) -> tuple[int, ...]:
    """How long each slide is shown; KeyError when the lesson was never narrated."""
    return read_index()[lesson.key]


def duration_seconds(lesson: LessonText) -> float:
    """How long the lecture is."""
    return sum(slide_milliseconds(lesson)) / 1000


def clock_reading(second: int) -> str:
    """`mm:ss` of a lecture."""
    return f"{second // 60:02d}:{second % 60:02d}"


def clock_picture(second: int, digits: Image.Image) -> Image.Image:
    """The clock at that second, cut together from the strip of digits."""
    picture = Image.new("RGB", (CLOCK.width, CLOCK.height), CLOCK_GROUND)
    for place, sign in enumerate(clock_reading(second)):
        left = "0123456789:".index(sign) * DIGIT_WIDTH
        glyph = digits.crop((left, 0, left + DIGIT_WIDTH, DIGIT_HEIGHT))
        picture.paste(glyph, (place * DIGIT_WIDTH, 0))
    return picture


def progress_picture(second: int, seconds: int) -> Image.Image:
    """The line at the foot of the slide: how much of the lecture has been shown."""
    picture = Image.new("RGB", (PROGRESS.width, PROGRESS.height), PROGRESS_GROUND)
    picture.paste(PROGRESS_DONE, (0, 0, PROGRESS.width * second // seconds, PROGRESS.height))
    return picture


def write_moving_parts(seconds: int, clock: Path, progress: Path) -> None:
    """One raw picture a second for the clock and for the progress line."""
    with Image.open(digits_path()) as opened:
        digits = opened.convert("RGB")
    with clock.open("wb") as clock_file, progress.open("wb") as progress_file:
        for second in range(seconds):
            clock_file.write(clock_picture(second, digits).tobytes())
            progress_file.write(progress_picture(second, seconds).tobytes())


def write_slide_list(lesson: LessonText, shown: tuple[int, ...], target: Path) -> None:
    """A concat list naming each slide and its length; the last is named twice, as ffmpeg asks."""
    lines = ["ffconcat version 1.0"]
    for number, milliseconds in enumerate(shown, start=1):
        lines += [f"file '{slide_path(lesson.key, number).resolve()}'"]
        lines += [f"duration {milliseconds / 1000:.3f}"]
    lines += [f"file '{slide_path(lesson.key, len(shown)).resolve()}'"]
    target.write_text("\n".join(lines) + "\n")


def _raw_input(box: Box, path: Path) -> list[str]:
    size = f"{box.width}x{box.height}"
    return ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-framerate", "1", "-i", str(path)]


def _overlaid(width: int, height: int) -> str:
    """Stills are converted once, before they are repeated ten times a second."""
    still = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    resized = "" if (width, height) == (WIDTH, HEIGHT) else f",scale={width}:{height}"
    return (
        f"[0:v]{still},fps={1000 // TICK_MS}[slide];"
        f"[1:v]{still}[clock];[2:v]{still}[line];"
        f"[slide][clock]overlay={CLOCK.left}:{CLOCK.top}[timed];"
        f"[timed][line]overlay={PROGRESS.left}:{PROGRESS.top}{resized},"
        f"fps={PICTURES_A_SECOND},"
        "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709[picture]"
    )


def render_lecture(
    lesson: LessonText, target: Path, *, width: int = WIDTH, height: int = HEIGHT
) -> None:
    """Write the lesson's lecture as an MP4 (H.264, AAC) to `target`, whole or not at all."""
    shown = slide_milliseconds(lesson)
    length = sum(shown) / 1000
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".film-") as scratch_name:
        scratch = Path(scratch_name)
        clock, progress = scratch / "clock.rgb", scratch / "progress.rgb"
        write_moving_parts(int(length) + 1, clock, progress)
        write_slide_list(lesson, shown, scratch / "slides.ffconcat")
        film = scratch / "film.mp4"
        command = ["-f", "concat", "-safe", "0", "-i", str(scratch / "slides.ffconcat")]
        command += _raw_input(CLOCK, clock) + _raw_input(PROGRESS, progress)
        command += ["-i", str(narration_path(lesson.key))]
        command += ["-filter_complex", _overlaid(width, height), "-map", "[picture]", "-map", "3:a"]
        command += ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "stillimage", "-crf", "20"]
        command += ["-g", str(4 * PICTURES_A_SECOND), "-threads", "2"]
        command += ["-c:a", "aac", "-b:a", "64k", "-ar", "48000", "-ac", "1", "-af", "apad"]
        command += ["-t", f"{length:.3f}", "-movflags", "+faststart", str(film)]
        run_ffmpeg(command, cwd=scratch)
        film.replace(target)


def fingerprint(lesson: LessonText) -> str:
    """Changes whenever the film would: slides, sound, digits, the index or the recipe."""
    digest = hashlib.sha256(f"{RECIPE} {WIDTH}x{HEIGHT} {slide_milliseconds(lesson)}".encode())
    slides = (slide_path(lesson.key, number + 1) for number in range(len(lesson.slides)))
    for path in (*slides, digits_path(), narration_path(lesson.key)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def lecture_film(lesson: LessonText, *, cache: Path) -> Path:
    """The lesson's film, made once and kept in `cache` under the hash of what it is made of."""
    cache.mkdir(parents=True, exist_ok=True)
    film = cache / f"{lesson.key}-{fingerprint(lesson)}.mp4"
    if not film.exists():
        render_lecture(lesson, film)
    return film
