"""The places named in the header and the bottom bar; each package registers its own.

A registry, so that the ground floor names no page of the packages above it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.core.access import PUBLIC, SIGNED_IN, Access


@dataclass(frozen=True)
class Place:
    """One destination: shown to whom `access` allows, in ascending `order`."""

    key: str
    label: str | Promise
    path: str
    icon: str
    access: Access
    order: int
    short_label: str | Promise = ""
    in_elder: bool = True
    in_bottom: bool = True
    in_header: bool = True
    # Where a page may ask, when it has time, how much is new there: {"count": 3}.
    count_path: str = ""

    def is_current(self, path: str) -> bool:
        return path == self.path if self.path == "/" else path.startswith(self.path)


_places: dict[str, Place] = {}


def register(place: Place) -> None:
    """Add a place; the same key replaces the earlier one."""
    _places[place.key] = place


def places_for(user: Any) -> list[Place]:
    """The places this person may go to, in order."""
    return sorted(
        (place for place in _places.values() if place.access.allows(user)),
        key=lambda place: place.order,
    )


def width_of(label: str) -> int:
    """About how many pixels a place takes in the header: its letters, and the room around them."""
    return 28 + sum(17 if ord(letter) > 0x2E80 else 9 for letter in label)


def register_all(places: Iterable[Place]) -> None:
    for place in places:
        register(place)


register_all(
    [
        Place("home", _("首页"), "/", "home", PUBLIC, 10),
        Place("courses", _("课程"), "/courses/", "course", SIGNED_IN, 20),
        Place("archive", _("我的档案"), "/archive/", "archive", SIGNED_IN, 40, _("档案")),
    ]
)
