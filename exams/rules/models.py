"""What a node has laid down for a year, and who is let off some of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.credit.policy import Rules


class RuleSet(models.Model):
    """One version of a node's rules for a year; holds for the node and all below it.

    The latest version of the nearest node upwards is in force from `published_at` on, in later
    years too until a newer one is published. Rows are added and never changed.
    """

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("党组织"), related_name="rule_sets"
    )
    year = models.PositiveSmallIntegerField(_("自哪一年度起"))
    version = models.PositiveSmallIntegerField(_("版本"))
    rules = models.JSONField(_("规则"))
    reason = models.CharField(_("制定依据"), max_length=400)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("发布人"), related_name="+"
    )
    published_at = models.DateTimeField(_("发布时间"))

    class Meta:
        verbose_name = _("学时规则")
        verbose_name_plural = _("学时规则")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["branch", "year", "version"], name="rule_set_once_a_version"
            )
        ]

    def __str__(self) -> str:
        return self.as_rules().version

    def as_rules(self) -> Rules:
        return Rules.from_json(self.rules)


class Switch(models.TextChoices):
    """What is off unless a node has named a ground for it."""

    RANKING = "ranking", _("按学时给个人排名")
    CHECK_IN = "check-in", _("强制打卡签到")
    DURATION = "duration", _("以在线时长作为考评依据")


class SwitchChange(models.Model):
    """A node has switched something on, or off again; the latest row of the nearest node holds.

    Rows are added and never changed.
    """

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("党组织"), related_name="switch_changes"
    )
    switch = models.CharField(_("开关"), max_length=20, choices=Switch.choices)
    is_on = models.BooleanField(_("开启"))
    ground = models.CharField(_("依据"), max_length=400)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("经办人"), related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("受限开关")
        verbose_name_plural = _("受限开关")
        indexes: ClassVar = [models.Index(fields=["branch", "switch"])]

    def __str__(self) -> str:
        return f"{self.branch_id} · {self.switch} · {self.is_on}"


class ReliefState(models.TextChoices):
    REQUESTED = "requested", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")
    REVOKED = "revoked", _("已取消")


class TargetRelief(models.Model):
    """One person's exemption from a year's target, or its reduction to fewer hours.

    Asked for by one overseer and approved by another; it counts from then on until it is revoked.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("党员"), related_name="reliefs"
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    hours = models.DecimalField(
        _("减至学时"), max_digits=5, decimal_places=2, null=True, blank=True,
        help_text=_("留空为免修"),
    )  # fmt: skip
    reason = models.CharField(_("原因"), max_length=400)
    from_on = models.DateField(_("起"))
    until_on = models.DateField(_("止"))
    state = models.CharField(
        _("状态"), max_length=12, choices=ReliefState.choices, default=ReliefState.REQUESTED
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("申报人"), related_name="+"
    )
    requested_at = models.DateTimeField(_("申报时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("批准人"), null=True,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("批准时间"), null=True)
    answer = models.CharField(_("答复"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("免修减免")
        verbose_name_plural = _("免修减免")
        indexes: ClassVar = [models.Index(fields=["year", "state"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="relief_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("by")),
                name="relief_has_two_people",
            ),
            models.UniqueConstraint(
                fields=["member", "year"],
                condition=Q(state__in=[ReliefState.REQUESTED, ReliefState.APPROVED]),
                name="relief_one_a_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.year}"

    @property
    def is_exemption(self) -> bool:
        return self.hours is None
