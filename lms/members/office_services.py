"""What administrators do by hand to people and branches: asked who may, done, and noted for good.

The verbs themselves are in `services`; here each has somebody who does it.
"""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.core import clock
from lms.members import services
from lms.members.errors import MembershipDateError, NotAllowedError, RecordError, RoleDateError
from lms.members.models import Branch, DutyKind, Member, Role
from lms.members.queries import held_since, member_named
from lms.members.roster import NUMBER_FORM, is_phone
from lms.members.rules import can_administer_branch, can_administer_member, can_change_standing

FARTHEST = dt.timedelta(days=366)  # a membership is not registered further ahead


@transaction.atomic
def add_member(
    *,
    number: str,
    name: str,
    phone: str | None,
    kind: str,
    branch: Branch,
    joined_on: dt.date,
    by: Member,
) -> Member:
    """A new record with its first membership; the person signs in with a first code."""
    _own_branch(by, branch)
    _near(joined_on)
    if not NUMBER_FORM.fullmatch(number):
        raise RecordError(_("党员编号由字母、数字和连字符组成，最长 32 位。请改正。"))
    if phone and not is_phone(phone):
        raise RecordError(_("应为 11 位手机号，境外号码以 + 和区号开头。请改正。"))
    member = Member(number=number, name=name, phone=phone or None, kind=kind)
    if any(member_named(said) for said in (number, phone) if said):
        raise RecordError(_("已有人用这个编号或手机号登录。请先查找此人，不要重复建档。"))
    try:
        with transaction.atomic():
            member.set_unusable_password()
            Member.objects.bulk_create([member])
    except IntegrityError as known:
        raise RecordError(
            _("已有人用这个编号或手机号登录。请先查找此人，不要重复建档。")
        ) from known
    services.join_branch(member=member, branch=branch, joined_on=joined_on)
    services.issue_first_code(member=member)
    log(instance=member, action="wagtail.create", user=by, content_changed=True)
    _note(member, "members.joined", by, branch=branch.name, on=joined_on)
    return member


@transaction.atomic
def transfer(*, member: Member, branch: Branch, on: dt.date, by: Member) -> None:
    """Move a member between two branches one keeps the records of."""
    _own_member(by, member)
    _own_branch(by, branch)
    _near(on)
    services.transfer_member(member=member, to=branch, on=on)
    _note(member, "members.transferred", by, branch=branch.name, on=on)


@transaction.atomic
def leave(*, member: Member, on: dt.date, by: Member) -> None:
    """End the standing membership; the record stays with the branch that was left."""
    _own_member(by, member)
    _near(on)
    left = services.leave_branch(member=member, on=on)
    _note(member, "members.left", by, branch=left.branch.name, on=on)


@transaction.atomic
def rejoin(*, member: Member, branch: Branch, on: dt.date, by: Member) -> None:
    """Begin a membership of somebody who has none."""
    _own_member(by, member)
    _own_branch(by, branch)
    _near(on)
    services.join_branch(member=member, branch=branch, joined_on=on)
    _note(member, "members.joined", by, branch=branch.name, on=on)


@transaction.atomic
def grant(
    *,
    member: Member,
    role: str,
    branch: Branch,
    from_on: dt.date,
    until_on: dt.date | None,
    by: Member,
) -> None:
    """Give a role over a branch one administers; an administrator holds every role there."""
    _others_standing(by, member)
    _own_branch(by, branch)
    services.grant_role(member=member, branch=branch, role=role, from_on=from_on, until_on=until_on)
    _note(
        member, "members.role_granted", by,
        what=Role(role).label, branch=branch.name, on=from_on, until=until_on,
    )  # fmt: skip


@transaction.atomic
def end_role(*, member: Member, role: str, branch: Branch, on: dt.date, by: Member) -> None:
    """From `on` the role over that branch is not held; what has been held stays on record."""
    _others_standing(by, member)
    _own_branch(by, branch)
    _after(held_since(member, role=role, branch=branch), on)
    if services.revoke_role(member=member, branch=branch, role=role, on=on):
        _note(
            member, "members.role_ended", by, what=Role(role).label, branch=branch.name, on=on
        )  # fmt: skip


@transaction.atomic
def note_duty(
    *, member: Member, kind: str, from_on: dt.date, until_on: dt.date | None, by: Member
) -> None:
    """Note in what capacity more study is asked of a member."""
    _others_standing(by, member)
    services.assign_duty(member=member, kind=kind, from_on=from_on, until_on=until_on)
    _note(
        member, "members.duty_noted", by,
        what=DutyKind(kind).label, on=from_on, until=until_on,
    )  # fmt: skip


@transaction.atomic
def end_duty(*, member: Member, kind: str, on: dt.date, by: Member) -> None:
    """From `on` the duty is not held."""
    _others_standing(by, member)
    _after(held_since(member, duty=kind), on)
    if services.end_duty(member=member, kind=kind, on=on):
        _note(member, "members.duty_ended", by, what=DutyKind(kind).label, on=on)


@transaction.atomic
def add_branch(*, parent: Branch, name: str, code: str, kind: str, by: Member) -> Branch:
    """A new node below one that `by` administers."""
    _own_branch(by, parent)
    # One child at a time below a node: the tree gives out places by counting.
    place = Branch.objects.select_for_update().get(pk=parent.pk)
    try:
        with transaction.atomic():
            made: Branch = place.add_child(name=name, code=code, kind=kind)
    except IntegrityError as known:
        raise RecordError(_("组织代码“%(code)s”已在使用，请换一个。") % {"code": code}) from known
    log(instance=made, action="wagtail.create", user=by, content_changed=True)
    return made


# --- Who may, and when ----------------------------------------------------------------------------


def _own_member(by: Member, member: Member) -> None:
    if not can_administer_member(by, member):
        raise NotAllowedError(_("这位党员不在您管理的范围内。"))


def _own_branch(by: Member, branch: Branch) -> None:
    if not can_administer_branch(by, branch):
        raise NotAllowedError(_("这个党组织不在您管理的范围内，请由上级学校管理员办理。"))


def _others_standing(by: Member, member: Member) -> None:
    _own_member(by, member)
    if not can_change_standing(by, member):
        raise NotAllowedError(_("自己的职责和职务身份，请由其他学校管理员登记。"))


def _near(day: dt.date) -> None:
    if day > clock.today() + FARTHEST:
        raise MembershipDateError(_("日期超过一年以后，请核对年份。"))


def _after(since: dt.date | None, on: dt.date) -> None:
    """What has begun is ended after it began; it is never taken off the record."""
    if since is not None and since <= clock.today() and on <= since:
        raise RoleDateError(_("任期自%(day)s起，结束日期要晚于这一天。") % {"day": since})


def _note(member: Member, action: str, by: Member, **said: Any) -> None:
    """One line in the member's history in the back office."""
    log(
        instance=member,
        action=action,
        user=by,
        data={name: str(value) for name, value in said.items() if value is not None},
    )
