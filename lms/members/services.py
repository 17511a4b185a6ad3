"""Changing who belongs where and who holds which role."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.core import clock
from lms.members.back_office import settle_back_office
from lms.members.codes import FIRST_CODE_LASTS, new_salt, standing_code
from lms.members.errors import (
    AlreadyInBranchError,
    MembershipDateError,
    NotAllowedError,
    NotInBranchError,
    RoleDateError,
)
from lms.members.models import (
    Branch,
    Duty,
    DutyKind,
    Member,
    Membership,
    Role,
    RoleAssignment,
)
from lms.members.queries import standing_on
from lms.members.rules import can_administer_member, can_manage_account
from lms.members.signals import member_left, standing_changed


@transaction.atomic
def join_branch(*, member: Member, branch: Branch, joined_on: dt.date) -> Membership:
    """Begin a membership without end; refused if any later day is already taken."""
    _hold(member)
    taken = (
        Membership.objects.filter(Q(left_on__isnull=True) | Q(left_on__gt=joined_on), member=member)
        .select_related("branch")
        .order_by("joined_on")
        .first()
    )
    if taken is not None:
        raise AlreadyInBranchError(
            _("%(member)s自%(day)s起已在“%(branch)s”，请改用组织关系转接。")
            % {"member": member.name, "day": taken.joined_on, "branch": taken.branch.name}
        )
    announce_standing([member.pk])
    return Membership.objects.create(member=member, branch=branch, joined_on=joined_on)


@transaction.atomic
def transfer_member(*, member: Member, to: Branch, on: dt.date) -> Membership:
    """End the membership standing on `on` and begin one in `to` that day.

    The days before stay with the branch they belonged to. A membership that began the very
    same day has no day of its own left and gives way.
    """
    _hold(member)
    later = Membership.objects.filter(member=member, joined_on__gt=on).first()
    if later is not None:
        raise MembershipDateError(
            _("%(member)s的组织关系在%(day)s已有变动，转入日期不能早于这一天。")
            % {"member": member.name, "day": later.joined_on}
        )
    current = (
        Membership.objects.filter(standing_on(on), member=member).select_related("branch").first()
    )
    if current is None:
        raise NotInBranchError(
            _("%(member)s在%(day)s不属于任何支部，请直接登记转入。")
            % {"member": member.name, "day": on}
        )
    if current.branch_id == to.pk:
        return current
    if current.left_on is not None:
        raise MembershipDateError(
            _("%(member)s的组织关系已定于%(day)s转出，请从这一天起登记转入。")
            % {"member": member.name, "day": current.left_on}
        )
    if current.joined_on == on:
        current.delete()
    else:
        Membership.objects.filter(pk=current.pk).update(left_on=on)
    announce_standing([member.pk])
    return Membership.objects.create(member=member, branch=to, joined_on=on)


@transaction.atomic
def leave_branch(*, member: Member, on: dt.date) -> Membership:
    """End the standing membership: `on` is the first day the member no longer belongs."""
    _hold(member)
    current = Membership.objects.filter(member=member, left_on__isnull=True).first()
    if current is None:
        raise NotInBranchError(_("%(member)s目前不属于任何支部。") % {"member": member.name})
    if current.joined_on >= on:
        raise MembershipDateError(
            _("%(member)s于%(day)s转入，转出日期要晚于这一天。")
            % {"member": member.name, "day": current.joined_on}
        )
    Membership.objects.filter(pk=current.pk).update(left_on=on)
    current.left_on = on
    announce_standing([member.pk])
    return current


@transaction.atomic
def grant_role(
    *,
    member: Member,
    branch: Branch,
    role: str,
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
) -> RoleAssignment:
    """Give `role` over `branch` and all below, from today or `from_on` until before `until_on`.

    Giving the same role from the same day again sets its end anew.
    """
    begins = from_on or clock.today()
    if until_on is not None and until_on <= begins:
        raise RoleDateError(_("任期的结束日期要晚于开始日期。"))
    assignment, _made = RoleAssignment.objects.update_or_create(
        member=member,
        branch=branch,
        role=Role(role),
        from_on=begins,
        defaults={"until_on": until_on},
    )
    settle_back_office(member=member)
    announce_standing([member.pk])
    return assignment


@transaction.atomic
def revoke_role(*, member: Member, branch: Branch, role: str, on: dt.date | None = None) -> int:
    """End the member's terms in `role` over `branch`: from `on` (today) it is not held.

    Terms not yet begun are withdrawn. Returns how many terms were ended.
    """
    ends = on or clock.today()
    terms = RoleAssignment.objects.filter(member=member, branch=branch, role=Role(role)).filter(
        Q(until_on__isnull=True) | Q(until_on__gt=ends)
    )
    withdrawn, _by_model = terms.filter(from_on__gte=ends).delete()
    ended = terms.update(until_on=ends)
    settle_back_office(member=member)
    announce_standing([member.pk])
    return withdrawn + ended


@transaction.atomic
def assign_duty(
    *, member: Member, kind: str, from_on: dt.date, until_on: dt.date | None = None
) -> Duty:
    """Note a duty from a day on; noting the same from the same day again sets its end anew."""
    if until_on is not None and until_on <= from_on:
        raise RoleDateError(_("职务的结束日期要晚于开始日期。"))
    duty, _made = Duty.objects.update_or_create(
        member=member, kind=DutyKind(kind), from_on=from_on, defaults={"until_on": until_on}
    )
    announce_standing([member.pk])
    return duty


@transaction.atomic
def end_duty(*, member: Member, kind: str, on: dt.date) -> int:
    """From `on` the duty is not held; one not yet begun is withdrawn. How many were ended."""
    terms = Duty.objects.filter(member=member, kind=DutyKind(kind)).filter(
        Q(until_on__isnull=True) | Q(until_on__gt=on)
    )
    withdrawn, _by_model = terms.filter(from_on__gte=on).delete()
    ended = terms.update(until_on=on)
    announce_standing([member.pk])
    return withdrawn + ended


@transaction.atomic
def deactivate_member(*, member: Member) -> bool:
    """Refuse the member from the next request on; True if this call did it."""
    done = bool(Member.objects.filter(pk=member.pk, is_active=True).update(is_active=False))
    member.is_active = False
    if done:
        settle_back_office(member=member)
        transaction.on_commit(lambda: member_left.send(Member, member_id=member.pk))
    return done


@transaction.atomic
def reactivate_member(*, member: Member) -> bool:
    """Let the member enter again; True if this call did it."""
    done = bool(Member.objects.filter(pk=member.pk, is_active=False).update(is_active=True))
    member.is_active = True
    if done:
        settle_back_office(member=member)
    return done


@transaction.atomic
def update_member(*, member: Member, by: Member) -> Member:
    """Write the corrected name, phone and kind; put in or out whose account `by` may manage."""
    if not can_administer_member(by, member):
        raise NotAllowedError(_("这位党员不在您管理的范围内。"))
    wanted = member.is_active
    stands = Member.objects.select_for_update().get(pk=member.pk)
    Member.objects.filter(pk=member.pk).update(
        name=member.name, phone=member.phone or None, kind=member.kind
    )
    if member.kind != stands.kind:
        announce_standing([member.pk])
    if wanted != stands.is_active:
        if not can_manage_account(by, stands):
            raise NotAllowedError(_("此人另有上级职务，请由上级学校管理员停用或启用。"))
        change = reactivate_member if wanted else deactivate_member
        change(member=member)
    return member


@transaction.atomic
def rename_branch(*, branch: Branch) -> Branch:
    """Write the branch's name and kind; its place in the tree and its code stay."""
    Branch.objects.filter(pk=branch.pk).update(name=branch.name, kind=branch.kind)
    return branch


@transaction.atomic
def issue_first_code(*, member: Member, by: Member | None = None) -> str:
    """A new code to sign in with once and choose a password; what was valid before is not.

    Returns the code as it is printed. It can be shown again until it is used or has run out.
    With `by`, refused to whoever may not manage the account.
    """
    if by is not None and not can_manage_account(by, member):
        raise NotAllowedError(_("您不能重发此人的登录码，请联系上级学校管理员。"))
    member.set_unusable_password()
    member.first_code_salt = new_salt()
    member.first_code_until = clock.now() + FIRST_CODE_LASTS
    Member.objects.filter(pk=member.pk).update(
        password=member.password,
        first_code_salt=member.first_code_salt,
        first_code_until=member.first_code_until,
    )
    return standing_code(member)


def announce_standing(member_ids: list[int]) -> None:
    """Say after the commit that these members are not what, or not where, they were."""
    transaction.on_commit(lambda: standing_changed.send(Member, member_ids=member_ids), robust=True)


def _hold(member: Member) -> None:
    """One change of a member's memberships at a time."""
    Member.objects.select_for_update().get(pk=member.pk)
