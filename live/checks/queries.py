"""What was asked in a class, what was answered, and what of it somebody may be told."""

import datetime as dt
import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localtime

from exams.questions.models import Question, QuestionState
from exams.questions.queries import visible_questions
from exams.questions.stems import plain_stem
from exams.questions.types import question_type
from live.checks.counting import Tally, options_of, right_places, tally, tally_written
from live.checks.models import Check, CheckAnswer, CheckKind, Puzzled
from live.classroom.models import LiveClass
from live.classroom.proofs import Asked
from lms.core import clock

# The types a room can answer with its thumbs and a chart can show, and those of a few words.
WRITTEN = ("blank", "numeric")
TYPES = ("single", "multiple", "true_false", *WRITTEN)
MOST_FOUND = 20
# Of what was written so many answers are listed; of the right spellings, so many characters told.
MOST_LISTED, MOST_RIGHT_CHARS = 8, 4_000


def check_in(live_class_id: int, check_id: int) -> Check | None:
    return (
        Check.objects.filter(live_class=live_class_id, pk=check_id)
        .select_related("live_class", "version")
        .first()
    )


def checks_of(live_class: LiveClass) -> QuerySet[Check]:
    """In the order they were asked."""
    return (
        Check.objects.filter(live_class=live_class)
        .select_related("version")
        .order_by("opened_at", "pk")
    )


def is_open(check: Check, now: dt.datetime) -> bool:
    return check.closed_at is None and (check.closes_at is None or now <= check.closes_at)


def answer_of(check: Check, member_id: int) -> CheckAnswer | None:
    return CheckAnswer.objects.filter(check_asked=check, member=member_id).first()


# --- Adding up ------------------------------------------------------------------------------------


def tally_of(check: Check) -> Tally:
    """What was answered in the class itself."""
    rows = (
        CheckAnswer.objects.filter(check_asked=check, is_make_up=False)
        .values("answer")
        .annotate(count=Count("pk"))
        .values_list("answer", "count")
    )
    return _tally(check, rows)


def _tally(check: Check, answers: Iterable[tuple[dict[str, Any], int]]) -> Tally:
    if check.type in WRITTEN:
        key = check.version.key if check.version is not None else {}
        share = question_type(check.type).share
        return tally_written(
            (typed(check, answer), count, share(check.content, key, answer) == 1)
            for answer, count in answers
        )
    return tally(check.type, check.content, check.arrangement, answers)


def typed(check: Check, answer: Mapping[str, Any]) -> str:
    """What was written into the fields of a question, as one text; the page puts it together so."""
    fields = question_type(check.type).written(check.content, check.arrangement, answer)
    return "；".join(text for texts in fields.values() for text in texts)


def tallies_of(checks: Sequence[Check]) -> dict[int, Tally]:
    """As `tally_of`, of many in one statement."""
    rows = (
        CheckAnswer.objects.filter(check_asked__in=[check.pk for check in checks], is_make_up=False)
        .values("check_asked", "answer")
        .annotate(count=Count("pk"))
        .values_list("check_asked", "answer", "count")
    )
    answers: dict[int, list[tuple[dict[str, Any], int]]] = {}
    for check_id, answer, count in rows:
        answers.setdefault(check_id, []).append((answer, count))
    return {check.pk: _tally(check, answers.get(check.pk, ())) for check in checks}


def roll_answers(live_class: LiveClass) -> dict[int, list[CheckAnswer]]:
    """Who answered each round of each roll call, by the id of the round, in order."""
    found: dict[int, list[CheckAnswer]] = {}
    rows = CheckAnswer.objects.filter(
        check_asked__live_class=live_class, check_asked__kind=CheckKind.ROLL, is_make_up=False
    )
    for row in rows.select_related("member").order_by("at"):
        found.setdefault(row.check_asked_id, []).append(row)
    return found


def present_at(check: Check) -> QuerySet[CheckAnswer]:
    """Who answered a roll call, both rounds of it, the first to answer first."""
    rounds = Q(check_asked=check) | Q(check_asked__first=check)
    if check.first_id is not None:
        rounds |= Q(check_asked=check.first_id)
    return (
        CheckAnswer.objects.filter(rounds, is_make_up=False).select_related("member").order_by("at")
    )


def roll_calls(live_class: LiveClass) -> Asked:
    """How often the roll was called, and who answered, in either round."""
    first_rounds = Check.objects.filter(live_class=live_class, kind=CheckKind.ROLL, first=None)
    found: Counter[int] = Counter()
    seen: set[tuple[int, int]] = set()
    rows = CheckAnswer.objects.filter(
        check_asked__live_class=live_class, check_asked__kind=CheckKind.ROLL, is_make_up=False
    ).values_list("member_id", "check_asked__first_id", "check_asked_id")
    for member_id, first_id, check_id in rows:
        if (member_id, first_id or check_id) not in seen:
            seen.add((member_id, first_id or check_id))
            found[member_id] += 1
    return Asked(first_rounds.count(), found)


# --- What is told ---------------------------------------------------------------------------------


def public(check: Check) -> dict[str, Any]:
    """What everybody in the room may know of it: the question, never what is right."""
    said: dict[str, Any] = {"id": check.pk, "kind": check.kind, "opened": _ms(check.opened_at)}
    if check.kind == CheckKind.ROLL:
        return {**said, "closes": _ms(check.closes_at), "first": check.first_id}
    said |= {"type": check.type, "question": check.question}
    if check.type in WRITTEN:
        fields = {"blanks": check.content.get("blanks", 1), "unit": check.content.get("unit", "")}
        return {**said, "options": [], **fields}
    return {**said, "options": options_of(check.type, check.content, check.arrangement)}


def outcome(check: Check, counted: Tally | None = None) -> dict[str, Any]:
    """What is told when it has been revealed: the figures, and of a question what is right."""
    counted = counted or tally_of(check)
    said: dict[str, Any] = {"counts": list(counted.counts), "answered": counted.answered}
    if check.version is not None:
        type_ = question_type(check.type)
        if check.type in WRITTEN:
            said |= _told_of_written(counted)
        else:
            said["right"] = right_places(check.type, check.version.key, check.arrangement)
        said["words"] = type_.key_words(check.content, check.version.key)
        said["explanation"] = plain_stem(check.version.explanation)
    return said


def _told_of_written(counted: Tally) -> dict[str, Any]:
    """What is right, and how many wrote anything else: nobody's words come before the whole class
    unread. `rights` is None where there are too many spellings to tell each whether it was right.
    """
    right = [one for one in counted.written if one.is_right]
    is_short = sum(map(len, counted.rights)) <= MOST_RIGHT_CHARS
    return {
        "written": [[one.text, one.count, True] for one in right[:MOST_LISTED]],
        "others": counted.answered - sum(one.count for one in right),
        "rights": list(counted.rights) if is_short else None,
    }


def mine(check: Check, found: CheckAnswer) -> dict[str, Any]:
    """One's own answer as the screen shows it."""
    said: dict[str, Any] = {"at": _ms(found.at), "later": found.is_make_up}
    if check.type:
        type_ = question_type(check.type)
        said["sent"] = type_.written(check.content, check.arrangement, found.answer)
        if check.version is not None and (check.told_at is not None or found.is_make_up):
            said["right"] = type_.share(check.content, check.version.key, found.answer) == 1
    return said


def answers_of(live_class: LiveClass, member_id: int) -> dict[str, dict[str, Any]]:
    """One's own answers in a class by the id of what was asked."""
    rows = CheckAnswer.objects.filter(
        check_asked__live_class=live_class, member=member_id
    ).select_related("check_asked__version")
    return {str(row.check_asked_id): mine(row.check_asked, row) for row in rows}


def _ms(moment: dt.datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


# --- Watching it again ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cue:
    """What is asked again when the recording comes to the moment `at` (server's ms)."""

    check_id: int
    at: int
    said: Mapping[str, Any]


def cues(live_class: LiveClass) -> list[Cue]:
    """What the replay asks and when, in order; of a roll call the first round alone."""
    return [
        Cue(check.pk, int(check.opened_at.timestamp() * 1000), public(check))
        for check in checks_of(live_class)
        if check.first_id is None
    ]


# --- The bank -------------------------------------------------------------------------------------


def bank(by: Any, wanted: str) -> list[dict[str, Any]]:
    """Questions `by` may ask here, with words found in them; no key goes out."""
    found = visible_questions(by).filter(kind__in=TYPES, state=QuestionState.READY)
    if wanted:
        found = found.filter(current__stem__icontains=wanted)
    return [
        {
            "id": question.pk,
            "kind": str(question.get_kind_display()),
            "question": plain_stem(question.current.stem) if question.current else "",
        }
        for question in found[:MOST_FOUND]
    ]


def bank_question(by: Any, question_id: int) -> Question | None:
    found = visible_questions(by).filter(kind__in=TYPES, state=QuestionState.READY)
    return found.filter(pk=question_id).first()


# --- Who did not follow ---------------------------------------------------------------------------


@cache
def _key() -> bytes:
    return hashlib.sha256(b"live.checks.puzzled" + settings.SECRET_KEY.encode()).digest()


def whose(live_class_id: int, minute: dt.datetime, member_id: int) -> str:
    """The same for one person in one minute of one class, and like nothing else."""
    said = f"{live_class_id}/{int(minute.timestamp())}/{member_id}"
    return hmac.digest(_key(), said.encode(), hashlib.sha256)[:16].hex()


def puzzled_minutes(live_class: LiveClass) -> list[dict[str, Any]]:
    """How many by minute and slide, in order; minutes with nobody are left out."""
    rows = (
        Puzzled.objects.filter(live_class=live_class)
        .values("minute", "slide")
        .annotate(count=Count("pk"))
        .order_by("minute", "slide")
    )
    return [
        {
            "at": _ms(row["minute"]),
            "clock": f"{localtime(row['minute']):%H:%M}",
            "slide": row["slide"],
            "count": row["count"],
        }
        for row in rows
    ]


def puzzled_now(live_class_id: int) -> int:
    """How many in this minute and the last."""
    since = this_minute() - dt.timedelta(minutes=1)
    return Puzzled.objects.filter(live_class=live_class_id, minute__gte=since).count()


def this_minute() -> dt.datetime:
    return clock.now().replace(second=0, microsecond=0)
