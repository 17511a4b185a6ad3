"""Draw the lecture slides anew: `python -m lms.demo.draw_slides`, for development only.

Needs the Debian package `fonts-noto-cjk`. The pictures are committed, because a bare
machine that runs the school has no Chinese font.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from lms.demo.content import all_lessons
from lms.demo.pictures import (
    CLOCK,
    CLOCK_GROUND,
    DIGIT_HEIGHT,
    DIGIT_WIDTH,
    HEIGHT,
    IMAGES,
    PROGRESS_GROUND,
    WIDTH,
    digits_path,
    slide_path,
)
from lms.demo.texts import CourseText, LessonText, SlideText

FONTS = Path("/usr/share/fonts/opentype/noto")
SIMPLIFIED = 2  # the face of the collection with mainland forms
SURFACE, PAPER, INK, MUTED = "#faf7f4", "#ffffff", "#1f1a17", "#5f5750"
RED, RED_DEEP, RED_PATTERN, WHITE = "#b3261e", "#8f1d17", "#a9231b", "#ffffff"
GOLD, GOLD_GROUND, GOLD_TEXT, GOLD_PALE = "#b07900", "#fff4d6", "#7a5200", "#ffd75e"
RULE, GHOST = "#e6ddd5", "#f1e9e2"
MARGIN, BAR = 72, 76
NO_LINE_START, NO_LINE_END = "，。、；：？！）”》", "（“《"


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A Noto CJK face by name and size in pixels."""
    return ImageFont.truetype(str(FONTS / f"Noto{name}.ttc"), size, index=SIMPLIFIED)


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The text in lines no wider than `width`; closing marks never start a line."""
    lines = [""]
    for character in text:
        fits = face.getlength(lines[-1] + character) <= width
        if fits or character in NO_LINE_START:
            lines[-1] += character
        else:
            opening = lines[-1][-1:] if lines[-1][-1:] in NO_LINE_END else ""
            lines[-1] = lines[-1].removesuffix(opening)
            lines.append(opening + character)
    return lines


def balanced(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Wrapped into as few lines, but of nearly equal length."""
    lines = wrapped(text, face, width)
    while width > 200 and len(wrapped(text, face, width - 10)) == len(lines):
        width -= 10
    return wrapped(text, face, width)


def draw_frame(draw: ImageDraw.ImageDraw, course: CourseText, bar: str) -> None:
    """The title bar with the place of the clock, and the groove of the progress line."""
    draw.rectangle((0, 0, WIDTH, BAR), fill=bar)
    draw.text((MARGIN, BAR // 2), "网上党校", WHITE, font("SansCJK-Bold", 28), anchor="lm")
    draw.line((206, 24, 206, BAR - 24), fill="#d9928e", width=2)
    draw.text((226, BAR // 2), course.title, WHITE, font("SansCJK-Regular", 26), anchor="lm")
    pill = (CLOCK.left - 44, CLOCK.top - 6, CLOCK.left + CLOCK.width + 18, CLOCK.top + 42)
    draw.rounded_rectangle(pill, radius=24, fill=CLOCK_GROUND)
    middle, centre = CLOCK.top + DIGIT_HEIGHT // 2, CLOCK.left - 20
    draw.ellipse((centre - 11, middle - 11, centre + 11, middle + 11), outline=WHITE, width=2)
    draw.line((centre, middle - 6, centre, middle, centre + 5, middle), fill=WHITE, width=2)
    draw.rectangle((0, HEIGHT - 8, WIDTH, HEIGHT), fill=PROGRESS_GROUND)


def draw_lattice(draw: ImageDraw.ImageDraw) -> None:
    """A quiet window-lattice pattern on the right of a cover."""
    step = 80
    for left in range(WIDTH - 4 * step, WIDTH, step):
        for top in range(BAR, HEIGHT - 8, step):
            box = (left, top, left + step, top + step)
            draw.rectangle(box, outline=RED_PATTERN, width=3)
            inner = (left + 20, top + 20, left + step - 20, top + step - 20)
            draw.rectangle(inner, outline=RED_PATTERN, width=3)
            draw.line((left + 40, top, left + 40, top + 20), fill=RED_PATTERN, width=3)
            draw.line((left + 40, top + 60, left + 40, top + step), fill=RED_PATTERN, width=3)
            draw.line((left, top + 40, left + 20, top + 40), fill=RED_PATTERN, width=3)
            draw.line((left + 60, top + 40, left + step, top + 40), fill=RED_PATTERN, width=3)


def draw_cover(draw: ImageDraw.ImageDraw, course: CourseText, lesson: LessonText) -> None:
    """The first page: the lesson's title, its course and its lecturer."""
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=RED)
    draw_lattice(draw)
    draw_frame(draw, course, RED_DEEP)
    face = font("SerifCJK-Bold", 74)
    lines = balanced(lesson.title, face, WIDTH - 4 * 80 - MARGIN - 24)
    top = 300 - 52 * (len(lines) - 1)
    for line in lines:
        draw.text((MARGIN, top), line, WHITE, face, anchor="lm")
        top += 104
    draw.rectangle((MARGIN + 2, top - 24, MARGIN + 122, top - 18), fill=GOLD_PALE)
    details = font("SansCJK-Regular", 32)
    draw.text((MARGIN, top + 40), course.title, WHITE, details, anchor="lm")
    draw.text((MARGIN, top + 96), f"主讲　{course.teacher}", WHITE, details, anchor="lm")


def draw_page(
    draw: ImageDraw.ImageDraw, course: CourseText, lesson: LessonText, number: int
) -> None:
    """A page with a heading, its points, and the line to take away."""
    slide: SlideText = lesson.slides[number - 1]
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=SURFACE)
    ghost = font("SansCJK-Bold", 300)
    draw.text((WIDTH - 48, 650), str(number), GHOST, ghost, anchor="rs")
    draw_frame(draw, course, RED)
    draw.rectangle((MARGIN, 122, MARGIN + 8, 178), fill=RED)
    draw.text((MARGIN + 28, 150), slide.title, INK, font("SansCJK-Bold", 48), anchor="lm")
    few = len(slide.bullets) < 4
    face = font("SansCJK-Regular", 40 if few else 37)
    top, gap = (258, 92) if few else (242, 76)
    for bullet in slide.bullets:
        draw.rectangle((MARGIN + 30, top - 6, MARGIN + 42, top + 6), fill=RED)
        for line in wrapped(bullet, face, WIDTH - 2 * MARGIN - 66):
            draw.text((MARGIN + 66, top), line, INK, face, anchor="lm")
            top += 54
        top += gap - 54
    if slide.note:
        box = font("SansCJK-Bold", 32)
        top = max(top - 18, 520)
        right = MARGIN + 66 + int(box.getlength(slide.note)) + 36
        draw.rectangle((MARGIN + 30, top, right, top + 72), fill=GOLD_GROUND)
        draw.rectangle((MARGIN + 30, top, MARGIN + 38, top + 72), fill=GOLD)
        draw.text((MARGIN + 66, top + 36), slide.note, GOLD_TEXT, box, anchor="lm")
    draw.line((MARGIN, 652, WIDTH - MARGIN, 652), fill=RULE, width=2)
    small = font("SansCJK-Regular", 24)
    footer = f"主讲　{course.teacher}　　{lesson.title}"
    draw.text((MARGIN, 682), footer, MUTED, small, anchor="lm")
    pages = f"{number} / {len(lesson.slides)}"
    draw.text((WIDTH - MARGIN, 682), pages, MUTED, small, anchor="rm")


def slide_picture(course: CourseText, lesson: LessonText, number: int) -> Image.Image:
    """One slide without its clock."""
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(picture)
    if lesson.slides[number - 1].bullets:
        draw_page(draw, course, lesson, number)
    else:
        draw_cover(draw, course, lesson)
    return picture.quantize(32, dither=Image.Dither.NONE)


def digits_picture() -> Image.Image:
    """The signs of the clock in one strip, each centred in a cell of equal width."""
    signs = "0123456789:"
    strip = Image.new("RGB", (len(signs) * DIGIT_WIDTH, DIGIT_HEIGHT), CLOCK_GROUND)
    draw = ImageDraw.Draw(strip)
    face = font("SansCJK-Bold", 32)
    for index, sign in enumerate(signs):
        middle = index * DIGIT_WIDTH + DIGIT_WIDTH // 2
        baseline = 29 if sign != ":" else 27
        draw.text((middle, baseline), sign, WHITE, face, anchor="ms")
    return strip


def main() -> int:
    """Draw every slide of every lesson and the clock's digits."""
    if not (FONTS / "NotoSansCJK-Regular.ttc").exists():
        sys.stdout.write(
            "The Chinese fonts are missing. Install them with: apt-get install fonts-noto-cjk\n"
        )
        return 1
    IMAGES.mkdir(exist_ok=True)
    digits_picture().save(digits_path(), optimize=True)
    for course, lesson in all_lessons():
        for number in range(1, len(lesson.slides) + 1):
            picture = slide_picture(course, lesson, number)
            picture.save(slide_path(lesson.key, number), optimize=True)
        sys.stdout.write(f"{lesson.key}: {len(lesson.slides)} slides\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
