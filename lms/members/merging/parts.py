"""The slot where other packages say what a merge means for what they keep of a person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from lms.members.merging.models import RecordMerge


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a preview, side by side.

    Of a merge: the kept record, the one to be merged, and what becomes of both. Of an undoing: the
    record as it is, and the two as they will be.
    """

    label: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    third: tuple[str, ...]


class Part(Protocol):
    """What one package does in a merge; all of it within the transaction of the confirmation."""

    def obstacles(self, merge: RecordMerge) -> Iterable[str]:
        """Sentences on what is to be settled first."""

    def preview(self, merge: RecordMerge) -> Iterable[Row]:
        """What `carry` or `give_back` will do."""

    def carry(self, merge: RecordMerge) -> None:
        """Bring over to the kept record what the lost one has."""

    def give_back(self, merge: RecordMerge) -> None:
        """Undo what `carry` did for `merge.undoes`."""


_parts: dict[str, Part] = {}


def register(name: str, part: Part) -> None:
    """Let `part` take part in every merge; the same name replaces."""
    _parts[name] = part


def parts() -> Iterator[Part]:
    """All that is registered, in the order of the names."""
    for name in sorted(_parts):
        yield _parts[name]
