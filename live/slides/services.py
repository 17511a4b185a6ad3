"""Bringing slides to a class, showing them, drawing on them."""

import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from live.classroom import folders
from live.classroom import rules as class_rules
from live.classroom.errors import ClassMovedError, NotTheTeacherError
from live.classroom.models import ClassState, LiveClass
from live.classroom.telling import lock, tell, whisper
from live.classroom.words import moved, not_the_teacher
from live.slides import keeping, marks, queries, rules
from live.slides.errors import FullSlideError, NoPenError, SlideGoneError, SlidesRefusedError
from live.slides.models import DeckState, Slide, SlideDeck
from live.slides.rendering import Page, drawn
from live.slides.words import MOST_MEGABYTES, refusal
from lms.core import clock, jobs
from lms.core.jobs import LeaseLostError, Pulse
from lms.members.models import Member
from media_pipeline.files import ensure_room
from media_pipeline.storage import StorageUnavailableError

SLIDES_JOB = "live.make_slides"
MOST_PICTURES = 60
MOST_BOARD_PAGES = 50
MOST_MARKS = 400
MOST_PENS = 8
BOARD_SIZE = (1_600, 900)
OVER = (ClassState.CLOSED, ClassState.CANCELLED)

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


# --- Bringing slides ------------------------------------------------------------------------------


def add_deck(
    *, by: Member, live_class: LiveClass, files: Sequence["UploadedFile[Any]"]
) -> SlideDeck:
    """Take one PDF or some pictures; pages are made of them by and by.

    Raises SlidesRefusedError with a sentence, DiskFullError, StorageUnavailableError.
    """
    _check_lead(by, live_class)
    if live_class.state in OVER:
        raise ClassMovedError(moved())
    _check_files(files)
    size = sum(file.size or 0 for file in files)
    ensure_room(3 * size)
    key = uuid.uuid4()
    folder = _incoming(live_class, key)
    folder.mkdir(parents=True)
    try:
        for number, file in enumerate(files, start=1):
            with (folder / f"{number:03}").open("wb") as kept:
                for piece in file.chunks():
                    kept.write(piece)
        keeping.hand_on(folder)
        with transaction.atomic():
            held = lock(live_class.pk)
            place = SlideDeck.objects.filter(live_class=held).count() + 1
            deck = SlideDeck.objects.create(
                live_class=held,
                key=key,
                title=_title_of(files),
                place=place,
                made_by=by,
                made_at=clock.now(),
            )
            jobs.open_job(kind=SLIDES_JOB, subject_id=f"deck:{deck.pk}")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return deck


def _check_files(files: Sequence["UploadedFile[Any]"]) -> None:
    if not files or not any(file.size for file in files):
        raise SlidesRefusedError(refusal("empty"))
    if sum(file.size or 0 for file in files) > MOST_MEGABYTES * 1024**2:
        raise SlidesRefusedError(refusal("large"))
    heads = [_head(file) for file in files]
    pdfs = sum(b"%PDF-" in head for head in heads)
    if pdfs and len(files) > 1:
        raise SlidesRefusedError(refusal("mixed"))
    if len(files) > MOST_PICTURES:
        raise SlidesRefusedError(refusal("many"))
    for head in heads:
        if head.startswith(_OFFICE):
            raise SlidesRefusedError(refusal("office"))
        if b"%PDF-" not in head and not head.startswith(_PICTURES):
            raise SlidesRefusedError(refusal("kind"))


def _head(file: "UploadedFile[Any]") -> bytes:
    file.seek(0)
    head: bytes = file.read(1024)
    file.seek(0)
    return head


def _title_of(files: Sequence["UploadedFile[Any]"]) -> str:
    name = PurePosixPath((files[0].name or "").replace("\\", "/")).stem
    words = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:80]
    return words or _("课件")


def make_slides(*, job_id: int) -> None:
    """Draw the pages of a deck; may run twice."""
    lease = jobs.claim(job_id=job_id)
    if lease is None:
        return
    deck = queries.deck_being_made(int(lease.subject_id.partition(":")[2]))
    if deck is None or deck.state != DeckState.MAKING:
        jobs.finish(lease=lease)
        return
    incoming = _incoming(deck.live_class, deck.key)
    made = incoming.with_name(f"{deck.key.hex}.{lease.token.hex}")
    made.mkdir(parents=True, exist_ok=True)
    pulse = Pulse(lease)
    try:
        files = keeping.at_hand(incoming, during=pulse)
        if not files:
            raise SlidesRefusedError(refusal("broken"))
        pages = drawn(
            files, made, during=lambda page, of: jobs.beat(lease=lease, percent=100 * page // of)
        )
        keys = [uuid.uuid4().hex for _page in pages]
        for page, key in zip(pages, keys, strict=True):
            for size in "sl":
                keeping.show(
                    made / f"{page.number}-{size}.webp",
                    _folder(deck.live_class) / f"{key}-{size}.webp",
                )
            pulse()
        with jobs.fenced(lease=lease), transaction.atomic():
            _keep_pages(deck, pages, keys)
            jobs.finish(lease=lease)
    except LeaseLostError:
        return
    except StorageUnavailableError as away:
        with transaction.atomic():
            if not jobs.fail(lease=lease, reason=away.message):
                _failed(deck, away.message)
        return
    except SlidesRefusedError as refused:
        with transaction.atomic():
            jobs.fail(lease=lease, reason=refused.message, again=False)
            _failed(deck, refused.message)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    keeping.drop(incoming)


def _keep_pages(deck: SlideDeck, pages: Sequence[Page], keys: Sequence[str]) -> None:
    Slide.objects.bulk_create(
        [
            Slide(
                deck=deck,
                number=page.number,
                key=key,
                width=page.width,
                height=page.height,
                text=page.text,
            )
            for page, key in zip(pages, keys, strict=True)
        ]
    )
    SlideDeck.objects.filter(pk=deck.pk).update(state=DeckState.READY)
    whisper(deck.live_class, {"decks": deck.pk}, to="leads")


def _failed(deck: SlideDeck, reason: str) -> None:
    SlideDeck.objects.filter(pk=deck.pk).update(state=DeckState.FAILED, reason=reason[:200])
    whisper(deck.live_class, {"decks": deck.pk}, to="leads")


def remove_deck(*, by: Member, live_class: LiveClass, deck: SlideDeck) -> None:
    """It is not offered any more; what was shown of it stays in the replay."""
    _check_lead(by, live_class)
    with transaction.atomic():
        held = lock(live_class.pk)
        SlideDeck.objects.filter(pk=deck.pk, live_class=held, removed_at=None).update(
            removed_at=clock.now()
        )
        current = held.shown.get("slide")
        if current is not None and current["deck"] == deck.pk:
            tell(held, "slide", {"slide": None}, by=by, shown={"slide": None})


def move_deck(*, by: Member, live_class: LiveClass, deck: SlideDeck, up: bool) -> None:
    """One place up or down among the decks of the class."""
    _check_lead(by, live_class)
    with transaction.atomic():
        held = lock(live_class.pk)
        order = [each.pk for each in queries.decks_of(held)]
        at = order.index(deck.pk)
        to = max(0, at - 1) if up else min(len(order) - 1, at + 1)
        order.insert(to, order.pop(at))
        for place, pk in enumerate(order, start=1):
            SlideDeck.objects.filter(pk=pk).update(place=place)


def _check_lead(by: Member, live_class: LiveClass) -> None:
    if not class_rules.can_lead(by, live_class):
        raise NotTheTeacherError(not_the_teacher())


def _folder(live_class: LiveClass) -> Path:
    return folders.class_folder(live_class.room) / folders.SLIDES


def _incoming(live_class: LiveClass, key: uuid.UUID) -> Path:
    """Beside the pictures, by a name no address reaches."""
    return _folder(live_class) / f"{key.hex}.in"


# --- Showing --------------------------------------------------------------------------------------


def facts_of(slide: Slide, count: int) -> dict[str, Any]:
    """A page as the room is told of it."""
    return {
        "id": slide.pk,
        "deck": slide.deck_id,
        "n": slide.number,
        "of": count,
        "key": slide.key,
        "w": slide.width,
        "h": slide.height,
        "text": slide.text[:400],
    }


def show_slide(*, by: Member, live_class_id: int, slide_id: int, once: str) -> None:
    """Everybody sees this page from now on."""
    held = _open(live_class_id)
    slide = _slide(held, slide_id)
    if slide.deck.removed_at is not None:
        raise SlideGoneError(_("这一页已经被删除，请换一页。"))
    _show(held, by, slide, once)


def _show(held: LiveClass, by: Member, slide: Slide, once: str) -> None:
    facts = facts_of(slide, queries.count_of_pages(slide.deck))
    facts["at"] = int(clock.now().timestamp() * 1000)
    tell(held, "slide", {"slide": facts}, by=by, once=once, shown={"slide": facts})


def hide_slides(*, by: Member, live_class_id: int, once: str) -> None:
    """The picture alone again."""
    held = _open(live_class_id)
    if held.shown.get("slide") is not None:
        tell(held, "slide", {"slide": None}, by=by, once=once, shown={"slide": None})


def add_board_page(*, by: Member, live_class_id: int, once: str) -> Slide:
    """A blank page more on the class's whiteboard; it is shown at once."""
    held = _open(live_class_id)
    board, _made = SlideDeck.objects.get_or_create(
        live_class=held,
        is_board=True,
        defaults={
            "title": _("白板"),
            "state": DeckState.READY,
            "place": 1000,
            "made_by": by,
            "made_at": clock.now(),
        },
    )
    count = queries.count_of_pages(board)
    if count >= MOST_BOARD_PAGES:
        raise FullSlideError(_("白板已有 50 页，请清空旧页再用。"))
    width, height = BOARD_SIZE
    slide = Slide.objects.create(deck=board, number=count + 1, width=width, height=height)
    _show(held, by, slide, once)
    return slide


def _open(live_class_id: int) -> LiveClass:
    held = lock(live_class_id)
    if held.state in OVER:
        raise ClassMovedError(moved())
    return held


def _slide(held: LiveClass, slide_id: int) -> Slide:
    slide = queries.slide_of(held.pk, slide_id)
    if slide is None:
        raise SlideGoneError(_("这一页已经被删除，请换一页。"))
    return slide


# --- Drawing --------------------------------------------------------------------------------------


def add_mark(
    *, by: Member, live_class_id: int, leads: bool, slide_id: int, mark: marks.Mark, once: str
) -> None:
    """Something more stands on the page. Members with the pen draw on what is shown alone."""
    held = _drawing(by, live_class_id, leads=leads, slide_id=slide_id)
    _slide(held, slide_id)
    if len(marks.standing(queries.happenings(held.pk, slide_id))) >= MOST_MARKS:
        raise FullSlideError(_("这一页写满了，请清空，或者换一页。"))
    tell(held, "mark", {"slide": slide_id, "mark": mark.as_json()}, by=by, once=once)


def undo_mark(*, by: Member, live_class_id: int, leads: bool, slide_id: int, once: str) -> None:
    """Take away what this person drew last on the page; nothing if nothing is left."""
    held = _drawing(by, live_class_id, leads=leads, slide_id=slide_id)
    key = marks.last_of(marks.standing(queries.happenings(held.pk, slide_id)), by.pk)
    if key is not None:
        tell(held, "unmark", {"slide": slide_id, "mark": key}, by=by, once=once)


def wipe(*, by: Member, live_class_id: int, slide_id: int, once: str) -> None:
    """Take away all that is drawn on a page."""
    held = _open(live_class_id)
    _slide(held, slide_id)
    if marks.standing(queries.happenings(held.pk, slide_id)):
        tell(held, "wipe", {"slide": slide_id}, by=by, once=once)


def give_pen(*, by: Member, live_class_id: int, to: Member, on: bool, once: str) -> None:
    """This member may draw, or may not any more."""
    held = _open(live_class_id)
    pens = [each for each in held.shown.get("pens", ()) if each["id"] != to.pk]
    if on:
        pens.append({"id": to.pk, "name": to.name})
    if len(pens) > MOST_PENS:
        raise NoPenError(_("最多同时交给 8 位同志，请先收回一支画笔。"))
    tell(
        held, "pen", {"member": to.pk, "name": to.name, "on": on}, by=by, once=once,
        shown={"pens": pens},
    )  # fmt: skip


def point(*, by: Member, live_class: LiveClass, leads: bool, slide_id: int, x: int, y: int) -> None:
    """Where somebody points; not kept."""
    if rules.can_draw(by, live_class, leads=leads):
        whisper(live_class, {"point": [slide_id, x, y], "name": by.name}, to="all")


def _drawing(by: Member, live_class_id: int, *, leads: bool, slide_id: int) -> LiveClass:
    held = _open(live_class_id)
    current = held.shown.get("slide")
    if not rules.can_draw(by, held, leads=leads):
        raise NoPenError(_("画笔已经收回，这一笔没有画上。"))
    if not leads and (current is None or current["id"] != slide_id):
        raise NoPenError(_("老师已经翻页，这一笔没有画上。"))
    return held
