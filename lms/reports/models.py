"""What boards are added up from, what has changed since, and whether the sums were right."""

from typing import ClassVar

from django.contrib.postgres.indexes import OpClass
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
    "SubtreeYear",
]


class YearFigures(models.Model):
    """What is counted of a year, of one branch or of many."""

    year = models.PositiveSmallIntegerField(_("年度"))
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
        abstract = True


class BranchYear(YearFigures):
    """The figures of one branch (without the branches below it) for one year, as last counted.

    They hold for any day from `valid_from` until the day before `valid_until`, between which
    nobody comes or goes, and only as long as no `BranchTouch` says otherwise.
    """

    branch = models.ForeignKey("members.Branch", models.CASCADE, related_name="+", db_index=False)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        verbose_name = _("组织年度学时")
        verbose_name_plural = _("组织年度学时")
        indexes: ClassVar = [
            # Whose figures do not hold on a day: few, and asked for by every board.
            models.Index(fields=["year", "valid_from"], name="branch_year_from"),
            models.Index(
                fields=["year", "valid_until"],
                condition=Q(valid_until__isnull=False),
                name="branch_year_until",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch", "year"], name="branch_year_once")
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} · {self.year}"


class SubtreeYear(YearFigures):
    """The `BranchYear` rows of the branch at `path` and of all below it, added up.

    Written by the counting that writes those rows, and by nothing else: the sum of what was
    counted, whether or not it still holds.
    """

    path = models.CharField(max_length=255)
    depth = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("组织及下级年度学时")
        verbose_name_plural = _("组织及下级年度学时")
        indexes: ClassVar = [
            models.Index(
                "year", "depth", OpClass("path", name="varchar_pattern_ops"),
                name="subtree_year_below",
            )
        ]  # fmt: skip
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["path", "year"], name="subtree_year_once")
        ]

    def __str__(self) -> str:
        return f"{self.path} · {self.year}"


class BranchTouch(models.Model):
    """Something changed: in one branch, or for one member wherever they belong.

    Without either it is the tree: a branch was moved or removed, and no `SubtreeYear` holds.
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
                condition=Q(branch_id__isnull=True) | Q(member_id__isnull=True),
                name="touch_names_one_at_most",
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch_id or '-'} · {self.member_id or '-'}"


class LedgerCheck(models.Model):
    """One comparison of all kept sums with the ledger, and the first differences it found.

    `differences` holds {"member", "year", "kept", "in_ledger"} each, hours as text; `branches`
    holds {"branch", "year"} of figures that are not those of the branch's people and entries.
    """

    checked_at = models.DateTimeField(_("核对时间"))
    differences = models.JSONField(_("不符之处"))
    branches = models.JSONField(default=list)

    class Meta:
        verbose_name = _("学时核对")
        verbose_name_plural = _("学时核对")

    def __str__(self) -> str:
        return f"{self.checked_at:%F %T} · {len(self.differences) + len(self.branches)}"
