"""A lecture film has slides, a running clock and speech, and is made only once."""

from fractions import Fraction

import av
import pytest
from PIL import ImageChops

from lms.demo import film
from lms.demo.content import all_lessons
from lms.demo.film import clock_reading, duration_seconds, lecture_film, render_lecture
from lms.demo.pictures import CLOCK, PROGRESS

pytestmark = pytest.mark.slow

LESSON = min((lesson for _, lesson in all_lessons()), key=duration_seconds)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    target = tmp_path_factory.mktemp("films") / "lecture.mp4"
    render_lecture(LESSON, target)
    return target


def picture_at(path, second):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        container.seek(int(second / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            if frame.time >= second:
                return frame.to_image()
    raise AssertionError(f"no picture at {second} s")


def cut(picture, box):
    return picture.crop((box.left, box.top, box.left + box.width, box.top + box.height))


def difference(one, other):
    """The mean difference of two pictures in grey levels."""
    grey = list(ImageChops.difference(one, other).convert("L").tobytes())
    return sum(grey) / len(grey)


def test_clock_reads_minutes_and_seconds():
    assert [clock_reading(second) for second in (0, 59, 60, 754)] == [
        "00:00",
        "00:59",
        "01:00",
        "12:34",
    ]


def test_film_has_720p_picture_and_sound_of_the_lecture_s_length(rendered):
    with av.open(str(rendered)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", 1280, 720)
        assert video.codec_context.pix_fmt == "yuv420p"
        assert video.average_rate == Fraction(10)
        assert (audio.codec_context.name, audio.rate, audio.channels) == ("aac", 48000, 1)
        assert container.duration / av.time_base == pytest.approx(duration_seconds(LESSON), abs=0.1)
        assert video.frames == round(duration_seconds(LESSON) * 10)


def test_clock_changes_each_second_and_stands_still_within_it(rendered):
    clocks = [cut(picture_at(rendered, second), CLOCK) for second in (3.0, 3.8, 4.0)]
    assert difference(clocks[0], clocks[1]) < 2
    assert difference(clocks[1], clocks[2]) > 5


def test_progress_line_grows(rendered):
    early = cut(picture_at(rendered, 1.0), PROGRESS)
    late = cut(picture_at(rendered, duration_seconds(LESSON) - 1), PROGRESS)
    assert difference(early, late) > 50


def test_slides_change_when_the_narration_says_so(rendered):
    first = film.slide_milliseconds(LESSON)[0] / 1000
    body = film.Box(left=72, top=100, width=900, height=500)
    before, after = (cut(picture_at(rendered, first + step), body) for step in (-0.2, 0.0))
    assert difference(before, after) > 50


def test_narration_is_heard(rendered):
    loudest = 0.0
    with av.open(str(rendered)) as container:
        for frame in container.decode(audio=0):
            loudest = max(loudest, float(abs(frame.to_ndarray()).max()))
            if frame.time > 8:
                break
    assert loudest > 0.1


def test_smaller_films_keep_the_whole_slide(tmp_path):
    target = tmp_path / "small.mp4"
    render_lecture(LESSON, target, width=320, height=180)
    with av.open(str(target)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (320, 180)
    assert [path.name for path in tmp_path.iterdir()] == ["small.mp4"]


def test_a_film_is_made_once_and_kept_under_what_it_is_made_of(tmp_path):
    made = lecture_film(LESSON, cache=tmp_path / "demo")
    stamp = made.stat().st_mtime_ns
    again = lecture_film(LESSON, cache=tmp_path / "demo")
    assert again == made
    assert again.stat().st_mtime_ns == stamp
    assert [path.name for path in made.parent.iterdir()] == [made.name]


def test_a_lesson_without_narration_is_refused(tmp_path):
    silent = type(LESSON)("silent", "无声", ("",), 60, LESSON.slides)
    with pytest.raises(KeyError):
        render_lecture(silent, tmp_path / "silent.mp4")
    assert list(tmp_path.iterdir()) == []
