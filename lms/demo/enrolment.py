"""The demo school's branches, people, memberships and roles."""

import datetime as dt
from functools import cache

from django.contrib.auth.hashers import make_password
from django.db import transaction

from lms.demo.people import BRANCHES, MEMBERS, PASSWORD, TRANSFERS, BranchText, Duty, MemberText
from lms.members.models import Branch, Member, Role
from lms.members.services import grant_role, join_branch, transfer_member

ROLES = {
    Duty.INSTRUCTOR: Role.INSTRUCTOR,
    Duty.SECRETARY: Role.SECRETARY,
    Duty.ADMINISTRATOR: Role.ADMINISTRATOR,
}


@cache
def _password() -> str:
    """One hash for all: it is slow on purpose, and this password is no secret."""
    return make_password(PASSWORD)


def enrol_everyone(*, transfer_day: dt.date) -> dict[str, Member]:
    """The thirty members by number, those missing made with all that belongs to them."""
    branches = {text.key: _branch(text) for text in BRANCHES}
    return {text.number: _member(text, branches, transfer_day) for text in MEMBERS}


def branch_of(key: str) -> Branch:
    """The branch a text calls `key`."""
    code = next(text.code for text in BRANCHES if text.key == key)
    return Branch.objects.get(code=code)


def _branch(text: BranchText) -> Branch:
    found = Branch.objects.filter(code=text.code).first()
    if found is not None:
        return found
    fields = {"name": text.name, "code": text.code, "kind": text.level.value}
    if not text.parent:
        return Branch.add_root(**fields)
    return branch_of(text.parent).add_child(**fields)


def _member(text: MemberText, branches: dict[str, Branch], transfer_day: dt.date) -> Member:
    found = Member.objects.filter(number=text.number).first()
    if found is not None:
        return found
    with transaction.atomic():
        member = Member.objects.create(
            number=text.number, name=text.name, phone=text.phone, password=_password()
        )
        branch = branches[text.branch]
        join_branch(member=member, branch=branch, joined_on=text.joined_on)
        if text.number in TRANSFERS:
            transfer_member(member=member, to=branches[TRANSFERS[text.number]], on=transfer_day)
        if text.duty in ROLES:
            grant_role(member=member, branch=branch, role=ROLES[text.duty], from_on=text.joined_on)
    return member
