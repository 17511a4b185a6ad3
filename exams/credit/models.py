"""The ledger of study hours: entries are added and reversed, never changed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.credit.policy import Category


class StudyCategory(models.TextChoices):
    """The categories of `policy.Category` with their official names."""

    CONCENTRATED = Category.CONCENTRATED.value, _("集中培训")
    GROUP = Category.GROUP.value, _("集体学习")
    INDIVIDUAL = Category.INDIVIDUAL.value, _("个人自学")
    ONLINE = Category.ONLINE.value, _("网络自学")
    EXAM = Category.EXAM.value, _("考试")
    ACTIVITY = Category.ACTIVITY.value, _("活动")


class SourceKind(models.TextChoices):
    """What an hour was given for; `source_id` names the one among its kind."""

    LESSON = "lesson", _("课程学习")
    OFFLINE = "offline", _("线下学习登记")
    REVERSAL = "reversal", _("冲销")


class LedgerHead(models.Model):
    """Where one member's chain of entries ends; locked while an entry is added to it."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="ledger_head"
    )
    seq = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("学时账首")
        verbose_name_plural = _("学时账首")

    def __str__(self) -> str:
        return f"{self.member_id} · {self.seq}"


class StudyHourEntry(models.Model):
    """One posting of hours to one member, with everything that explains it.

    The database refuses UPDATE, DELETE and TRUNCATE on this table. Each row's hash covers its
    own facts and the hash of the member's row before it.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="study_hours", db_index=False
    )
    branch = models.ForeignKey(
        "members.Branch",
        models.PROTECT,
        verbose_name=_("当日所在组织"),
        null=True,
        related_name="study_hours",
        db_index=False,
    )
    category = models.CharField(_("类别"), max_length=20, choices=StudyCategory.choices)
    hours = models.DecimalField(_("学时"), max_digits=6, decimal_places=2)
    earned_on = models.DateField(_("日期"))
    source_kind = models.CharField(_("来源"), max_length=20, choices=SourceKind.choices)
    source_id = models.CharField(max_length=64)
    source_title = models.CharField(_("内容"), max_length=255)
    rule_version = models.CharField(_("规则版本"), max_length=20)
    evidence = models.JSONField(_("依据"))
    reverses = models.OneToOneField(
        "self", models.PROTECT, verbose_name=_("冲销的记录"), null=True, related_name="reversed_by"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("经办人"),
        null=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("入账时间"))
    member_seq = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("学时记录")
        verbose_name_plural = _("学时记录")
        indexes: ClassVar = [
            models.Index(fields=["member", "earned_on"], name="entry_member_day"),
            models.Index(fields=["branch", "earned_on"], name="entry_branch_day"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "source_kind", "source_id"], name="entry_once_a_source"
            ),
            models.UniqueConstraint(fields=["member", "member_seq"], name="entry_chain_position"),
            models.CheckConstraint(
                condition=Q(source_kind="reversal", reverses__isnull=False)
                | (~Q(source_kind="reversal") & Q(reverses__isnull=True)),
                name="entry_reversal_names_its_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.member_seq} · {self.hours}"


class MemberYear(models.Model):
    """One member's balance of one calendar year, kept by the transaction that adds an entry.

    The ledger is the truth; this is its sum, so that a large branch can be read in order of who
    is behind. `totals.differences()` compares the two.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="study_years", db_index=False
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    counted_hours = models.DecimalField(
        _("计入年度要求的学时"), max_digits=7, decimal_places=2, default=0
    )
    all_hours = models.DecimalField(_("全部学时"), max_digits=7, decimal_places=2, default=0)
    last_earned_on = models.DateField(_("最近学习"), null=True)

    class Meta:
        verbose_name = _("年度学时")
        verbose_name_plural = _("年度学时")
        indexes: ClassVar = [
            models.Index(
                fields=["year", "counted_hours", "member"], name="member_year_who_is_behind"
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "year"], name="member_year_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.year} · {self.counted_hours}"
