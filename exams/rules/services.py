"""Publishing rules, and asking for, deciding and revoking reliefs from a year's target."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from exams.credit.policy import Rules
from exams.rules import switches
from exams.rules.errors import (
    NotYourBranchError,
    ReliefError,
    RulesChangedError,
    RulesError,
    SwitchError,
)
from exams.rules.models import ReliefState, RuleSet, Switch, SwitchChange, TargetRelief
from exams.rules.queries import rules_for
from exams.rules.rules import (
    can_decide_relief,
    can_publish_rules,
    can_request_relief,
    can_withdraw_relief,
)
from exams.rules.signals import asked_changed
from lms.core import clock
from lms.core.states import advance_or_raise
from lms.members.models import Branch, Member


@transaction.atomic
def publish_rules(
    *,
    branch: Branch,
    year: int,
    rules: Rules,
    reason: str,
    by: Member,
    in_place_of: str | None = None,
) -> RuleSet:
    """Put the next version of a node's rules for a year in force, from this moment on.

    What stands in the ledger is not touched. Past years keep what they had. With `in_place_of`,
    refused unless the rules in force here are still that version: what was previewed.
    """
    if not can_publish_rules(by, branch):
        raise NotYourBranchError(_("只有本级学校管理员可以发布学时规则。"))
    if year < clock.today().year:
        raise RulesError(_("往年的规则不能再改，请从今年起制定。"))
    if not reason.strip():
        raise RulesError(_("请写明制定依据，例如文件名称和文号。"))
    # One version at a time for a node.
    Branch.objects.select_for_update().get(pk=branch.pk)
    if in_place_of is not None and rules_for(branch.path, year).version != in_place_of:
        raise RulesChangedError(
            _("预览之后，这里的规则已有新的版本。请核对现行规则，再预览一次后发布。")
        )
    versions = RuleSet.objects.filter(branch=branch, year=year)
    version = (versions.order_by("-version").values_list("version", flat=True).first() or 0) + 1
    named = replace(rules, version=f"{branch.code}-{year}-{version}")
    published = RuleSet.objects.create(
        branch=branch,
        year=year,
        version=version,
        rules=named.as_json(),
        reason=reason.strip()[:400],
        by=by,
        published_at=clock.now(),
    )
    _announce(None)
    return published


@transaction.atomic
def turn_switch(
    *, branch: Branch, switch: Switch, is_on: bool, ground: str, by: Member
) -> SwitchChange:
    """Switch something restricted on, on a named ground, or off again; noted for good."""
    if not can_publish_rules(by, branch):
        raise NotYourBranchError(_("只有本级学校管理员可以开启或关闭。"))
    if not ground.strip():
        raise SwitchError(
            _("请写明依据，例如上级批准的文件名称和文号；没有依据不能开启。")
            if is_on
            else _("请写明关闭的原因。")
        )
    Branch.objects.select_for_update().get(pk=branch.pk)
    if switches.is_on(branch.path, switch) == is_on:
        raise SwitchError(
            _("“%(branch)s”的这一项已经是开启的。") % {"branch": branch.name}
            if is_on
            else _("“%(branch)s”的这一项本来就没有开启。") % {"branch": branch.name}
        )
    return SwitchChange.objects.create(
        branch=branch,
        switch=switch,
        is_on=is_on,
        ground=ground.strip()[:400],
        by=by,
        at=clock.now(),
    )


@transaction.atomic
def request_relief(
    *,
    member: Member,
    year: int,
    hours: Decimal | None,
    reason: str,
    from_on: dt.date,
    until_on: dt.date,
    by: Member,
) -> TargetRelief:
    """Ask that a member be exempt (`hours` None) or asked for fewer hours in a year."""
    if not can_request_relief(by, member):
        raise NotYourBranchError(_("只能为您负责的支部的其他党员申报免修或减免。"))
    if not reason.strip():
        raise ReliefError(_("请写明原因，例如年老体弱、病休、长期出国。"))
    if until_on < from_on or not from_on.year <= year <= until_on.year:
        raise ReliefError(_("起止日期要包含所报年度里的日子，且止不早于起。"))
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    standing = TargetRelief.objects.filter(
        member=member, year=year, state__in=[ReliefState.REQUESTED, ReliefState.APPROVED]
    )
    if standing.exists():
        raise ReliefError(
            _("%(member)s的%(year)s年度已有一条免修减免，请先撤回或取消。")
            % {"member": member.name, "year": year}
        )
    return TargetRelief.objects.create(
        member=member,
        year=year,
        hours=hours,
        reason=reason.strip()[:400],
        from_on=from_on,
        until_on=until_on,
        by=by,
        requested_at=clock.now(),
    )


def approve_relief(*, relief: TargetRelief, by: Member, answer: str = "") -> None:
    """Let it count; by a second person."""
    _decide(relief, by, ReliefState.APPROVED, answer)


def refuse_relief(*, relief: TargetRelief, by: Member, answer: str) -> None:
    """Decline it, with a reason that the one who asked can read."""
    if not answer.strip():
        raise ReliefError(_("请写明不批准的原因。"))
    _decide(relief, by, ReliefState.REFUSED, answer)


@transaction.atomic
def withdraw_relief(*, relief: TargetRelief, by: Member) -> None:
    """Take back what one asked for and nobody has decided."""
    if not can_withdraw_relief(by, relief):
        raise ReliefError(_("只有申报人可以撤回，且在批准之前。"))
    advance_or_raise(
        relief,
        to=ReliefState.WITHDRAWN,
        from_=[ReliefState.REQUESTED],
        message=_("这条申报已经有人处理，不能撤回了。请刷新页面。"),
    )


@transaction.atomic
def revoke_relief(*, relief: TargetRelief, by: Member, answer: str) -> None:
    """End an approved relief: the whole year is asked for again."""
    if not can_decide_relief(by, relief):
        raise NotYourBranchError(_("要由申报人以外、负责该支部的人取消。"))
    if not answer.strip():
        raise ReliefError(_("请写明取消的原因。"))
    advance_or_raise(
        relief,
        to=ReliefState.REVOKED,
        from_=[ReliefState.APPROVED],
        answer=answer.strip()[:400],
        message=_("这条免修减免不在“已批准”状态，无需取消。请刷新页面。"),
    )
    _announce([relief.member_id])


@transaction.atomic
def _decide(relief: TargetRelief, by: Member, to: ReliefState, answer: str) -> None:
    if not can_decide_relief(by, relief):
        raise NotYourBranchError(_("要由申报人以外、负责该支部的人批准；本人不能批准自己的。"))
    advance_or_raise(
        relief,
        to=to,
        from_=[ReliefState.REQUESTED],
        decided_by=by,
        decided_at=clock.now(),
        answer=answer.strip()[:400],
        message=_("这条申报已经有人处理。请刷新页面查看结果。"),
    )
    if to == ReliefState.APPROVED:
        _announce([relief.member_id])


def _announce(member_ids: list[int] | None) -> None:
    transaction.on_commit(
        lambda: asked_changed.send(TargetRelief, member_ids=member_ids), robust=True
    )
