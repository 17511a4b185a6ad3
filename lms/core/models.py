"""What the ground floor keeps: the rows that are the truth about background work."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    WAITING = "waiting", _("等待中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")


OPEN_JOB_STATES = (JobState.WAITING, JobState.RUNNING)


class Job(models.Model):
    """One piece of background work about one subject, and who holds it until when.

    The broker only carries "look at job N". `lease_token` fences: whoever writes for the job
    must still hold the token of the last claim, so a worker that was thought dead and comes
    back writes nothing.
    """

    kind = models.CharField(_("类别"), max_length=80, help_text=_("任务名称"))
    subject_id = models.CharField(_("对象"), max_length=64)
    state = models.CharField(
        _("状态"), max_length=12, choices=JobState.choices, default=JobState.WAITING
    )
    attempt = models.PositiveSmallIntegerField(_("第几次"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("最多次数"), default=3)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("最近心跳"), null=True, blank=True)
    percent = models.PositiveSmallIntegerField(_("进度"), default=0)
    reason = models.CharField(_("原因"), max_length=400, blank=True)
    log_tail = models.TextField(_("日志末尾"), blank=True)
    created_at = models.DateTimeField(_("建立于"))
    sent_at = models.DateTimeField(_("最近派发"))
    ended_at = models.DateTimeField(_("结束于"), null=True, blank=True)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        indexes: ClassVar = [
            models.Index(fields=["kind", "subject_id", "-id"]),
            models.Index(
                fields=["state", "lease_until"],
                name="job_open_by_lease",
                condition=Q(state__in=OPEN_JOB_STATES),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                name="job_one_open_a_subject",
                condition=Q(state__in=OPEN_JOB_STATES),
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="job_percent_to_100"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.subject_id} · {self.get_state_display()}"
