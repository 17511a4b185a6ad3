"""Which tallies there are for whom, what stands on their sheets, and how the count stands."""

from typing import Any

from django.db.models import QuerySet

from exams.sheets.layout import Question, SheetLayout
from exams.tallies.counting import Count, Shown, count_sheets, shown, shown_anonymously
from exams.tallies.models import Tally, TallySheet, TallyState
from lms.members.queries import visible_branches


def visible_tallies(by: Any) -> QuerySet[Tally]:
    """Those of the branches `by` looks after."""
    return Tally.objects.filter(branch__in=visible_branches(by).order_by())


def tallies_listed(by: Any) -> QuerySet[Tally]:
    """For the list: the latest first."""
    return visible_tallies(by).select_related("branch").order_by("-created_at", "-pk")


def tally_for(by: Any, tally_id: int) -> Tally | None:
    found = visible_tallies(by).select_related("branch", "by", "closed_by")
    return found.filter(pk=tally_id).first()


def tally_by_id(tally_id: int) -> Tally | None:
    return Tally.objects.select_related("branch").filter(pk=tally_id).first()


def layout_of(tally: Tally) -> SheetLayout:
    """One line a question, in the order in which they were given."""
    return SheetLayout(
        tally.title,
        tuple(
            Question(place, tuple(tally.options), label=line)
            for place, line in enumerate(tally.lines, start=1)
        ),
    )


def scanned_count(tally: Tally) -> Count:
    """What the sheets say that are there with all their pages."""
    pages = len(layout_of(tally).pages)
    there: dict[str, list[dict[str, list[int]]]] = {}
    rows = TallySheet.objects.filter(tally=tally).order_by("serial", "page")
    for serial, answers in rows.values_list("serial", "answers"):
        there.setdefault(serial, []).append(answers)
    whole = [
        {int(key[1:]) - 1: marked for page in sheet for key, marked in page.items()}
        for sheet in there.values()
        if len(sheet) == pages
    ]
    return count_sheets(
        whole, lines=len(tally.lines), options=len(tally.options), seats=tally.seats
    )


def count_of(tally: Tally) -> Count:
    """The result: frozen, or counted by people, or what the sheets say so far."""
    if tally.result is not None:
        return Count.of_json(tally.result)
    if tally.hand_count is not None:
        return Count.of_json(tally.hand_count)
    return scanned_count(tally)


def result_is_shown(tally: Tally) -> bool:
    """An appraisal's figures are seen when it is closed: compared before and after each sheet,
    they would say what stands on it.
    """
    return tally.state == TallyState.CLOSED or (tally.is_vote and tally.is_open)


def shown_lines(tally: Tally, count: Count) -> list[tuple[str, Shown]]:
    """Each line as it may be shown."""
    show = shown if tally.is_vote else shown_anonymously
    return [(name, show(line)) for name, line in zip(tally.lines, count.lines, strict=True)]
