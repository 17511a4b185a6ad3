"""Dividing a class into groups, talking and writing in them, and coming back together."""

import datetime as dt
import random

from django.db import transaction
from django.utils.translation import gettext as _

from live.classroom.models import LiveClass
from live.classroom.telling import lock, tell, whisper
from live.groups import queries, rules
from live.groups.dealing import dealt, dealt_by_branch
from live.groups.errors import GroupsMovedError, NoteMovedError, NotInGroupError, TooFewError
from live.groups.models import Group, GroupMessage, GroupNote, GroupRound, GroupSeat
from lms.core import clock
from lms.members.models import Member

MOST_GROUPS = 30
MOST_MINUTES = 60
HOW = ("random", "branch")


def open_groups(
    *, by: Member, live_class_id: int, count: int, how: str, minutes: int, topic: str, once: str
) -> None:
    """Divide who is in the room; whoever comes later is seated when coming."""
    with transaction.atomic():
        held = lock(live_class_id)
        if queries.open_round(held) is not None:
            raise GroupsMovedError(_("分组讨论正在进行，先结束这一轮再分组。"))
        people = queries.here_with_branch(held)
        if len(people) < count:
            raise TooFewError(
                _("课堂里只有 %(people)s 位同志，分不成 %(count)s 组。请减少组数。")
                % {"people": len(people), "count": count}
            )
        now = clock.now()
        made = GroupRound.objects.create(
            live_class=held,
            topic=topic,
            opened_by=by,
            opened_at=now,
            ends_at=now + dt.timedelta(minutes=minutes),
        )
        if how == "random":
            members = [member for member, _branch in people]
            random.SystemRandom().shuffle(members)
            tables = dealt(members, count)
        else:
            tables = dealt_by_branch(people, count)
        for number, members in enumerate(tables, start=1):
            group = Group.objects.create(round=made, number=number)
            GroupSeat.objects.bulk_create(
                [GroupSeat(round=made, group=group, member=member) for member in members]
            )
        shown = {
            "round": made.pk,
            "count": count,
            "topic": topic,
            "ends": int(made.ends_at.timestamp() * 1000),
        }
        tell(held, "groups", shown, by=by, once=once, shown={"groups": shown})


def close_groups(*, by: Member | None, live_class_id: int, round_id: int | None = None) -> None:
    """Everybody comes back; what was written stays. Nothing if no (or another) round is open."""
    with transaction.atomic():
        held = lock(live_class_id)
        found = queries.open_round(held)
        if found is None or (round_id is not None and found.pk != round_id):
            return
        found.closed_at = clock.now()
        found.save(update_fields=["closed_at"])
        tell(held, "groups_end", {"round": found.pk}, by=by, shown={"groups": None})


def close_overdue() -> int:
    """Rounds whose time is up; how many."""
    count = 0
    for each in queries.over(clock.now()):
        close_groups(by=None, live_class_id=each.live_class_id, round_id=each.pk)
        count += 1
    return count


def take_seat(*, by: Member, live_class: LiveClass) -> Group | None:
    """The member's group of the open round, the smallest one for who has none; None: no round."""
    with transaction.atomic():
        lock(live_class.pk)
        found = queries.open_round(live_class)
        if found is None:
            return None
        own = queries.own_group(found, by)
        if own is None:
            own = queries.smallest_group(found)
            GroupSeat.objects.create(round=found, group=own, member=by)
            _ring(live_class, own)
    return own


def say_in_group(
    *, by: Member, live_class: LiveClass, leads: bool, group_id: int, text: str, once: str
) -> None:
    group = _entered(by, live_class, leads=leads, group_id=group_id)
    if queries.message_known(group, once):
        return
    GroupMessage.objects.get_or_create(
        group=group, once=once, defaults={"by": by, "text": text, "at": clock.now()}
    )
    _ring(live_class, group)


def write_note(
    *, by: Member, live_class: LiveClass, leads: bool, group_id: int, revision: int, text: str
) -> int:
    """Write the group's note, if `revision` is still the one that stands; the new revision.

    The same text again is no new revision. Raises NoteMovedError.
    """
    group = _entered(by, live_class, leads=leads, group_id=group_id)
    # One after the other: who writes holds the group.
    Group.objects.select_for_update(of=("self",), no_key=True).get(pk=group.pk)
    last = queries.note_of(group)
    stands = last.revision if last else 0
    if last is not None and last.text == text:
        return stands
    if revision != stands:
        raise NoteMovedError(
            _("%(name)s刚刚也改了小组记录，您的修改还没有保存。请对照后再保存。")
            % {"name": last.by.name if last else ""}
        )
    GroupNote.objects.create(group=group, revision=stands + 1, text=text, by=by, at=clock.now())
    _ring(live_class, group)
    return stands + 1


def _entered(by: Member, live_class: LiveClass, *, leads: bool, group_id: int) -> Group:
    group = queries.group_of(live_class.pk, group_id)
    if group is None or not rules.can_enter(by, group, leads=leads):
        raise NotInGroupError(_("您不在这个小组。"))
    if group.round.closed_at is not None or group.round.ends_at <= clock.now():
        raise GroupsMovedError(_("分组讨论已经结束，请回到课堂。"))
    return group


def _ring(live_class: LiveClass, group: Group) -> None:
    """Tell whom it concerns to look again: what is said in a group is nobody else's business."""
    for member in queries.people_of(group):
        whisper(live_class, {"group": group.pk}, to=member.pk)
    whisper(live_class, {"group": group.pk}, to="leads")
