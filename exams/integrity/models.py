"""Cases for a person to look at; nothing follows from one by itself."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CaseKind(models.TextChoices):
    RING = "ring", _("一个浏览器轮流登录多个账号")
    MIRROR = "mirror", _("多个账号同步学习")
    ROBOT = "robot", _("学习间隔过于规律")


class CaseState(models.TextChoices):
    OPEN = "open", _("待核查")
    CLEARED = "cleared", _("没有问题")
    CONFIRMED = "confirmed", _("需要更正")


class ReviewCase(models.Model):
    """One suspicion of one month: whom it is about, what was noticed, what a person made of it.

    `branch` is one level above those it is about: its overseers decide, nobody about
    themselves. While it is open each night writes down what is known by then; closed it stays.
    """

    key = models.CharField(max_length=80, unique=True, editable=False)
    kind = models.CharField(_("类别"), max_length=12, choices=CaseKind.choices)
    month = models.DateField(_("月份"))  # its first day
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("由谁核查"), related_name="review_cases"
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("涉及党员"), related_name="review_cases"
    )
    evidence = models.JSONField(_("依据"))
    found_at = models.DateTimeField(_("发现时间"))
    state = models.CharField(
        _("状态"), max_length=12, choices=CaseState.choices, default=CaseState.OPEN
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("核查人"), null=True,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("核查时间"), null=True)
    note = models.CharField(_("核查意见"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("核查事项")
        verbose_name_plural = _("核查事项")
        indexes: ClassVar = [models.Index(fields=["branch", "state"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=CaseState.OPEN) | Q(decided_by__isnull=False) & ~Q(note=""),
                name="case_is_closed_by_somebody_with_a_note",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.month:%Y-%m}"

    @property
    def is_open(self) -> bool:
        return self.state == CaseState.OPEN
