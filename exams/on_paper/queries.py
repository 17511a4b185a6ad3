"""What stands on an exam's sheets, how far they are, who has not handed one in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from exams.attempts.models import Answer, Attempt, AttemptState, Exam, FinishedBy
from exams.attempts.serving import ServedPaper, served_paper
from exams.marking.queries import KNOWN_TO_MARKERS, exams_to_mark
from exams.on_paper.models import NoteKind, PaperNote, PaperPlan, PaperSheet, SheetState
from exams.on_paper.plan import Place, areas_of, drawn_place, questions_of, written_numbers
from exams.on_paper.standing import numbers_meant
from exams.papers.models import PaperItem, PaperKind
from exams.papers.queries import items_of, people_of, seats_of
from exams.papers.shown import printed_arrangement
from exams.sheets.layout import MOST_DIGITS, Field, SheetLayout
from exams.sheets.models import STANDING, BatchState, PageState, SheetBatch, SheetPage
from lms.members.models import Member

USE = "EXAM"


# --- Exams ----------------------------------------------------------------------------------------


def handled_exam(by: Any, exam_id: int) -> Exam | None:
    """An exam whose sheets `by` handles, with its plan if there is one."""
    return exams_to_mark(by).select_related("paper_plan").filter(pk=exam_id).first()


def exam_with_plan(exam_id: int) -> Exam | None:
    """Whoever asks; with its paper, branch and plan."""
    found = Exam.objects.select_related("paper", "branch", "paper_plan")
    return found.filter(pk=exam_id).first()


def plan_of(exam: Exam) -> PaperPlan | None:
    return getattr(exam, "paper_plan", None)


def takes_sheets(exam: Exam | None) -> bool:
    return exam is not None and plan_of(exam) is not None and exam.state in KNOWN_TO_MARKERS


def is_on_paper(exam_id: int) -> bool:
    return PaperPlan.objects.filter(exam=exam_id).exists()


# --- What is asked --------------------------------------------------------------------------------


def served(exam: Exam) -> ServedPaper:
    """The exam's sealed paper without its keys."""
    assert exam.paper.sealed_at is not None
    return served_paper(exam.paper_id, exam.paper.sealed_at)


def forms_of(exam: Exam) -> Mapping[str, str]:
    """The letter of each kind of sheet, and the form of the paper it belongs to."""
    return {"A": "A", "B": "B"} if exam.paper.kind == PaperKind.AB else {"A": ""}


def places_of(exam: Exam, form: str) -> list[Place]:
    """The questions of one form in the order of their numbers.

    Of a random paper, what may be drawn there. Raises UnprintableError.
    """
    paper = served(exam)
    pool = [item for item in paper.items.values() if item.form == form]
    if exam.paper.kind != PaperKind.RANDOM:
        return [_place(item) for item in sorted(pool, key=lambda item: item.position)]
    drawn = paper.arranged_for(seed=0, form=form, shuffles_questions=False, shuffles_options=False)
    by_section = {
        section: drawn_place(_place(item) for item in pool if item.section == section)
        for section in {item.section for item in pool}
    }
    return [by_section[paper.items[id_].section] for id_, _order in drawn]


def _place(item: Any) -> Place:
    return Place(item.kind, len(item.content.get("options", ())))


def layouts_of(exam: Exam) -> Mapping[str, SheetLayout]:
    """By letter. Raises UnprintableError or LayoutError if the paper cannot be answered so."""
    plan = plan_of(exam)
    digits = plan.number_digits if plan else 0
    found = {}
    for letter, form in forms_of(exam).items():
        places = places_of(exam, form)
        areas = areas_of(places) if plan and plan.writes_on_sheet else ()
        found[letter] = _layout(exam.title, questions_of(places), letter, digits, areas)
    return found


@lru_cache(maxsize=32)
def _layout(
    title: str, questions: tuple[Any, ...], letter: str, digits: int, areas: tuple[Any, ...]
) -> SheetLayout:
    """Kept, with the places worked out."""
    return SheetLayout(f"{title}答题卡", questions, letter, digits, areas)


def written_of(exam: Exam) -> list[int]:
    """The numbers of the questions that are answered in the booklet, on whichever form."""
    forms = forms_of(exam).values()
    return sorted({number for form in forms for number in written_numbers(places_of(exam, form))})


def printed_items(exam: Exam, form: str) -> list[list[Any]]:
    """What a booklet of this form asks, as an attempt keeps it."""
    return [
        [item.pk, printed_arrangement(item, exam.paper.seed)] for item in items_of(exam.paper, form)
    ]


def items_in_order(sheet: PaperSheet) -> list[PaperItem]:
    """The questions of one sheet in the order of their numbers."""
    ids = [id_ for id_, _order in sheet.items]
    found = PaperItem.objects.select_related("version__question").in_bulk(ids)
    return [found[id_] for id_ in ids]


def digits_for(exam: Exam) -> int:
    """How many columns the number takes; none where members have numbers of other signs."""
    numbers = list(people_of(exam).values_list("number", flat=True))
    if not numbers or not all(number.isascii() and number.isdecimal() for number in numbers):
        return 0
    longest = max(map(len, numbers))
    return longest if longest <= MOST_DIGITS else 0


# --- People ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sit the exam, with their seat if there is one."""

    member: Member
    room: str = ""
    seat: int | None = None

    @property
    def place(self) -> str:
        if self.seat is None:
            return ""
        return _("%(room)s %(seat)s 号") % {"room": self.room, "seat": self.seat}


def people_in_order(exam: Exam) -> list[Person]:
    """Those with a seat in the order of the rooms, then the others by number."""
    seated = [Person(seat.member, seat.room, seat.number) for seat in seats_of(exam)]
    known = {person.member.pk for person in seated}
    others = [Person(member) for member in people_of(exam) if member.pk not in known]
    return [*seated, *others]


def called(number: str) -> list[int]:
    """The members whom boxes with this number may mean; a merged record's is the kept one's."""
    records = Member.objects.filter(number__in=numbers_meant(number))
    return list(records.order_by().values_list(Coalesce("merged_into", "pk"), flat=True).distinct())


def member_numbered(number: str) -> Member | None:
    return Member.objects.filter(number=number).first()


def is_eligible(exam: Exam, member_id: int) -> bool:
    return people_of(exam).filter(pk=member_id).exists()


# --- Sheets ---------------------------------------------------------------------------------------


def sheets_of(exam: Exam) -> QuerySet[PaperSheet]:
    return PaperSheet.objects.filter(exam=exam).select_related("member", "holder")


def sheets_listed(exam: Exam, *, state: str = "", words: str = "") -> QuerySet[PaperSheet]:
    """Those that have come back, or those in one state; by whose they are, the latest first."""
    found = sheets_of(exam)
    found = found.filter(state=state) if state else found.exclude(state=SheetState.PRINTED)
    if words:
        found = found.filter(
            Q(holder__name__icontains=words)
            | Q(holder__number=words)
            | Q(serial=words.replace(" ", "").upper())
        )
    return found.order_by("-read_at", "-pk")


def sheet_of(exam: Exam, sheet_id: int) -> PaperSheet | None:
    return sheets_of(exam).select_related("attempt").filter(pk=sheet_id).first()


def is_own(member_id: int, exam_id: int, serial: str) -> bool:
    """Whether the sheet is of this member, or may be."""
    found = PaperSheet.objects.filter(exam=exam_id, serial=serial)
    return found.filter(Q(member=member_id) | Q(holder=member_id)).exists()


def pages_read(sheet: PaperSheet) -> list[SheetPage]:
    """The scanned pages of a sheet that count or wait."""
    found = SheetPage.objects.filter(
        use=USE, subject_id=sheet.exam_id, serial=sheet.serial, state__in=STANDING
    )
    return list(found.select_related("batch").order_by("page"))


def written_piece(answer: Answer) -> tuple[SheetPage, Field] | None:
    """Where an answer in words stands on the scanned sheet; None if it is not on one."""
    sheet = (
        PaperSheet.objects.select_related("exam__paper", "exam__paper_plan")
        .filter(attempt=answer.attempt_id)
        .first()
    )
    if sheet is None:
        return None
    numbers = {id_: number for number, (id_, _order) in enumerate(sheet.items, start=1)}
    layout = layouts_of(sheet.exam)[sheet.form]
    field = layout.field(f"w{numbers[answer.item_id]}")
    for page in pages_read(sheet) if field is not None else ():
        there = layout.page(page.page)
        if field is not None and there is not None and field in there.fields:
            return page, field
    return None


def written_answers(sheet: PaperSheet) -> list[tuple[int, Answer]]:
    """The number and answer of each question of a counted sheet that is in the booklet."""
    if sheet.attempt_id is None:
        return []
    numbers = {id_: number for number, (id_, _order) in enumerate(sheet.items, start=1)}
    found = Answer.objects.filter(attempt=sheet.attempt_id, answer__has_key="paper")
    listed = [(numbers[answer.item_id], answer) for answer in found.select_related("item")]
    return sorted(listed, key=lambda one: one[0])


def notes_of(sheet: PaperSheet) -> QuerySet[PaperNote]:
    return sheet.notes.select_related("by", "member").order_by("pk")


def others_of(sheet: PaperSheet) -> list[PaperSheet]:
    """The other sheets that count for the same member."""
    if sheet.holder_id is None:
        return []
    found = PaperSheet.objects.filter(
        exam=sheet.exam_id, holder=sheet.holder_id, state=SheetState.COUNTED
    )
    return list(found.exclude(pk=sheet.pk).order_by("pk"))


def shown_pages(by: Any, attempt_id: UUID) -> list[SheetPage]:
    """The pages of the member's own released attempt, where the exam shows them."""
    sheet = PaperSheet.objects.filter(
        attempt=attempt_id,
        attempt__member=by.pk,
        attempt__state=AttemptState.RELEASED,
        exam__paper_plan__shows_pages=True,
    ).first()
    return pages_read(sheet) if sheet else []


# --- How far --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody of whom nothing counts yet, and how far their sheet is."""

    person: Person
    stage: str  # "doubt", "waiting", "part" or ""


@dataclass(frozen=True, slots=True)
class Progress:
    """The figures of an exam on paper, in people and sheets."""

    people: int
    printed: int
    spare: int
    counted: int
    assigned: int  # of those counted, by a person's word
    on_screen: int
    doubtful: int
    waiting: Sequence[PaperSheet]
    dismissed: int
    missing: Sequence[Missing]


def progress(exam: Exam) -> Progress:
    """In a number of statements that does not grow."""
    people = people_in_order(exam)
    sheets = list(sheets_of(exam).defer("items").order_by("pk"))
    states = Counter(sheet.state for sheet in sheets)
    attempts = Attempt.objects.filter(exam=exam).values_list("member_id", "finished_by")
    sat = {member for member, _by in attempts}
    doubtful = set(
        SheetPage.objects.filter(use=USE, subject_id=exam.pk, state=PageState.DOUBTFUL).values_list(
            "serial", flat=True
        )
    )
    stages = _stages(sheets, doubtful)
    return Progress(
        people=len(people),
        printed=sum(sheet.member_id is not None and sheet.is_current for sheet in sheets),
        spare=sum(sheet.member_id is None for sheet in sheets),
        counted=states[SheetState.COUNTED],
        assigned=PaperSheet.objects.filter(
            exam=exam, state=SheetState.COUNTED, notes__kind=NoteKind.ASSIGNED
        )
        .distinct()
        .count(),
        on_screen=len({m for m, finished_by in attempts if finished_by != FinishedBy.SHEET}),
        doubtful=len(doubtful),
        waiting=[sheet for sheet in sheets if sheet.state == SheetState.WAITING],
        dismissed=states[SheetState.DISMISSED],
        missing=[
            Missing(person, stages.get(person.member.pk, ""))
            for person in people
            if person.member.pk not in sat
        ],
    )


def _stages(sheets: Iterable[PaperSheet], doubtful: set[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for sheet in sheets:
        of = sheet.holder_id or sheet.member_id
        if of is None:
            continue
        if sheet.serial in doubtful:
            found[of] = "doubt"
        elif sheet.state == SheetState.WAITING:
            found[of] = "waiting"
        elif sheet.state == SheetState.PRINTED and sheet.pages:
            found.setdefault(of, "part")
    return found


def unread(exam_id: int) -> tuple[int, int, int]:
    """How many files are being read, pages in doubt, sheets that wait for somebody."""
    return (
        SheetBatch.objects.filter(use=USE, subject_id=exam_id, state=BatchState.WAITING).count(),
        SheetPage.objects.filter(use=USE, subject_id=exam_id, state=PageState.DOUBTFUL).count(),
        PaperSheet.objects.filter(exam=exam_id, state=SheetState.WAITING).count(),
    )
