"""What people say in a room: each verb belongs to a subject, which registers it here.

The socket and the plain page for those whose sockets are blocked both come through `say`. The reply
is given after the commit. Who speaks is who signed in, whatever the message says; the client's own
name of a message makes it one message however often it is sent.
"""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from live.classroom import queries
from live.classroom.errors import ClassMovedError, NotTheTeacherError
from live.classroom.models import ClassState, LiveClass
from live.classroom.words import not_the_teacher
from lms.core.errors import DomainError
from lms.core.plain import Refused
from lms.members.models import Member

_KEY = re.compile(r"[A-Za-z0-9]{1,24}")
# Control characters but for the end of a line; a database takes no NUL.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
MOST_NUMBER = 2**31 - 1
OPEN_STATES = (ClassState.WAITING, ClassState.ON_AIR, ClassState.PAUSED)
NOTHING_OF_OURS = "no message of ours"

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Said:
    """One message to a class `by` may see; `body` is what the browser sent, read by the methods.

    They raise Refused(422) for what no page of ours would send.
    """

    by: Member
    live_class: LiveClass
    leads: bool
    key: str
    body: Mapping[str, Any]

    @property
    def once(self) -> str:
        """For `LiveEvent.once`: the same message of the same person is one event."""
        return f"{self.by.pk}:{self.key}"

    def text(self, name: str, *, most: int, least: int = 1) -> str:
        """Words, without spaces around them, of `least` to `most` characters."""
        value = self._of(name, str)
        if len(value) > 4 * most or _UNPRINTABLE.search(value.replace("\r\n", "\n")):
            raise Refused(422, NOTHING_OF_OURS)
        value = value.replace("\r\n", "\n").strip()
        if not least <= len(value) <= most:
            raise Refused(422, NOTHING_OF_OURS)
        return value

    def number(self, name: str, *, least: int = 0, most: int = MOST_NUMBER) -> int:
        value = self._of(name, int)
        if isinstance(value, bool) or not least <= value <= most:
            raise Refused(422, NOTHING_OF_OURS)
        return value

    def choice(self, name: str, among: Container[str]) -> str:
        value = self._of(name, str)
        if value not in among:
            raise Refused(422, NOTHING_OF_OURS)
        return value

    def flag(self, name: str) -> bool:
        return self._of(name, bool)

    def _of(self, name: str, kind: type[Kept]) -> Kept:
        value = self.body.get(name)
        if not isinstance(value, kind):
            raise Refused(422, NOTHING_OF_OURS)
        return value


Verb = Callable[[Said], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Registered:
    verb: Verb
    running_only: bool
    leads_only: bool
    is_grouped: bool


_verbs: dict[str, _Registered] = {}


def register(
    name: str,
    verb: Verb,
    *,
    running_only: bool = True,
    leads_only: bool = False,
    is_grouped: bool = False,
) -> None:
    """`verb(said)` does what is asked for, in a transaction; what it returns goes into the reply.

    `running_only`: in a room that is open. `leads_only`: by whoever leads the class. `is_grouped`:
    many ask for it at once, each quickly done, so those of a room are written down together.
    """
    _verbs[name] = _Registered(verb, running_only, leads_only, is_grouped)


def is_grouped(said: Mapping[str, Any]) -> bool:
    name = said.get("do")
    found = _verbs.get(name) if isinstance(name, str) else None
    return found is not None and found.is_grouped


def say(*, by: Member, live_class_id: int, said: Mapping[str, Any]) -> dict[str, Any]:
    """Do what a message asks for; the reply: `ok` with the message's own name, or `no` and `why`.

    Raises Refused: 404 for a class that is not for `by`, 422 for what is no message of ours.
    """
    seen = queries.class_and_lead(by, live_class_id)
    if seen is None:
        raise Refused(404, "class")
    live_class, leads = seen
    name, key = said.get("do"), said.get("id")
    found = _verbs.get(name) if isinstance(name, str) else None
    if found is None or not isinstance(key, str) or not _KEY.fullmatch(key):
        raise Refused(422, NOTHING_OF_OURS)
    try:
        if found.leads_only and not leads:
            raise NotTheTeacherError(not_the_teacher())
        if found.running_only and live_class.state not in OPEN_STATES:
            raise ClassMovedError(_("课堂现在没有开放。"))
        with transaction.atomic():
            more = found.verb(Said(by, live_class, leads, key, said))
    except DomainError as refused:
        return {"no": type(refused).__name__, "why": refused.message, "id": key}
    return {"ok": key, **more}
