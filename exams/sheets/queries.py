"""Which sheets have been read for what, what waits for a person, and what is missing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet

from exams.sheets.layout import SheetLayout
from exams.sheets.models import (
    STANDING,
    PageState,
    SheetBatch,
    SheetPage,
    SheetPrint,
)
from exams.sheets.uses import SheetUse, known_use


@cache
def sheet_key() -> bytes:
    """What the codes are checked by; known to this school alone."""
    return hashlib.sha256(b"exams.sheets" + settings.SECRET_KEY.encode()).digest()


def batches_of(use: SheetUse, subject_id: int) -> QuerySet[SheetBatch]:
    """The files, the latest first, with how their pages stand."""
    return (
        SheetBatch.objects.filter(use=use.key, subject_id=subject_id)
        .select_related("by")
        .annotate(
            page_count=Count("pages"),
            doubtful_count=Count("pages", filter=Q(pages__state=PageState.DOUBTFUL)),
            refused_count=Count("pages", filter=Q(pages__state=PageState.REFUSED)),
        )
        .order_by("-pk")
    )


def batch_of(use: SheetUse, subject_id: int, batch_id: int) -> SheetBatch | None:
    return batches_of(use, subject_id).filter(pk=batch_id).first()


def pages_of(use: SheetUse, subject_id: int) -> QuerySet[SheetPage]:
    return SheetPage.objects.filter(use=use.key, subject_id=subject_id)


def refused_pages(use: SheetUse, subject_id: int) -> QuerySet[SheetPage]:
    """Those that do not count, the latest first; pages with nothing on them are nobody's worry."""
    return (
        pages_of(use, subject_id)
        .filter(state=PageState.REFUSED)
        .exclude(refusal="blank")
        .select_related("batch", "refused_by")
        .order_by("-pk")
    )


def sheet_page(page_id: int) -> SheetPage | None:
    return (
        SheetPage.objects.filter(pk=page_id).select_related("batch", "batch__by", "refused_by")
    ).first()


def page_counts(use: SheetUse, subject_id: int) -> dict[str, int]:
    """How many pages stand in each state; blank ones left out."""
    found = dict.fromkeys(PageState.values, 0)
    rows = pages_of(use, subject_id).exclude(refusal="blank")
    for row in rows.values("state").annotate(count=Count("pk")).order_by("state"):
        found[row["state"]] = row["count"]
    return found


@dataclass(frozen=True)
class OpenDoubt:
    """One field that waits for a person."""

    page: SheetPage
    key: str


def next_doubt(
    use: SheetUse, subject_id: int, *, after: tuple[int, str] | None = None
) -> OpenDoubt | None:
    """The next field to decide about; `after` (page, key) skips, and begins anew at the end."""
    waiting = (
        pages_of(use, subject_id)
        .filter(state=PageState.DOUBTFUL)
        .select_related("batch")
        .order_by("pk")
    )
    if after is not None:
        page_id, key = after
        for page in waiting.filter(pk=page_id):
            keys = page.open_keys
            later = keys[keys.index(key) + 1 :] if key in keys else keys
            if later:
                return OpenDoubt(page, later[0])
        for page in waiting.filter(pk__gt=page_id)[:1]:
            return OpenDoubt(page, page.open_keys[0])
    for page in waiting[:1]:
        return OpenDoubt(page, page.open_keys[0])
    return None


def incomplete_sheets(
    use: SheetUse, subject_id: int, layouts: Mapping[str, SheetLayout]
) -> list[tuple[str, list[int]]]:
    """(serial, missing pages) of sheets of which some pages are there and some are not."""
    if all(len(layout.pages) == 1 for layout in layouts.values()):
        return []
    there: dict[tuple[str, str], set[int]] = {}
    rows = pages_of(use, subject_id).filter(state__in=STANDING)
    for serial, form, page in rows.values_list("serial", "form", "page"):
        there.setdefault((serial, form), set()).add(page)
    return [
        (serial, sorted(missing))
        for (serial, form), pages in sorted(there.items())
        if (missing := set(range(1, len(layouts[form].pages) + 1)) - pages)
    ]


def earlier_of(page: SheetPage) -> SheetPage | None:
    """The page that counts in place of one that is there twice."""
    return (
        SheetPage.objects.filter(
            use=page.use,
            subject_id=page.subject_id,
            serial=page.serial,
            page=page.page,
            state__in=STANDING,
        )
        .exclude(pk=page.pk)
        .select_related("batch")
        .first()
    )


def prints_of(use: SheetUse, subject_id: int) -> QuerySet[SheetPrint]:
    return (
        SheetPrint.objects.filter(use=use.key, subject_id=subject_id)
        .select_related("by")
        .order_by("-pk")
    )


def layout_of(page: SheetPage) -> SheetLayout | None:
    """The form a page was printed from; None if its code was not read."""
    return known_use(page.use).layouts_for(page.subject_id).get(page.form)


def neighbours(page: SheetPage) -> dict[str, Any]:
    """The pages before and after in the same file."""
    there = SheetPage.objects.filter(batch_id=page.batch_id)
    return {
        "before": there.filter(position__lt=page.position).order_by(F("position").desc()).first(),
        "after": there.filter(position__gt=page.position).order_by("position").first(),
    }
