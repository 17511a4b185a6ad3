"""The demo school's live classes: one that was held, with all it leaves behind, and one to come.

The picture of the class is the film of a lecture, cut into the segments its members would have
been given; all else is done by the services of a real class, at its time.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from live.chat import services as chat
from live.checks import services as checks
from live.classroom import air_services, folders, presence, services, shared
from live.classroom.models import LiveClass
from live.classroom.segments import INIT_NAME, Segment
from live.hours.services import credit_class
from live.slides import services as slides
from live.slides.models import Slide
from lms.core import clock
from lms.core.models import Job
from lms.demo.demo_year import DemoYear, moment
from lms.demo.film import run_ffmpeg, slide_milliseconds
from lms.demo.lectures import Films
from lms.demo.live_texts import (
    ABOUT,
    COMING,
    COMING_ABOUT,
    EARLY,
    HELD,
    LATE,
    LECTURE,
    LINES,
    POLL,
    POLL_ANSWERS,
    POLL_AT,
    POLL_ENDS_AT,
    POLL_OPTIONS,
    PUNCTUAL,
)
from lms.demo.pictures import slide_path
from lms.members.models import Branch, Member

ADMINISTRATOR, TEACHER = "100001", "300001"
MIME = "video/x-matroska;codecs=avc1,opus"
SEGMENT_SECONDS = 4
COMES_IN = dt.timedelta(days=3)


def hold_classes(
    *, members: Mapping[str, Member], branch: Branch, films: Films, year: DemoYear
) -> None:
    """Hold the one and plan the other, once; whole or not at all.

    Neither where several machines keep classes in their storage: the segments lie in a folder.
    """
    is_held = LiveClass.objects.filter(branch=branch, title=HELD).exists()
    if is_held or shared.is_shared():
        return
    with transaction.atomic():
        begins = moment(year.workday(0.9), 19, 30)
        live_class = _evening(members, branch, films(LECTURE), begins)
        services.schedule_class(
            by=members[ADMINISTRATOR],
            teacher=members[TEACHER],
            branch=branch,
            title=COMING,
            introduction=COMING_ABOUT,
            starts_at=moment(clock.today() + COMES_IN, 19, 30),
        )
    credit_class(live_class_id=live_class.pk)


def _evening(
    members: Mapping[str, Member], branch: Branch, film: Path, begins: dt.datetime
) -> LiveClass:
    teacher = members[TEACHER]
    with clock.pretended(begins - dt.timedelta(days=2)):
        live_class = services.schedule_class(
            by=members[ADMINISTRATOR],
            teacher=teacher,
            branch=branch,
            title=HELD,
            introduction=ABOUT,
            starts_at=begins,
            planned_minutes=5,
        )
        pages = _pages(teacher, live_class)
    with clock.pretended(begins - dt.timedelta(minutes=4)):
        services.open_waiting(by=teacher, live_class=live_class)
        lines = [_comes_in(live_class, members[number]) for number in PUNCTUAL]
        early = _comes_in(live_class, members[EARLY])
    shown = slide_milliseconds(LECTURE)
    length = sum(shown) / 1000
    with clock.pretended(begins):
        take = air_services.begin_take(live_class.pk, teacher.pk, "demo", MIME)
    _keep_picture(live_class, take, film, begins)
    happens = _happens(members, live_class, pages, shown)
    happens += [(length / 3, lambda: lines.append(_comes_in(live_class, members[LATE])))]
    happens += [(length / 2, lambda: presence.leave([early]))]
    for seconds, happen in sorted(happens, key=lambda one: one[0]):
        with clock.pretended(begins + dt.timedelta(seconds=seconds)):
            happen()
    with clock.pretended(begins + dt.timedelta(seconds=length)):
        air_services.end_take(live_class.pk, take)
        services.close_class(by=teacher, live_class=live_class)
        presence.leave(lines)
    folders.write_replay(live_class.room, [take])
    return live_class


def _pages(teacher: Member, live_class: LiveClass) -> list[Slide]:
    """The slides of the lecture, as a teacher hands pictures in; drawn at once."""
    paths = [slide_path(LECTURE.key, number + 1) for number in range(len(LECTURE.slides))]
    deck = slides.add_deck(
        by=teacher,
        live_class=live_class,
        files=[SimpleUploadedFile(f"{LECTURE.title}.png", path.read_bytes()) for path in paths],
    )
    job = Job.objects.get(kind=slides.SLIDES_JOB, subject_id=f"deck:{deck.pk}")
    slides.make_slides(job_id=job.pk)
    return list(deck.slides.all())


def _comes_in(live_class: LiveClass, member: Member) -> int:
    return presence.join(live_class_id=live_class.pk, member_id=member.pk, device="demo")


def _happens(
    members: Mapping[str, Member],
    live_class: LiveClass,
    pages: list[Slide],
    shown: tuple[int, ...],
) -> list[tuple[float, Callable[[], Any]]]:
    """What is shown, said and asked, each so many seconds after the beginning."""
    teacher = members[TEACHER]
    found: list[tuple[float, Callable[[], Any]]] = []
    for place, page in enumerate(pages):
        found.append(
            (
                sum(shown[:place]) / 1000,
                partial(
                    slides.show_slide,
                    by=teacher,
                    live_class_id=live_class.pk,
                    slide_id=page.pk,
                    once=f"demo-page-{place}",
                ),
            )
        )
    for place, line in enumerate(LINES):
        say = partial(
            chat.say,
            by=members[line.number] if line.number else teacher,
            leads=not line.number,
            live_class_id=live_class.pk,
            text=line.text,
            once=f"demo-line-{place}",
        )
        found.append((line.seconds, say))
    asked: list[int] = []

    def ask() -> None:
        poll = checks.open_poll(
            by=teacher, live_class=live_class, question=POLL, options=POLL_OPTIONS
        )
        asked.append(poll.pk)

    def answer(number: str, choice: int) -> None:
        checks.answer(
            by=members[number],
            live_class=live_class,
            check_id=asked[0],
            sent={"choice": [str(choice)]},
        )

    found.append((POLL_AT, ask))
    for seconds, (number, choice) in enumerate(POLL_ANSWERS.items(), start=POLL_AT + 2):
        found.append((seconds, partial(answer, number, choice)))
    found.append(
        (
            POLL_ENDS_AT,
            lambda: checks.tell_check(by=teacher, live_class=live_class, check_id=asked[0]),
        )
    )
    return found


def _keep_picture(live_class: LiveClass, take: int, film: Path, begins: dt.datetime) -> None:
    """The film in segments, as whoever carries a class leaves them."""
    folder = folders.take_folder(live_class.room, take)
    folder.mkdir(parents=True)
    listed = folder / "made.m3u8"
    run_ffmpeg(
        [
            *("-i", str(film.resolve()), "-c", "copy", "-f", "hls", "-hls_list_size", "0"),
            *("-hls_time", str(SEGMENT_SECONDS), "-hls_segment_type", "fmp4"),
            *("-hls_fmp4_init_filename", INIT_NAME, "-start_number", "1"),
            *("-hls_segment_filename", "%05d.m4s", listed.name),
        ],
        cwd=folder,
    )
    lengths = [
        float(line.removeprefix("#EXTINF:").rstrip(","))
        for line in listed.read_text(encoding="ascii").splitlines()
        if line.startswith("#EXTINF:")
    ]
    listed.unlink()
    at, lines = begins, []
    for number, seconds in enumerate(lengths, start=1):
        lines.append(Segment(number, seconds, at).line())
        at += dt.timedelta(seconds=seconds)
    (folder / folders.PART_NAME).write_text("".join(lines), encoding="ascii")
