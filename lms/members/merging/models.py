"""Proposals to make one record of two that are about the same person."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class MergeState(models.TextChoices):
    PROPOSED = "proposed", _("待确认")
    DONE = "done", _("已办理")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class RecordMerge(models.Model):
    """One proposal to merge `lost` into `kept`, or (`undoes`) to take such a merge back.

    It changes nothing until a second person confirms it. Then `moved` is what of the people's own
    records was changed, so that it can be given back; hours are the ledger's.
    """

    kept = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("保留的记录"), related_name="+"
    )
    lost = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("并入的记录"),
        related_name="merges",
    )  # fmt: skip
    undoes = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("撤销的合并"), null=True, related_name="undone_by"
    )
    reason = models.CharField(_("原因"), max_length=400)
    state = models.CharField(
        _("状态"), max_length=12, choices=MergeState.choices, default=MergeState.PROPOSED
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提出人"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("确认人"), null=True,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    answer = models.CharField(_("答复"), max_length=400, blank=True)
    moved = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("记录合并")
        verbose_name_plural = _("记录合并")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(kept=F("lost")), name="merge_of_two_records"),
            models.CheckConstraint(
                condition=~Q(by=F("kept"))
                & ~Q(by=F("lost"))
                & (
                    Q(decided_by__isnull=True)
                    | (~Q(decided_by=F("by")) & ~Q(decided_by=F("kept")) & ~Q(decided_by=F("lost")))
                ),
                name="merge_has_two_people",
            ),
            models.UniqueConstraint(
                fields=["lost"], condition=Q(state="proposed"), name="merge_one_open_a_record"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lost_id} → {self.kept_id} · {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == MergeState.PROPOSED
