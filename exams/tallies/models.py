"""Votes and appraisals counted from paper."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TallyKind(models.TextChoices):
    VOTE = "vote", _("投票计票")
    APPRAISAL = "appraisal", _("测评调查")


class TallyState(models.TextChoices):
    """draft → open → closed; a draft or open one can be given up."""

    DRAFT = "draft", _("准备中")
    OPEN = "open", _("计票中")
    CLOSED = "closed", _("已结束")
    CANCELLED = "cancelled", _("已作废")


class Tally(models.Model):
    """One occasion on which sheets were filled in and counted; it decides nothing by itself.

    `lines` are candidates or statements, `options` what can be marked for each; they stay as they
    are from the opening on. `hand_count` is a count by people, which goes before the scanned one.
    `result` is frozen at the close.
    """

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("组织"), related_name="tallies"
    )
    kind = models.CharField(_("类型"), max_length=10, choices=TallyKind.choices)
    title = models.CharField(_("名称"), max_length=60)
    lines = models.JSONField()
    options = models.JSONField()
    seats = models.PositiveSmallIntegerField(_("应选人数"), null=True, blank=True)
    eligible = models.PositiveIntegerField(_("应到人数"))
    issued = models.PositiveIntegerField(_("发出"), null=True, blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=TallyState.choices, default=TallyState.DRAFT
    )
    hand_count = models.JSONField(null=True)
    result = models.JSONField(null=True)
    protocol = models.FileField(upload_to="tallies/%Y/", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("经办人"), related_name="+"
    )
    created_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("计票测评")
        verbose_name_plural = _("计票测评")
        indexes: ClassVar = [
            models.Index(fields=["branch", "-created_at"], name="tally_branch_latest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(result__isnull=False, closed_by__isnull=False, issued__isnull=False),
                name="tally_closed_has_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} · {self.title}"

    @property
    def is_vote(self) -> bool:
        return self.kind == TallyKind.VOTE

    @property
    def is_open(self) -> bool:
        return self.state == TallyState.OPEN


class TallySheet(models.Model):
    """One page of one sheet of paper that counts; nothing ties it to a person.

    `serial` was drawn by lot when the sheet was printed, and is kept nowhere else.
    """

    tally = models.ForeignKey(Tally, models.PROTECT, related_name="sheets")
    serial = models.CharField(max_length=10)
    page = models.PositiveSmallIntegerField()
    answers = models.JSONField()

    class Meta:
        verbose_name = _("已计的票")
        verbose_name_plural = _("已计的票")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tally", "serial", "page"], name="tally_sheet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tally_id} · {self.serial} · {self.page}"
