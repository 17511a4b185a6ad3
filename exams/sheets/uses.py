"""What answer sheets are used for: each use registers itself, and is asked and told by its key.

This subject knows layouts and readings alone; who may handle sheets, what stands on them and what
becomes of their answers is the use's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exams.sheets.layout import SheetLayout
from exams.sheets.paper import Copy


@dataclass(frozen=True)
class TakenPage:
    """One page as it counts: by the machine where it was sure, by a person where it was not.

    In a single choice anything but one mark is no answer. `number` is the grid's, or empty.
    """

    subject_id: int
    form: str
    serial: str
    page: int
    answers: Mapping[str, tuple[int, ...]]
    number: str = ""


def _nothing(_by: Any, _subject_id: int, _copies: int) -> dict[str, Any]:
    return {}


def _no_file(
    _subject_id: int, _about: Mapping[str, Any], _meanwhile: Callable[[], None]
) -> bytes | None:
    return None


def _nobodys(_by: Any, _subject_id: int, _serial: str) -> bool:
    return False


@dataclass(frozen=True)
class SheetUse:
    """One use. `key` (capital letters, five at most) stands in the printed code.

    `take` is called whenever a page counts or counts otherwise, perhaps twice with the same; it
    may refuse it with a DomainError. `drop` takes it back. Both run in the caller's transaction.

    `prepare` (who orders, of what, how many) may keep the sheets of an order beforehand; what it
    returns stays with the order as JSON, and `copies_for` gets it. `pdf_for` is the whole file
    where an order is of other papers than sheets; it calls what it is given now and then.
    `is_own` keeps everybody from deciding about the sheet they filled in themselves.
    """

    key: str
    can_handle: Callable[[Any, int], bool]
    title_of: Callable[[int], str]
    address_of: Callable[[int], str]
    layouts_for: Callable[[int], Mapping[str, SheetLayout]]
    takes_sheets: Callable[[int], bool]
    copies_for: Callable[[int, int, Mapping[str, Any]], Sequence[Copy]]
    take: Callable[[TakenPage], None]
    drop: Callable[[TakenPage], None]
    prepare: Callable[[Any, int, int], dict[str, Any]] = _nothing
    pdf_for: Callable[[int, Mapping[str, Any], Callable[[], None]], bytes | None] = _no_file
    is_own: Callable[[Any, int, str], bool] = _nobodys
    # Whether sheets are ordered on the common page; else where `address_of` leads.
    prints_here: bool = True

    @property
    def slug(self) -> str:
        return self.key.lower()


_uses: dict[str, SheetUse] = {}


def register(use: SheetUse) -> None:
    """Add a use; the same key replaces the earlier one."""
    _uses[use.key] = use


def use_of(key: str) -> SheetUse | None:
    """By key or slug."""
    return _uses.get(key.upper())


def known_use(key: str) -> SheetUse:
    """Of a row of ours: a use that has kept sheets is still there."""
    return _uses[key]
