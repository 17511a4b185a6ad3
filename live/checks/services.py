"""Asking everybody in a class at once: opened, answered, shut, told."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.utils.translation import gettext as _

from exams.questions.models import QuestionVersion
from exams.questions.stems import plain_stem
from exams.questions.types import AnswerError, WrittenWrongError, question_type
from live.checks import queries
from live.checks.errors import CheckClosedError, CheckContentError
from live.checks.models import Check, CheckAnswer, CheckKind, Puzzled
from live.checks.words import nothing_given
from live.classroom.models import ClassState, LiveClass
from live.classroom.telling import lock, tell, whisper
from lms.core import clock
from lms.members.models import Member

MOST_OPTIONS = 8
SHORTEST_ROLL, LONGEST_ROLL = 60, 180
# What is said at the last moment is still on its way.
ON_ITS_WAY = dt.timedelta(seconds=2)
# The live chart is told at most so often; the console looks by itself, and the end tells the last.
CHART_SECONDS = 1


# --- Asking ---------------------------------------------------------------------------------------


def open_poll(
    *,
    by: Member,
    live_class: LiveClass,
    question: str,
    options: Sequence[str],
    is_multiple: bool = False,
    once: str | None = None,
) -> Check:
    """Ask something made up on the spot; nothing of it is right or wrong."""
    content = {"options": [text.strip() for text in options]}
    type_ = question_type("multiple" if is_multiple else "single")
    try:
        # A poll is whole where its options are; the types also ask for a key, any will do.
        key = {"correct": [0], "scoring": "all"} if is_multiple else {"correct": 0}
        type_.check(content, key)
    except WrittenWrongError as problem:
        raise CheckContentError(_("请至少写两个选项，每项都不能空。")) from problem
    if len(content["options"]) > MOST_OPTIONS:
        raise CheckContentError(
            _("选项太多，手机上放不下。最多 %(most)s 项。") % {"most": MOST_OPTIONS}
        )
    return _open(
        by, live_class, once, kind=CheckKind.POLL, question=question.strip(), type=type_.name,
        content=content,
    )  # fmt: skip


def open_quiz(
    *, by: Member, live_class: LiveClass, question_id: int, once: str | None = None
) -> Check:
    """Ask a question of the bank; what is right stays on the server until it is told."""
    found = queries.bank_question(by, question_id)
    version: QuestionVersion | None = found.current if found is not None else None
    if version is None:
        raise CheckContentError(_("这道题已停用，或者不是选择、判断、填空、数值题。请另选一道。"))
    order = question_type(version.kind).arrangement(version.content, random.SystemRandom())
    return _open(
        by, live_class, once, kind=CheckKind.QUIZ, question=plain_stem(version.stem)[:1000],
        type=version.kind, content=version.content, arrangement=order, version=version,
    )  # fmt: skip


def call_roll(
    *,
    by: Member,
    live_class: LiveClass,
    seconds: int,
    first: Check | None = None,
    once: str | None = None,
) -> Check:
    """Everybody says once that they are here; with `first`, whoever missed that round."""
    if not SHORTEST_ROLL <= seconds <= LONGEST_ROLL:
        raise CheckContentError(_("点名时间请选 60 到 180 秒。"))
    if first is not None and (first.kind != CheckKind.ROLL or first.first_id is not None):
        raise CheckContentError(_("第二轮点名要接在一次点名之后。"))
    closes = clock.now() + dt.timedelta(seconds=seconds)
    return _open(by, live_class, once, kind=CheckKind.ROLL, closes_at=closes, first=first)


def _open(by: Member, live_class: LiveClass, once: str | None, **facts: Any) -> Check:
    with transaction.atomic():
        held = lock(live_class.pk)
        known = _asked_before(held, once)
        if known is not None:
            return known
        if facts.get("first") is not None and hasattr(facts["first"], "second"):
            raise CheckContentError(_("这次点名已经有第二轮了。需要再点，请重新点名。"))
        _shut_open(held, by)
        check = Check.objects.create(live_class=held, opened_at=clock.now(), by=by, **facts)
        said = {**queries.public(check), "state": "open"}
        tell(held, "check_open", {"check": said}, by=by, once=once, shown={"check": said})
    return check


def _asked_before(held: LiveClass, once: str | None) -> Check | None:
    """What the same message has asked already."""
    if once is None:
        return None
    event = held.events.filter(once=once).first()
    return queries.check_in(held.pk, event.body["check"]["id"]) if event is not None else None


def _shut_open(held: LiveClass, by: Member | None) -> None:
    for check in Check.objects.select_for_update().filter(live_class=held, closed_at=None):
        _shut(held, check, by)


# --- Ending ---------------------------------------------------------------------------------------


def shut_check(*, by: Member, live_class: LiveClass, check_id: int) -> Check:
    """No more answers; the figures as they are then go to who leads. Again is the same."""
    with transaction.atomic():
        held = lock(live_class.pk)
        check = Check.objects.select_for_update().get(pk=_known(held, check_id).pk)
        if check.closed_at is None:
            _shut(held, check, by)
    return check


def _shut(held: LiveClass, check: Check, by: Member | None) -> None:
    check.closed_at = clock.now()
    check.save(update_fields=["closed_at"])
    said = {**queries.public(check), "state": "shut", "answered": queries.tally_of(check).answered}
    tell(held, "check_shut", {"check": said}, by=by, shown={"check": said})
    whisper(held, {"check": chart(check)}, to="leads")


def tell_check(*, by: Member, live_class: LiveClass, check_id: int) -> Check:
    """Everybody sees the figures and, of a question, what is right; answers end with it."""
    with transaction.atomic():
        held = lock(live_class.pk)
        check = (
            Check.objects.select_for_update(of=("self",))
            .select_related("version")
            .get(pk=_known(held, check_id).pk)
        )
        if check.kind == CheckKind.ROLL:
            raise CheckContentError(_("点名没有结果要公布。"))
        if check.told_at is None:
            check.told_at = clock.now()
            check.closed_at = check.closed_at or check.told_at
            check.save(update_fields=["told_at", "closed_at"])
            said = {**queries.public(check), "state": "told", **queries.outcome(check)}
            tell(held, "check_told", {"check": said}, by=by, shown={"check": said})
    return check


def put_away(*, by: Member, live_class: LiveClass) -> None:
    """Nothing stands before the picture any more; what is still open is shut."""
    with transaction.atomic():
        held = lock(live_class.pk)
        _shut_open(held, by)
        if held.shown.get("check") is not None:
            tell(held, "check_away", {}, by=by, shown={"check": None})


def _known(held: LiveClass, check_id: int) -> Check:
    check = queries.check_in(held.pk, check_id)
    if check is None:
        raise CheckContentError(_("没有找到这一项，请刷新页面。"))
    return check


# --- Answering ------------------------------------------------------------------------------------


def answer(
    *, by: Member, live_class: LiveClass, check_id: int, sent: Mapping[str, Sequence[str]]
) -> tuple[Check, CheckAnswer]:
    """Answer what is open, once; the same again is the answer that stands.

    A roll call takes `sent` empty: it is the server's clock that says whether it was in time.
    """
    check = _held_open(live_class, check_id)
    known = queries.answer_of(check, by.pk)
    if known is None and check.first_id is not None:
        known = CheckAnswer.objects.filter(check_asked=check.first_id, member=by).first()
    if known is not None:
        return check, known
    now = clock.now()
    if not queries.is_open(check, now - ON_ITS_WAY):
        raise CheckClosedError(_("已经结束，这次没有收。"))
    found = _keep(check, by, _read(check, sent), now, is_make_up=False)
    if cache.add(f"live-check/{check.pk}", 1, timeout=CHART_SECONDS):
        whisper(live_class, {"check": chart(check)}, to="leads")
    return check, found


def answer_later(
    *, by: Member, live_class: LiveClass, check_id: int, sent: Mapping[str, Sequence[str]]
) -> tuple[Check, CheckAnswer]:
    """Answer when watching the class again; once, and apart from what was answered in it."""
    if live_class.state != ClassState.CLOSED:
        raise CheckClosedError(_("课还没有结束，请在课堂里作答。"))
    check = _known(live_class, check_id)
    known = queries.answer_of(check, by.pk)
    if known is None:
        known = _keep(check, by, _read(check, sent), clock.now(), is_make_up=True)
    return check, known


def chart(check: Check) -> dict[str, Any]:
    """The figures for who leads, while it goes on."""
    if check.kind == CheckKind.ROLL:
        return {"id": check.pk, "answered": queries.present_at(check).count(), "counts": []}
    counted = queries.tally_of(check)
    said = {"id": check.pk, "answered": counted.answered, "counts": list(counted.counts)}
    if check.type in queries.WRITTEN:
        said["written"] = [[one.text, one.count] for one in counted.written[: queries.MOST_LISTED]]
    return said


def _held_open(live_class: LiveClass, check_id: int) -> Check:
    """The check, which nobody ends before this transaction does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM live_check WHERE id = %s FOR SHARE", [check_id])
    return _known(live_class, check_id)


def _read(check: Check, sent: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    if not check.type:
        return {}
    try:
        found = question_type(check.type).read(check.content, check.arrangement, sent)
    except AnswerError as problem:
        raise CheckContentError(_("没有看懂这个回答，请重新作答。")) from problem
    if not found:
        raise CheckContentError(nothing_given(check.type in queries.WRITTEN))
    return found


def _keep(
    check: Check, by: Member, said: dict[str, Any], now: dt.datetime, *, is_make_up: bool
) -> CheckAnswer:
    rows = [CheckAnswer(check_asked=check, member=by, answer=said, at=now, is_make_up=is_make_up)]
    CheckAnswer.objects.bulk_create(rows, ignore_conflicts=True)
    return CheckAnswer.objects.get(check_asked=check, member=by)


# --- Not following --------------------------------------------------------------------------------


def not_followed(*, by: Member, live_class: LiveClass) -> bool:
    """Somebody does not follow; False where they have said so in this minute already."""
    minute = queries.this_minute()
    before = Puzzled.objects.filter(live_class=live_class, minute=minute)
    whose = queries.whose(live_class.pk, minute, by.pk)
    if before.filter(whose=whose).exists():
        return False
    Puzzled.objects.bulk_create(
        [Puzzled(live_class=live_class, minute=minute, slide=_slide(live_class), whose=whose)],
        ignore_conflicts=True,
    )
    if cache.add(f"live-puzzled/{live_class.pk}", 1, timeout=CHART_SECONDS):
        whisper(live_class, {"puzzled": queries.puzzled_now(live_class.pk)}, to="leads")
    return True


def _slide(live_class: LiveClass) -> str:
    """Which slide is shown, as far as its subject says so."""
    shown = live_class.shown.get("slide")
    page = shown.get("n") if isinstance(shown, dict) else None
    return str(page)[:40] if isinstance(page, int | str) else ""
