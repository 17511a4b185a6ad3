"""A year as it stood when it was closed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class YearState(models.TextChoices):
    REACHED = "reached", _("已达标")
    STARTED = "started", _("进行中")
    NOT_STARTED = "not_started", _("尚无学时")
    NOT_DUE = "not_due", _("不要求")


class YearClosing(models.Model):
    """One closing of one calendar year for a node and all below it: the legal record.

    The database refuses UPDATE, DELETE and TRUNCATE. `digest` is the SHA-256 of the exported file,
    which is written from this row and its `ClosedYear`s alone.
    """

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("党组织"), related_name="closings"
    )
    branch_code = models.CharField(max_length=32)
    branch_name = models.CharField(max_length=120)
    year = models.PositiveSmallIntegerField(_("年度"))
    version = models.PositiveSmallIntegerField(_("版本"))
    previous = models.OneToOneField(
        "self", models.PROTECT, verbose_name=_("上一版"), null=True, related_name="next"
    )
    # Named on the closing sheet: whoever has it may check the year without an account.
    code = models.CharField(_("查验码"), max_length=16, unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("结账人"), related_name="+"
    )
    closed_at = models.DateTimeField(_("结账时间"))
    reason = models.CharField(_("说明"), max_length=400, blank=True)
    # What was still open and was closed over with that reason, one sentence each.
    open_items = models.JSONField(_("未办结事项"))
    people = models.PositiveIntegerField(_("人数"))
    reached = models.PositiveIntegerField(_("已达标"))
    due = models.PositiveIntegerField(_("应学人数"))
    hours = models.JSONField(_("各类学时"))
    counted_hours = models.DecimalField(_("计入年度要求"), max_digits=12, decimal_places=2)
    digest = models.CharField(_("结账指纹"), max_length=64)

    class Meta:
        verbose_name = _("年度结账")
        verbose_name_plural = _("年度结账")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["branch", "year", "version"], name="closing_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(version=1, previous__isnull=True)
                | Q(version__gt=1, previous__isnull=False),
                name="closing_names_the_one_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_name} · {self.year} · {self.version}"


class ClosedYear(models.Model):
    """One member's year in a closing, and where the member's chain of entries ended.

    The database refuses UPDATE, DELETE and TRUNCATE.
    """

    closing = models.ForeignKey(YearClosing, models.PROTECT, related_name="years", db_index=False)
    place = models.PositiveIntegerField()
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("党员"),
        related_name="closed_years",
    )
    number = models.CharField(_("党员编号"), max_length=32)
    branch_code = models.CharField(max_length=32)
    branch_name = models.CharField(_("所在组织"), max_length=120)
    hours = models.JSONField(_("各类学时"))
    counted_hours = models.DecimalField(_("计入年度要求"), max_digits=7, decimal_places=2)
    target_hours = models.DecimalField(_("年度要求"), max_digits=6, decimal_places=2)
    events = models.PositiveSmallIntegerField(_("集中培训次数"))
    required_events = models.PositiveSmallIntegerField(_("要求次数"))
    state = models.CharField(_("状态"), max_length=12, choices=YearState.choices)
    seq = models.PositiveIntegerField(_("记录条数"))
    head_hash = models.CharField(_("账首指纹"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("年度结账明细")
        verbose_name_plural = _("年度结账明细")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["closing", "place"], name="closed_year_place"),
            models.UniqueConstraint(fields=["closing", "member"], name="closed_year_once"),
        ]

    def __str__(self) -> str:
        return f"{self.closing_id} · {self.number}"
