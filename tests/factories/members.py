"""People and branches for tests: plain functions, everything overridable."""

import datetime as dt
import functools
import itertools
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import get_hasher, make_password
from django.db.models import Max

from lms.members.models import Branch, BranchKind, Member, Membership, Role
from lms.members.services import grant_role

JOINED_ON = dt.date(2020, 1, 1)
PASSWORD = "study-2026"

_numbers = itertools.count(500001)


@functools.cache
def _hashed(password: str | None, algorithm: str) -> str:
    """A real hash is slow on purpose; one a password is enough for all tests of a run."""
    return make_password(password, hasher=algorithm)


@dataclass(frozen=True)
class BranchTree:
    """One committee with two branches under a general branch and one of its own.

    committee
    ├── general
    │   ├── first
    │   └── second
    └── third
    """

    committee: Branch
    general: Branch
    first: Branch
    second: Branch
    third: Branch


def make_branch(
    parent: Branch | None = None, *, name: str = "", code: str = "", kind: str = BranchKind.BRANCH
) -> Branch:
    """One branch below `parent`, or a new root."""
    number = (Branch.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    fields = {"name": name or f"第{number}支部", "code": code or f"B{number:04}", "kind": kind}
    if parent is None:
        return Branch.add_root(**fields)
    # treebeard keeps the number of children on the parent's copy
    return Branch.objects.get(pk=parent.pk).add_child(**fields)


def make_branch_tree(prefix: str = "") -> BranchTree:
    """The tree drawn in `BranchTree`; `prefix` sets a second one apart by name and code."""
    committee = make_branch(name=f"{prefix}机关党委", code=f"{prefix}DW", kind=BranchKind.COMMITTEE)
    general = make_branch(
        committee, name=f"{prefix}机关党总支", code=f"{prefix}ZZ", kind=BranchKind.GENERAL_BRANCH
    )
    first = make_branch(general, name=f"{prefix}第一党支部", code=f"{prefix}ZB1")
    second = make_branch(general, name=f"{prefix}第二党支部", code=f"{prefix}ZB2")
    third = make_branch(committee, name=f"{prefix}第三党支部", code=f"{prefix}ZB3")
    return BranchTree(
        *(Branch.objects.get(pk=branch.pk) for branch in (committee, general, first, second, third))
    )


def make_member(
    branch: Branch | None = None,
    *,
    number: str = "",
    name: str = "",
    password: str | None = PASSWORD,
    joined_on: dt.date = JOINED_ON,
    left_on: dt.date | None = None,
    **fields: Any,
) -> Member:
    """One member, belonging to `branch` since `joined_on` if a branch is given."""
    number = number or str(next(_numbers))
    member = Member.objects.create(
        number=number,
        password=_hashed(password, get_hasher().algorithm),
        name=name or f"党员{number}",
        **fields,
    )
    if branch is not None:
        Membership.objects.create(
            member=member, branch=branch, joined_on=joined_on, left_on=left_on
        )
    return member


def make_role_holder(
    role: str,
    branch: Branch,
    *,
    from_on: dt.date = JOINED_ON,
    until_on: dt.date | None = None,
    **fields: Any,
) -> Member:
    """A member of `branch` who holds `role` over it."""
    member = make_member(branch, **fields)
    grant_role(member=member, branch=branch, role=role, from_on=from_on, until_on=until_on)
    return member


def make_secretary(branch: Branch, **fields: Any) -> Member:
    return make_role_holder(Role.SECRETARY, branch, **fields)


def make_instructor(branch: Branch, **fields: Any) -> Member:
    return make_role_holder(Role.INSTRUCTOR, branch, **fields)


def make_administrator(branch: Branch, **fields: Any) -> Member:
    return make_role_holder(Role.ADMINISTRATOR, branch, **fields)
