"""Bringing slides to a class, showing them, drawing on them: who may, and what the room is told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from live.classroom import folders, saying
from live.classroom import services as classroom
from live.classroom.models import LiveClass, LiveEvent
from live.slides import queries, services
from live.slides.errors import SlidesRefusedError
from live.slides.models import DeckState, Slide, SlideDeck
from live.slides.words import refusal
from lms.core.plain import Refused
from lms.members.models import Member
from tests.factories.live import make_live_class
from tests.factories.live_slides import make_deck
from tests.factories.members import BranchTree, make_branch_tree, make_instructor, make_member
from tests.live.classroom.test_pages import of
from tests.support import slide_files

pytestmark = pytest.mark.django_db

STROKE = {"id": "m1", "tool": "pen", "colour": "red", "size": 40, "points": [10, 10, 4000, 5000]}


@pytest.fixture
def tree() -> BranchTree:
    return make_branch_tree()


@pytest.fixture
def teacher(tree: BranchTree) -> Member:
    return make_instructor(tree.general, name="李教授")


@pytest.fixture
def live_class(tree: BranchTree, teacher: Member) -> LiveClass:
    made = make_live_class(tree.general, by=teacher)
    classroom.open_waiting(by=teacher, live_class=made)
    return made


def uploaded(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def kinds(live_class: LiveClass) -> list[str]:
    return list(live_class.events.order_by("seq").values_list("kind", flat=True))


class Speaker:
    """Says things to one class as one member."""

    def __init__(self, by: Member, live_class: LiveClass) -> None:
        self.by, self.live_class, self.count = by, live_class, 0

    def __call__(self, verb: str, key: str = "", **body: Any) -> dict[str, Any]:
        self.count += 1
        said = {**body, "do": f"slides.{verb}", "id": key or f"k{self.count}"}
        return saying.say(by=self.by, live_class_id=self.live_class.pk, said=said)


@pytest.mark.slow
def test_a_pdf_becomes_pages_that_only_who_attends_can_open(
    tree: BranchTree,
    teacher: Member,
    live_class: LiveClass,
    run_queued: Callable[..., list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.add_deck(
            by=teacher,
            live_class=live_class,
            files=[uploaded("党章 导读.pdf", slide_files.pdf("One", "Two"))],
        )
    run_queued()
    deck = SlideDeck.objects.get()
    assert (deck.title, deck.state, deck.slides.count()) == ("党章 导读", DeckState.READY, 2)
    member, stranger = make_member(tree.first), make_member(tree.third)
    base = of(member).get(f"/live/{live_class.pk}/slides/").json()
    assert set(base) == {"base"}
    address = f"{base['base']}/{deck.slides.all()[0].key}-s.webp"
    found = of(member).get(address)
    assert (found.status_code, found["Content-Type"]) == (200, "image/webp")
    assert of(stranger).get(address).status_code == 404
    assert of(stranger).get(f"/live/{live_class.pk}/slides/").status_code == 404
    assert Client().get(address).status_code == 302
    # What was handed in is not kept, and was never to be had.
    there = sorted(
        path.name for path in (folders.class_folder(live_class.room) / "slides").iterdir()
    )
    assert there == sorted(
        f"{slide.key}-{size}.webp" for slide in Slide.objects.all() for size in "sl"
    )


@pytest.mark.slow
def test_a_refused_file_says_why_and_leaves_nothing(
    teacher: Member,
    live_class: LiveClass,
    run_queued: Callable[..., list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.add_deck(
            by=teacher, live_class=live_class, files=[uploaded("a.pdf", slide_files.locked())]
        )
    run_queued()
    deck = SlideDeck.objects.get()
    assert (deck.state, deck.reason) == (DeckState.FAILED, refusal("encrypted"))
    assert list((folders.class_folder(live_class.room) / "slides").iterdir()) == []
    page = of(teacher).get(f"/live/{live_class.pk}/slides/prepare/").content.decode()
    assert refusal("encrypted") in page


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([], "empty"),
        ([("a.pptx", b"PK\x03\x04 slides")], "office"),
        ([("a.ppt", b"\xd0\xcf\x11\xe0 slides")], "office"),
        ([("a.svg", b"<svg onload=alert(1)>")], "kind"),
        ([("a.pdf", b"%PDF-1.4"), ("b.png", b"\x89PNG\r\n\x1a\n")], "mixed"),
        ([("a.png", b"\x89PNG\r\n\x1a\n")] * 61, "many"),
    ],
)
def test_what_is_no_deck_is_refused_at_once(
    teacher: Member, live_class: LiveClass, files: list[tuple[str, bytes]], why: str
) -> None:
    with pytest.raises(SlidesRefusedError) as refused:
        services.add_deck(
            by=teacher, live_class=live_class, files=[uploaded(*file) for file in files]
        )
    assert refused.value.message == refusal(why)
    assert SlideDeck.objects.count() == 0


def test_the_shown_slide_is_how_things_stand_and_only_who_leads_turns_pages(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    deck = make_deck(live_class, teacher, "一", "二")
    first, second = deck.slides.all()
    leads, member = Speaker(teacher, live_class), Speaker(make_member(tree.first), live_class)
    assert leads("show", "once", slide=first.pk) == {"ok": "once"}
    assert leads("show", "once", slide=first.pk) == {"ok": "once"}
    assert member("show", slide=second.pk)["no"] == "NotTheTeacherError"
    assert leads("show", slide=10**6)["no"] == "SlideGoneError"
    live_class.refresh_from_db()
    shown = live_class.shown["slide"]
    assert [shown[name] for name in ("id", "n", "of", "text")] == [first.pk, 1, 2, "一"]
    assert "ok" in leads("hide")
    live_class.refresh_from_db()
    assert (live_class.shown["slide"], kinds(live_class)[-2:]) == (None, ["slide", "slide"])
    # A page of another class is none of this one.
    other = make_live_class(tree.general, by=teacher)
    assert (
        leads("show", slide=make_deck(other, teacher, "x").slides.get().pk)["no"]
        == "SlideGoneError"
    )


def test_the_pen_is_given_and_taken_back(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    deck = make_deck(live_class, teacher, "一", "二")
    first, second = deck.slides.all()
    zhang = make_member(tree.first, name="张秀英")
    leads, member = Speaker(teacher, live_class), Speaker(zhang, live_class)
    leads("show", slide=first.pk)
    assert member("mark", slide=first.pk, mark=STROKE)["no"] == "NoPenError"
    assert member("pen", member=zhang.pk, on=True)["no"] == "NotTheTeacherError"
    assert "ok" in leads("pen", member=zhang.pk, on=True)
    assert "ok" in member("mark", slide=first.pk, mark=STROKE)
    # On what is shown alone.
    assert member("mark", slide=second.pk, mark={**STROKE, "id": "m2"})["no"] == "NoPenError"
    assert "ok" in leads("mark", slide=first.pk, mark={**STROKE, "id": "m3"})
    assert [mark["id"] for mark in queries.marks_on(live_class, first.pk)] == ["m1", "m3"]
    assert "ok" in member("undo", slide=first.pk)
    assert [mark["id"] for mark in queries.marks_on(live_class, first.pk)] == ["m3"]
    assert "ok" in leads("pen", member=zhang.pk, on=False)
    assert member("undo", slide=first.pk)["no"] == "NoPenError"
    assert member("clear", slide=first.pk)["no"] == "NotTheTeacherError"
    assert "ok" in leads("clear", slide=first.pk)
    assert queries.marks_on(live_class, first.pk) == []
    with pytest.raises(Refused):
        leads("mark", slide=first.pk, mark={**STROKE, "tool": "eval"})


def test_marks_are_told_of_pages_that_were_shown(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    deck = make_deck(live_class, teacher, "一", "二")
    first, second = deck.slides.all()
    leads = Speaker(teacher, live_class)
    leads("show", slide=first.pk)
    for slide in (first, second):
        leads("mark", slide=slide.pk, mark={**STROKE, "id": f"m{slide.pk}"})
    address = f"/live/{live_class.pk}/slides"
    told = of(make_member(tree.first)).get(f"{address}/{first.pk}/marks/").json()
    live_class.refresh_from_db()
    assert (told["seq"], [mark["id"] for mark in told["marks"]]) == (
        live_class.last_seq,
        [f"m{first.pk}"],
    )
    assert of(make_member(tree.first)).get(f"{address}/{second.pk}/marks/").status_code == 404
    assert of(teacher).get(f"{address}/{second.pk}/marks/").status_code == 200
    assert of(teacher).get(f"{address}/999999/marks/").status_code == 404


def test_the_whiteboard_has_several_pages_and_is_one(
    teacher: Member, live_class: LiveClass
) -> None:
    leads = Speaker(teacher, live_class)
    pages = [leads("board")["slide"] for _each in range(2)]
    board = SlideDeck.objects.get(is_board=True)
    assert list(board.slides.values_list("pk", "number")) == [(pages[0], 1), (pages[1], 2)]
    live_class.refresh_from_db()
    assert live_class.shown["slide"]["id"] == pages[1]


def test_decks_are_put_in_order_and_a_removed_one_is_not_shown_any_more(
    tree: BranchTree, teacher: Member, live_class: LiveClass
) -> None:
    one, two = (make_deck(live_class, teacher, name) for name in ("一", "二"))
    client, base = of(teacher), f"/live/{live_class.pk}/decks"
    client.post(f"{base}/{two.pk}/up/")
    assert [deck.pk for deck in queries.decks_of(live_class)] == [two.pk, one.pk]
    Speaker(teacher, live_class)("show", slide=one.slides.get().pk)
    client.post(f"{base}/{one.pk}/remove/")
    live_class.refresh_from_db()
    assert live_class.shown["slide"] is None
    assert [deck.pk for deck in queries.decks_of(live_class)] == [two.pk]
    assert of(make_member(tree.first)).post(f"{base}/{two.pk}/remove/").status_code == 404
    assert client.post(f"{base}/{two.pk}/burn/").status_code == 404


def test_nothing_is_drawn_or_shown_when_the_class_is_over(
    teacher: Member, live_class: LiveClass
) -> None:
    slide = make_deck(live_class, teacher, "一").slides.get()
    classroom.go_on_air(by=teacher, live_class=live_class)
    classroom.close_class(by=teacher, live_class=live_class)
    leads = Speaker(teacher, live_class)
    count = LiveEvent.objects.count()
    for verb in ("show", "clear"):
        assert leads(verb, slide=slide.pk)["no"] == "ClassMovedError"
    assert leads("mark", slide=slide.pk, mark=STROKE)["no"] == "ClassMovedError"
    assert LiveEvent.objects.count() == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_decks_costs_the_same_for_one_and_for_three(
    teacher: Member, live_class: LiveClass, django_assert_num_queries: Any, count: int
) -> None:
    for _each in range(count):
        make_deck(live_class, teacher, "一", "二")
    client = of(teacher)
    with django_assert_num_queries(PREPARE_QUERIES):
        page = client.get(f"/live/{live_class.pk}/slides/prepare/")
    assert len(page.context["decks"]) == count


PREPARE_QUERIES = 5
