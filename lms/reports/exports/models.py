"""Files that are too large to be made while somebody waits."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ExportState(models.TextChoices):
    WAITING = "waiting", _("等待中")
    RUNNING = "running", _("正在生成")
    READY = "ready", _("可下载")
    FAILED = "failed", _("没有生成")
    CANCELLED = "cancelled", _("已取消")


OPEN_EXPORT_STATES = (ExportState.WAITING, ExportState.RUNNING)


class ExportForm(models.TextChoices):
    XLSX = "xlsx", "Excel"
    CSV = "csv", "CSV"


class Export(models.Model):
    """One file of a board's members somebody asked for: what was asked, how far it is, and where
    the file lies until `expires_at`.

    The file has a name of its own from the moment it is begun; the row says it only when all of
    it is written. What no row names is swept.
    """

    by = models.ForeignKey("members.Member", models.CASCADE, related_name="+")
    branch = models.ForeignKey("members.Branch", models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField(_("年度"))
    show = models.CharField(_("筛选"), max_length=12, blank=True)
    named = models.CharField(_("姓名含"), max_length=60, blank=True)
    form = models.CharField(_("格式"), max_length=4, choices=ExportForm.choices)
    language = models.CharField(max_length=12)  # of the headings: that of who asked
    state = models.CharField(
        _("状态"), max_length=12, choices=ExportState.choices, default=ExportState.WAITING
    )
    percent = models.PositiveSmallIntegerField(_("进度"), default=0)
    reason = models.CharField(_("原因"), max_length=400, blank=True)
    row_count = models.PositiveIntegerField(_("行数"), null=True)
    file = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(_("大小"), null=True)
    requested_at = models.DateTimeField(_("要求于"))
    ready_at = models.DateTimeField(_("生成于"), null=True)
    fetched_at = models.DateTimeField(_("首次下载"), null=True)  # None: still to be noticed
    expires_at = models.DateTimeField(_("保留至"), db_index=True)

    class Meta:
        verbose_name = _("导出")
        verbose_name_plural = _("导出")
        indexes: ClassVar = [models.Index(fields=["by", "-id"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["by", "branch", "year", "show", "named", "form"],
                name="export_one_open_a_question",
                condition=Q(state__in=OPEN_EXPORT_STATES),
            ),
            models.CheckConstraint(
                condition=Q(state=ExportState.READY) ^ Q(file=""), name="export_ready_has_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} · {self.year} · {self.get_state_display()}"
