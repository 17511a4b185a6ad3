"""Putting people on the list: by themselves, by a helper, by the host, from paper."""

import datetime as dt
from collections.abc import Sequence

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from exams.gatherings import queries, rules
from exams.gatherings.errors import (
    AlreadyPresentError,
    NotFoundOnRosterError,
    SignInClosedError,
    TooManyTriesError,
)
from exams.gatherings.models import Gathering, GatheringState, How, Presence
from exams.gatherings.paper import Found, numbers_written, plain_name, read_list
from exams.gatherings.services import hold, require_host
from lms.core import clock
from lms.core.states import StateMovedError
from lms.members.models import Member
from lms.members.queries import branch_on

# Whoever scanned in time may sign in first and then confirm.
SCAN_LASTS = dt.timedelta(minutes=10)
# Nobody tries out six digits: so many codes in so many seconds.
MOST_TRIES, TRIES_SECONDS = 10, 600
# 帮学 is sitting beside somebody, not signing in a whole branch.
MOST_HELPED = 2


def join_by_scan(*, member: Member, gathering_id: int, scanned_at: dt.datetime) -> Presence:
    """The member has scanned what the screen showed at `scanned_at`, and says: I am here."""
    gathering = queries.open_gathering(gathering_id)
    if gathering is None or clock.now() > scanned_at + SCAN_LASTS:
        raise SignInClosedError(_("扫码已过期或学习已结束。请重新扫描屏幕上的二维码。"))
    return _enter(gathering, member, how=How.QR, by=member)


def join_by_code(*, member: Member, code: str) -> Presence:
    """The member has typed the digits from the screen."""
    key = f"gathering-code/{member.pk}"
    cache.add(key, 0, TRIES_SECONDS)
    if cache.incr(key) > MOST_TRIES:
        raise TooManyTriesError(_("输入次数太多，请过十分钟再试，或请主持人当面登记。"))
    gathering = queries.gathering_by_code(code)
    if gathering is None:
        raise NotFoundOnRosterError(_("签到码不对或已更换。请看屏幕上现在的六位数字，重新输入。"))
    entered = _enter(gathering, member, how=How.CODE, by=member)
    cache.delete(key)
    return entered


def help_join(*, by: Member, gathering: Gathering, number: str, name: str) -> Presence:
    """帮学: `by`, who is present, brings in who sits beside them; both names are kept."""
    with transaction.atomic():
        held = hold(gathering)
        own = queries.presence_of(held, by)
        if own is None or held.state != GatheringState.OPEN:
            raise SignInClosedError(_("学习进行中、您自己签到以后，才能帮身边的同志签到。"))
        if len(queries.helped_by(held, by)) >= MOST_HELPED:
            raise SignInClosedError(
                _("一人最多帮 %(most)s 位同志签到，其余请主持人当面登记。") % {"most": MOST_HELPED}
            )
        member = _member_named(number, name)
        return _enter(held, member, how=own.how, by=by, helper=by)


def tick_members(
    *, by: Member, gathering: Gathering, member_ids: Sequence[int], late_reason: str = ""
) -> int:
    """The host sees these of the branch in the room; how many were new on the list."""
    require_host(by, gathering)
    absent = queries.absent_members(gathering).filter(pk__in=list(member_ids))
    return _enter_all(gathering, list(absent), how=How.TICK, by=by, late_reason=late_reason)


def tick_guest(
    *, by: Member, gathering: Gathering, number: str, name: str, late_reason: str = ""
) -> Presence:
    """The host attests a member of another branch (流动党员), named by number and name."""
    require_host(by, gathering)
    member = _member_named(number, name)
    return _enter(gathering, member, how=How.TICK, by=by, late_reason=late_reason)


def read_paper(*, by: Member, gathering: Gathering, text: str) -> Found:
    """Who a list on paper names, and which of its lines nobody can be found for."""
    require_host(by, gathering)
    return read_list(
        text,
        own=queries.own_people(gathering),
        guests=queries.guests_by_number(gathering, numbers_written(text)),
        present=set(queries.presences_of(gathering).values_list("member_id", flat=True)),
    )


def save_paper(*, by: Member, gathering: Gathering, text: str, late_reason: str = "") -> int:
    """Put everybody on the list whom the paper names without doubt; how many were new."""
    found = read_paper(by=by, gathering=gathering, text=text)
    members = list(Member.objects.filter(pk__in=[person.pk for person in found.people]))
    return _enter_all(gathering, members, how=How.PAPER, by=by, late_reason=late_reason)


def remove_presence(*, by: Member, gathering: Gathering, presence_id: int) -> None:
    """Take somebody off the list who was put on it by mistake; not once confirmed."""
    with transaction.atomic():
        held = hold(gathering)
        require_host(by, held)
        presence = queries.presences_of(held).filter(pk=presence_id).first()
        if presence is None or held.state == GatheringState.CANCELLED:
            raise StateMovedError(_("名单刚刚有变动，请刷新页面。"))
        if presence.confirmed_at is not None:
            raise StateMovedError(_("已经确认的记录不能移出，请通过更正办理。"))
        if held.witness_id == presence.member_id:
            Gathering.objects.filter(pk=held.pk).update(witness=None)
        presence.delete()


# --- Putting in -----------------------------------------------------------------------------------


def _member_named(number: str, name: str) -> Member:
    """Number and name have to agree, so that nobody learns names by trying numbers."""
    found = Member.objects.filter(number=number.strip()).first()
    if found is None or plain_name(found.name) != plain_name(name):
        raise NotFoundOnRosterError(_("党员编号和姓名对不上，请核对后重新填写。"))
    return found


def _enter(
    gathering: Gathering,
    member: Member,
    *,
    how: str,
    by: Member,
    helper: Member | None = None,
    late_reason: str = "",
) -> Presence:
    """One on the list; refused in words if that cannot be."""
    if queries.presence_of(gathering, member) is not None:
        raise AlreadyPresentError(_("%(name)s已经签到，不用重复。") % {"name": member.name})
    day = queries.held_on(gathering)
    if branch_on(member, day) is None:
        raise NotFoundOnRosterError(
            _("%(name)s这一天不属于任何党组织，请先联系管理员登记组织关系。")
            % {"name": member.name}
        )
    _enter_all(gathering, [member], how=how, by=by, helper=helper, late_reason=late_reason)
    entered = queries.presence_of(gathering, member)
    assert entered is not None
    return entered


def _enter_all(
    gathering: Gathering,
    members: Sequence[Member],
    *,
    how: str,
    by: Member,
    helper: Member | None = None,
    late_reason: str = "",
) -> int:
    """These on the list, each once, whoever else puts them there at the same moment."""
    with transaction.atomic():
        held = hold(gathering)
        if how in (How.QR, How.CODE) and held.state != GatheringState.OPEN:
            raise SignInClosedError(_("学习已结束，请主持人补登。"))
        if not rules.takes_entries(held):
            raise SignInClosedError(_("现在不能登记到场：学习还没有开始，或补登期限已过。"))
        late = rules.is_late_now(held)
        if late and not late_reason:
            raise SignInClosedError(_("学习已经结束，补登要写明原因。"))
        day = queries.held_on(held)
        present = set(queries.presences_of(held).values_list("member_id", flat=True))
        homes = queries.home_branches(members, day)
        now = clock.now()
        rows = [
            Presence(
                gathering=held,
                member=member,
                home_branch_id=homes[member.pk],
                how=how,
                at=now,
                by=by,
                helper=helper,
                late_reason=late_reason if late else "",
            )
            for member in members
            if member.pk not in present and member.pk in homes
        ]
        Presence.objects.bulk_create(rows)
    return len(rows)
