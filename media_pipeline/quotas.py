"""How much a branch and a person may keep, what they keep, and whether another file fits.

Counted are originals, renditions, and the whole length of every upload that is still open: what
was promised to one sender is not promised to a second.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Branch, Member, Role
from lms.members.queries import branches_of_role, has_role, path_and_above, roles_of
from media_pipeline import files
from media_pipeline.allowance import Limit, obstacle, tightest
from media_pipeline.models import Asset, Rendition, Upload, UploadState
from media_pipeline.storage_models import StorageQuota

# One arrival at a time is decided on; the number only has to be nobody else's.
_ARRIVING = 0x6D65_6469_6121


class QuotaFullError(DomainError):
    """What is kept already leaves too little for this file."""

    def __init__(self, limit: Limit, wanted: int) -> None:
        figures = {
            "name": limit.name,
            "left": spoken_size(limit.left),
            "most": spoken_size(limit.most),
            "size": spoken_size(wanted),
        }
        if limit.is_own:
            words = _(
                "您个人的存储空间共 %(most)s，还剩 %(left)s，放不下这个 %(size)s 的文件。"
                "请先删除不用的讲课视频、放弃未传完的上传，或请学校管理员提高限额。"
            )
        else:
            words = _(
                "“%(name)s”的存储空间共 %(most)s，还剩 %(left)s，放不下这个 %(size)s 的文件。"
                "请先删除不用的讲课视频，或请上级学校管理员提高限额。"
            )
        super().__init__(words % figures)


class QuotaTooSmallError(DomainError):
    """This file alone is more than may ever be kept."""

    def __init__(self, limit: Limit, wanted: int) -> None:
        figures = {
            "name": limit.name,
            "most": spoken_size(limit.most),
            "size": spoken_size(wanted),
        }
        if limit.is_own:
            words = _(
                "这个文件有 %(size)s，超过了您个人的存储限额 %(most)s。"
                "请压缩或分段后上传，或请学校管理员提高限额。"
            )
        else:
            words = _(
                "这个文件有 %(size)s，超过了“%(name)s”的存储限额 %(most)s。"
                "请压缩或分段后上传，或请上级学校管理员提高限额。"
            )
        super().__init__(words % figures)


class NotYourQuotaError(DomainError):
    """The limit is for those above to set."""

    def __init__(self) -> None:
        super().__init__(_("这个党组织的存储限额由上级学校管理员设定。"))


def spoken_size(size_bytes: int) -> str:
    return filesizeformat(size_bytes).replace("\xa0", " ")


# --- What is kept -----------------------------------------------------------------------------


def limits_for(*, member: Member, branch: Branch) -> list[Limit]:
    """All limits a new file of `member` for `branch` comes under, the person's own first."""
    paths = path_and_above(branch.path)
    quotas = {
        quota.branch.path: quota
        for quota in StorageQuota.objects.filter(branch__path__in=paths).select_related("branch")
    }
    limited = {
        path: (quota.branch.name, quota.limit_bytes)
        for path, quota in quotas.items()
        if quota.limit_bytes is not None
    }
    if paths[0] not in limited and settings.MEDIA_BRANCH_QUOTA_BYTES is not None:
        school = branch if branch.path == paths[0] else Branch.objects.get(path=paths[0])
        limited[paths[0]] = (school.name, settings.MEDIA_BRANCH_QUOTA_BYTES)
    own: int | None = next(
        (
            quotas[path].member_limit_bytes
            for path in reversed(paths)
            if path in quotas and quotas[path].member_limit_bytes is not None
        ),
        settings.MEDIA_MEMBER_QUOTA_BYTES,
    )
    used = _used(member, list(limited))
    found = [] if own is None else [Limit("", own, used[""])]
    return found + [Limit(name, most, used[path]) for path, (name, most) in limited.items()]


def _used(member: Member, paths: list[str]) -> dict[str, int]:
    """Bytes kept or promised in each subtree, and under "" by the member: three queries."""
    sums: dict[str, int] = dict.fromkeys(["", *paths], 0)
    for rows, size, person, path in (
        (Asset.objects.all(), "size_bytes", "uploaded_by", "owner_branch__path"),
        (
            Rendition.objects.all(),
            "size_bytes",
            "asset__uploaded_by",
            "asset__owner_branch__path",
        ),
        (Upload.objects.filter(state=UploadState.OPEN), "length", "by", "branch__path"),
    ):
        where = {"": Q(**{person: member})}
        where |= {each: Q(**{f"{path}__startswith": each}) for each in paths}
        wanted = {f"n{number}": Sum(size, filter=q) for number, q in enumerate(where.values())}
        found = rows.aggregate(**wanted)
        for number, each in enumerate(where):
            sums[each] += found[f"n{number}"] or 0
    return sums


def kept_bytes(asset: Asset) -> int:
    """The original and all renditions of one lecture."""
    renditions = asset.renditions.aggregate(all=Sum("size_bytes"))["all"] or 0
    return asset.size_bytes + renditions


# --- Arriving ---------------------------------------------------------------------------------


def hold_arrivals() -> None:
    """Until the end of this transaction nobody else is promised room: call it inside one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ARRIVING])


def ensure_allowed(*, member: Member, branch: Branch, wanted: int) -> None:
    """Raise if `wanted` bytes more exceed a limit, or would eat into the disk's reserve.

    Errors: QuotaTooSmallError, QuotaFullError, DiskFullError.
    """
    limit = obstacle(limits_for(member=member, branch=branch), wanted)
    if limit is not None:
        raise (QuotaTooSmallError if limit.most < wanted else QuotaFullError)(limit, wanted)
    promised = Upload.objects.filter(state=UploadState.OPEN).aggregate(
        left=Sum(F("length") - F("offset"))
    )["left"]
    files.ensure_room(wanted + (promised or 0))


@dataclass(frozen=True, slots=True)
class Room:
    """What there is to say before anything is chosen."""

    used: str
    most: str
    left: str
    name: str
    percent: int
    is_tight: bool


def room_for(*, member: Member, branch: Branch) -> Room | None:
    """The limit that will be met first, in words; None where nothing is limited."""
    limit = tightest(limits_for(member=member, branch=branch))
    if limit is None:
        return None
    percent = 100 if limit.most == 0 else min(100, round(100 * limit.used / limit.most))
    return Room(
        used=spoken_size(limit.used),
        most=spoken_size(limit.most),
        left=spoken_size(limit.left),
        name=limit.name,
        percent=percent,
        is_tight=percent >= 90,
    )


# --- Setting ----------------------------------------------------------------------------------


def is_set_by(by: Any, branch: Branch) -> bool:
    """`by` administers a branch above this one, or the top itself.

    Nobody eases a limit that those above have set for their branch.
    """
    if branch.is_root():
        return has_role(by, Role.ADMINISTRATOR, branch)
    parent = Branch(path=branch.path[: -Branch.steplen])
    return has_role(by, Role.ADMINISTRATOR, parent)


@dataclass(frozen=True, slots=True)
class Settable:
    """Where somebody sets limits: below `heads`, everywhere, or at the top itself."""

    heads: tuple[str, ...]

    def has(self, path: str) -> bool:
        if len(path) == Branch.steplen:
            return path in self.heads
        return any(path.startswith(head) and path != head for head in self.heads)


def settable_paths(by: Any) -> Settable:
    """As `is_set_by`, for many branches at once."""
    if by.is_superuser:
        return Settable(tuple(Branch.get_root_nodes().values_list("path", flat=True)))
    held = roles_of(by).filter(role=Role.ADMINISTRATOR)
    return Settable(tuple(held.values_list("branch__path", flat=True)))


def storage_branches(by: Any) -> QuerySet[Branch]:
    """The branches `by` administers, in tree order, each with its limits at hand.

    And with what it keeps with all below it (`used_bytes`).
    """
    within = {"owner_branch__path__startswith": OuterRef("path")}
    renditions = {f"asset__{name}": value for name, value in within.items()}
    waiting = Upload.objects.filter(state=UploadState.OPEN)
    return (
        branches_of_role(by, Role.ADMINISTRATOR)
        .select_related("storage_quota")
        .annotate(
            used_bytes=_sum(Asset.objects.filter(**within), "size_bytes")
            + _sum(Rendition.objects.filter(**renditions), "size_bytes")
            + _sum(waiting.filter(branch__path__startswith=OuterRef("path")), "length")
        )
        .order_by("path")
    )


def quota_of(branch: Branch) -> StorageQuota | None:
    """What has been laid down for this very branch."""
    return StorageQuota.objects.filter(branch=branch).first()


def _sum(rows: QuerySet[Any], column: str) -> Coalesce:
    total = rows.order_by().annotate(_all=Sum(column)).values("_all")
    total.query.group_by = ()
    return Coalesce(Subquery(total, output_field=BigIntegerField()), 0)


@transaction.atomic
def set_quota(
    *, branch: Branch, by: Member, limit_bytes: int | None, member_limit_bytes: int | None
) -> None:
    """Lay down a branch's limits, in the place of what it had; without any it goes by those above.

    May be less than what is kept already: nothing goes, and nothing more comes in.
    """
    if not is_set_by(by, branch):
        raise NotYourQuotaError
    if limit_bytes is None and member_limit_bytes is None:
        StorageQuota.objects.filter(branch=branch).delete()
        return
    StorageQuota.objects.update_or_create(
        branch=branch,
        defaults={
            "limit_bytes": limit_bytes,
            "member_limit_bytes": member_limit_bytes,
            "set_by": by,
            "set_at": clock.now(),
        },
    )
