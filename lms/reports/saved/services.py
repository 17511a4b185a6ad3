"""Saving a filter under a name, and forgetting it."""

from django.utils.translation import gettext as _

from lms.core.errors import DomainError
from lms.members.models import Branch, Member
from lms.members.rules import can_see_board
from lms.reports.saved.models import SavedFilter
from lms.reports.saved.queries import saved_filters

MOST = 20


class FilterRefusedError(DomainError):
    """The filter cannot be saved; the sentence says what to change."""


def save_filter(
    *, by: Member, branch: Branch, name: str, show: str = "", named: str = ""
) -> SavedFilter:
    """Keep a filter; the same name again means the new one from now on."""
    name = name.strip()[:30]
    if not can_see_board(by, branch):
        raise FilterRefusedError(_("您不负责这个党组织，不能保存它的筛选。"))
    if not name:
        raise FilterRefusedError(_("请给这个筛选起个名称。"))
    if not show and not named:
        raise FilterRefusedError(_("请先筛选，再保存。"))
    if saved_filters(by).exclude(name=name).count() >= MOST:
        raise FilterRefusedError(_("最多保存 %(most)d 个筛选，请先删除不用的。") % {"most": MOST})
    saved, _made = SavedFilter.objects.update_or_create(
        by=by, name=name, defaults={"branch": branch, "show": show, "named": named}
    )
    return saved


def remove_filter(*, saved: SavedFilter) -> None:
    """Forget it."""
    saved.delete()
