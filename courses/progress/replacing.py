"""A lesson's recording shows another content: sittings keep their moments, progress follows.

What was claimed in a sitting is never rewritten; the lesson gets another edition, and progress is
computed anew from the sittings as they are worth in it. The edition is written in the transaction
that exchanges the content, so the two cannot come apart; the members' rows follow in batches, and
each row says of which edition it is, so that this may be broken off and run again at any time.
"""

import uuid

from django.db import transaction
from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from courses.catalogue.queries import LessonTerms, lesson_terms
from courses.catalogue.services import fill_from_asset
from courses.progress import queries
from courses.progress.editions import Step
from courses.progress.intervals import Completion, Standing, standing
from courses.progress.models import Edition, LessonProgress, WatchSession
from courses.progress.queries import Editions
from courses.progress.services import SETTLED, complete, take_over
from lms.core import clock
from lms.core.tasks import enqueue
from media_pipeline.editing import Mapping, as_lists

MEMBERS_A_BATCH = 500


def follow_replacement(
    *,
    asset_id: uuid.UUID,
    replacement_id: int,
    mapping: Mapping,
    duration_ms: int,
    is_undo: bool,
) -> None:
    """Give every lesson with this recording its new content. In the caller's transaction.

    `mapping` leads from what was shown to what is. Told twice, nothing more happens.
    """
    with transaction.atomic():
        fill_from_asset(asset_id=asset_id)  # also holds the lessons' rows
        for lesson_id in queries.lessons_showing(asset_id):
            if _show_edition(lesson_id, replacement_id, mapping, duration_ms, is_undo):
                _move_positions(lesson_id, mapping)
                _close_open_sessions(lesson_id)
        enqueue("courses.settle_editions")


def _show_edition(
    lesson_id: int, replacement_id: int, mapping: Mapping, duration_ms: int, is_undo: bool
) -> bool:
    """False if the lesson shows that content already."""
    rows = Edition.objects.select_for_update().filter(lesson_id=lesson_id)
    editions = list(rows.order_by("number"))
    shown = next((row for row in editions if row.is_shown), None)
    # A lesson that came to the recording after it was replaced has no edition to go back to.
    known_as = -replacement_id if is_undo else replacement_id
    if shown is not None and shown.replacement_id == known_as:
        return False
    Edition.objects.filter(lesson_id=lesson_id).update(is_shown=False)
    if is_undo and shown is not None and shown.replacement_id == replacement_id:
        Edition.objects.filter(lesson_id=lesson_id, number=shown.parent).update(is_shown=True)
        Edition.objects.filter(pk=shown.pk).update(is_settled=False)
        return True
    Edition.objects.create(
        lesson_id=lesson_id,
        number=max((row.number for row in editions), default=0) + 1,
        parent=shown.number if shown else 0,
        moments=as_lists(mapping),
        duration_ms=duration_ms,
        is_shown=True,
        is_settled=False,
        replacement_id=known_as,
        created_at=clock.now(),
    )
    return True


def _move_positions(lesson_id: int, mapping: Mapping) -> None:
    """Where members stopped, as `editing.nearest_ms` has it: they go on from there."""
    position = F("position_ms")
    whens = []
    after = 0
    for moved in mapping:
        whens.append(When(position_ms__lt=moved.start, then=Value(moved.at)))
        whens.append(When(position_ms__lt=moved.end, then=position + Value(moved.offset)))
        after = moved.end + moved.offset
    moved_to = Case(*whens, default=Value(after), output_field=IntegerField())
    WatchSession.objects.filter(lesson_id=lesson_id).update(position_ms=moved_to)


def _close_open_sessions(lesson_id: int) -> None:
    """Nobody goes on under a ticket for the old content; what still comes under it counts there."""
    moment = clock.now()
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    still_open = WatchSession.objects.filter(lesson_id=lesson_id, closed_at__isnull=True)
    still_open.update(closed_at=Greatest(Value(moment), F("opened_at"), F("last_beat_at")))


# --- Progress follows -----------------------------------------------------------------------------


def settle_editions() -> int:
    """Compute anew whatever progress is about another content than the one shown; how many."""
    count = 0
    for lesson_id in queries.lessons_unsettled():
        terms = lesson_terms(lesson_id)
        while terms and (members := queries.behind_edition(lesson_id, MEMBERS_A_BATCH)):
            count += _settle_members(terms, members)
        Edition.objects.filter(lesson_id=lesson_id).update(is_settled=True)
    return count


def _settle_members(terms: LessonTerms, member_ids: list[int]) -> int:
    completion = Completion(terms.duration_ms, terms.completion_share)
    with transaction.atomic():
        now = clock.now()
        rows = LessonProgress.objects.select_for_update(no_key=True).filter(
            lesson_id=terms.lesson_id, member_id__in=member_ids
        )
        progresses = list(rows.order_by("pk"))
        editions = queries.editions_of(terms.lesson_id)
        sessions = queries.sessions_of_members(terms.lesson_id, member_ids)
        for progress in progresses:
            own = queries.as_shown(sessions.get(progress.member_id, []), editions)
            verified = standing([session.as_watch() for session in own], completion)
            take_over(progress, verified, completion, editions.shown, now)
            if verified.is_complete:
                complete(progress, now)
        LessonProgress.objects.bulk_update(progresses, SETTLED)
    return len(progresses)


# --- Told before ----------------------------------------------------------------------------------


def consequences(asset_id: uuid.UUID, mapping: Mapping, duration_ms: int) -> list[str]:
    """What another content of a recording would mean for who has studied it, in sentences."""
    done = kept = completing = lost = 0
    for lesson_id in queries.lessons_showing(asset_id):
        terms = lesson_terms(lesson_id)
        done += queries.completed_at_lesson(lesson_id)
        if terms is None:
            continue
        for verified in _foreseen(terms, mapping, duration_ms):
            completing += verified.is_complete
            kept += not verified.is_complete and bool(verified.covered)
            lost += not verified.covered
    return [
        sentence % {"count": count}
        for count, sentence in (
            (done, _("%(count)d 人已学完：完成记录和已计学时不变。")),
            (kept, _("%(count)d 人的学习进度保留。")),
            (completing, _("%(count)d 人剩下的内容都已学过，替换后即算学完。")),
            (lost, _("%(count)d 人看过的部分不在新视频里，进度从头算。")),
        )
        if count
    ]


def _foreseen(terms: LessonTerms, mapping: Mapping, duration_ms: int) -> list[Standing]:
    """How everybody would stand who has watched something and has not completed the lesson."""
    completion = Completion(duration_ms, terms.completion_share)
    editions = queries.editions_of(terms.lesson_id)
    number = max((step.number for step in editions.steps), default=0) + 1
    would_be = Editions(
        steps=(*editions.steps, Step(number, editions.shown, mapping)), shown=number
    )
    members = queries.studying(terms.lesson_id)
    found = []
    for first in range(0, len(members), MEMBERS_A_BATCH):
        batch = members[first : first + MEMBERS_A_BATCH]
        for sessions in queries.sessions_of_members(terms.lesson_id, batch).values():
            own = queries.as_shown(sessions, would_be)
            found.append(standing([session.as_watch() for session in own], completion))
    return found
