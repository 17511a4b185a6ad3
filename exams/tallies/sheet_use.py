"""What tallies tell the reader of sheets about themselves."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from exams.sheets.layout import SheetLayout
from exams.sheets.marks import MOST_SERIAL, serial_of
from exams.sheets.paper import Copy
from exams.sheets.uses import SheetUse
from exams.tallies import queries, rules, services


def _title(tally_id: int) -> str:
    found = queries.tally_by_id(tally_id)
    return found.title if found else ""


def _layouts(tally_id: int) -> Mapping[str, SheetLayout]:
    found = queries.tally_by_id(tally_id)
    return {"A": queries.layout_of(found)} if found else {}


def _copies(_tally_id: int, count: int, _about: Mapping[str, Any]) -> Sequence[Copy]:
    """Numbers by lot: neither their order nor any list says which sheet came to whom."""
    return [Copy(serial_of(secrets.randbelow(MOST_SERIAL))) for _sheet in range(count)]


def _takes(tally_id: int) -> bool:
    found = queries.tally_by_id(tally_id)
    return found is not None and found.is_open


TALLY_USE = SheetUse(
    key=services.USE,
    can_handle=rules.can_handle_sheets,
    title_of=_title,
    address_of=lambda tally_id: reverse("tallies:tally", args=[tally_id]),
    layouts_for=_layouts,
    takes_sheets=_takes,
    copies_for=_copies,
    take=services.take_page,
    drop=services.drop_page,
)
