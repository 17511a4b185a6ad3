"""The ledger of study hours: entries are added and reversed, never changed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from exams.credit.policy import NOTHING, Category


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
    GROUP = "group", _("集体学习")
    OFFLINE = "offline", _("线下学习登记")
    LIVE = "live", _("直播课")
    EXAM = "exam", _("考试")
    CORRECTION = "correction", _("更正补记")
    MERGE = "merge", _("记录合并转入")
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

    The table is divided by the year of `earned_on` (`partitions.py`). That nothing is there twice
    is therefore seen to by a trigger under the lock of the head, and a foreign key to an entry
    says `db_constraint=False`: entries are never removed.
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
    # Of them, what counts towards the annual target under the rules of that day.
    counted_hours = models.DecimalField(_("计入年度要求"), max_digits=6, decimal_places=2)
    earned_on = models.DateField(_("日期"))
    source_kind = models.CharField(_("来源"), max_length=20, choices=SourceKind.choices)
    source_id = models.CharField(max_length=64)
    source_title = models.CharField(_("内容"), max_length=255)
    # What the same hours are not given for twice in a year, and what a cap of a year is set on.
    content_id = models.CharField(max_length=64, blank=True)
    programme_id = models.CharField(max_length=64, blank=True)
    rule_version = models.CharField(_("规则版本"), max_length=64)
    evidence = models.JSONField(_("依据"))
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        verbose_name=_("冲销的记录"),
        null=True,
        related_name="reversed_by",
        db_constraint=False,
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
    # Which facts the hash covers (`chain.FACTS`).
    format = models.PositiveSmallIntegerField(default=2)
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
    """One member's balance of one calendar year, and what the year asks of the member.

    The sums are kept by the transaction that adds an entry; the ledger is the truth, and
    `totals.differences()` compares the two. What is asked follows from identities, rules and
    reliefs (`targets.settle_targets`).
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="study_years", db_index=False
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    counted_hours = models.DecimalField(
        _("计入年度要求的学时"), max_digits=7, decimal_places=2, default=0
    )
    all_hours = models.DecimalField(_("全部学时"), max_digits=7, decimal_places=2, default=0)
    events = models.PositiveSmallIntegerField(_("集中培训次数"), default=0)
    last_earned_on = models.DateField(_("最近学习"), null=True)
    target_hours = models.DecimalField(_("年度要求"), max_digits=6, decimal_places=2, default=0)
    required_events = models.PositiveSmallIntegerField(_("要求的集中培训次数"), default=0)
    # False: exempt, or of an identity of which nothing is asked; not in any denominator.
    is_due = models.BooleanField(_("应学"), default=True)
    missing_hours = models.GeneratedField(
        expression=Case(
            When(
                is_due=True, then=Greatest(F("target_hours") - F("counted_hours"), Value(NOTHING))
            ),
            default=Value(NOTHING),
            output_field=models.DecimalField(),
        ),
        output_field=models.DecimalField(max_digits=7, decimal_places=2),
        db_persist=True,
    )
    is_reached = models.GeneratedField(
        expression=Case(
            When(
                is_due=True,
                counted_hours__gte=F("target_hours"),
                events__gte=F("required_events"),
                then=Value(True),
            ),
            default=Value(False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("年度学时")
        verbose_name_plural = _("年度学时")
        indexes: ClassVar = [
            models.Index(
                F("year"), F("missing_hours").desc(), F("member"), name="member_year_who_is_behind"
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "year"], name="member_year_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.year} · {self.counted_hours}"


class HourTotal(models.Model):
    """The hours of one member in one month, of one category, earned as one of one branch.

    Kept like `MemberYear`'s sums: what pages and roll-ups read instead of the ledger.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    branch_id = models.BigIntegerField(default=0)  # 0: belonged to no branch on the day
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=20)
    hours = models.DecimalField(max_digits=8, decimal_places=2)
    counted_hours = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        verbose_name = _("月度学时")
        verbose_name_plural = _("月度学时")
        indexes: ClassVar = [
            models.Index(
                fields=["branch_id", "year"],
                include=["month", "category", "hours"],
                name="hour_total_branch",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "year", "month", "category", "branch_id"],
                name="hour_total_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.year}-{self.month:02d} · {self.category}"
