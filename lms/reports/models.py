"""What boards are added up from, what has changed since, and whether the sums were right."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.reports.blanks.models import Blank
from lms.reports.exports.models import Export
from lms.reports.feed.models import EntryPlace
from lms.reports.saved.models import SavedFilter
from lms.reports.xapi.models import LrsProgress

__all__ = [
    "Blank",
    "BranchTouch",
    "BranchYear",
    "EntryPlace",
    "Export",
    "LrsProgress",
    "SavedFilter",
]


class BranchYear(models.Model):
    """The figures of one branch (without the branches below it) for one year, as last counted.

    They hold for any day from `valid_from` until the day before `valid_until`, between which
    nobody comes or goes, and only as long as no `BranchTouch` says otherwise.
    """

    branch = models.ForeignKey("members.Branch", models.CASCADE, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField(_("年度"))
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    # By membership on the day.
    members = models.PositiveIntegerField(_("人数"))
    due = models.PositiveIntegerField(_("应学人数"))  # without those of whom nothing is asked
    opened = models.PositiveIntegerField()  # of them, those with a balance row for the year
    reached = models.PositiveIntegerField(_("已达标"))
    started = models.PositiveIntegerField(_("进行中"))
    counted_hours = models.DecimalField(_("计入学时"), max_digits=12, decimal_places=2)
    # By the branch written on each entry: {category: hours}.
    credited = models.JSONField(_("本组织学时"))

    class Meta:
        verbose_name = _("组织年度学时")
        verbose_name_plural = _("组织年度学时")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch", "year"], name="branch_year_once")
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} · {self.year}"


class BranchTouch(models.Model):
    """Something changed: in one branch, or for one member wherever they belong.

    Written by database triggers in the same transaction as the change itself, and only ever
    added, so that writers wait for nobody. A touched branch is counted anew.
    """

    branch_id = models.BigIntegerField(null=True)
    member_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("组织变动")
        verbose_name_plural = _("组织变动")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(branch_id__isnull=True) ^ Q(member_id__isnull=True),
                name="touch_names_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch_id or '-'} · {self.member_id or '-'}"


class LedgerCheck(models.Model):
    """One comparison of all kept sums with the ledger, and the first differences it found.

    `differences` holds {"member", "year", "kept", "in_ledger"} each, hours as text.
    """

    checked_at = models.DateTimeField(_("核对时间"))
    differences = models.JSONField(_("不符之处"))

    class Meta:
        verbose_name = _("学时核对")
        verbose_name_plural = _("学时核对")

    def __str__(self) -> str:
        return f"{self.checked_at:%F %T} · {len(self.differences)}"
