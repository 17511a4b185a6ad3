"""What it takes to reach a browser that is closed: the school's key, browsers, what was sent."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PushSetting(models.Model):
    """Whether this school uses push, and the key pair it signs with; one row, or none yet.

    `sealed` is the private key, encrypted under the school's secret.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    is_on = models.BooleanField(default=False)
    public_key = models.CharField(max_length=90)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    turned_at = models.DateTimeField(null=True)
    turned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("浏览器推送")
        verbose_name_plural = _("浏览器推送")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="push_setting_is_one")
        ]

    def __str__(self) -> str:
        return "on" if self.is_on else "off"


class PushBrowser(models.Model):
    """One browser in which one member has asked to be told; whoever signs out there takes it away.

    `standing` is a digest of the member's password at that time: a new one ends it.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_browsers"
    )
    session_key = models.CharField(max_length=40, db_index=True)
    standing = models.CharField(max_length=64)
    endpoint = models.CharField(max_length=1000, unique=True)
    public_key = models.CharField(max_length=90)
    secret = models.CharField(max_length=30)
    name = models.CharField(_("浏览器"), max_length=60, blank=True)
    made_at = models.DateTimeField(_("开启时间"))
    told_at = models.DateTimeField(_("最近推送"), null=True)

    class Meta:
        verbose_name = _("接收推送的浏览器")
        verbose_name_plural = _("接收推送的浏览器")

    def __str__(self) -> str:
        return f"{self.member_id} · {self.name}"


class SendingState(models.TextChoices):
    """waiting → sending → sent, dropped, or waiting again; what was never heard of waits again."""

    WAITING = "waiting", _("待推送")
    SENDING = "sending", _("推送中")
    SENT = "sent", _("已推送")
    DROPPED = "dropped", _("不再推送")


class PushSending(models.Model):
    """One notice, or all of one round-up, on its way to one browser.

    `next_at` says when it is looked at again: to be sent, or because nobody came back from it.
    """

    browser = models.ForeignKey(
        PushBrowser, models.CASCADE, related_name="sendings", db_index=False
    )
    # None for a round-up: everything of that member's that is due at `due_at`.
    notice = models.ForeignKey("live.Notice", models.CASCADE, null=True, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=7, choices=SendingState.choices, default=SendingState.WAITING
    )
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("推送")
        verbose_name_plural = _("推送")
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["waiting", "sending"]),
                name="push_to_be_sent",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["browser", "notice"],
                condition=Q(notice__isnull=False),
                name="push_once_a_notice",
            ),
            models.UniqueConstraint(
                fields=["browser", "due_at"],
                condition=Q(notice__isnull=True),
                name="push_once_a_round_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.browser_id} · {self.notice_id} {self.state}"


class PushService(models.Model):
    """A push service that could not be reached when last asked; one that answers has no row."""

    origin = models.CharField(max_length=200, unique=True)
    failing_since = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=1)
    try_again_at = models.DateTimeField()

    class Meta:
        verbose_name = _("推送服务")
        verbose_name_plural = _("推送服务")

    def __str__(self) -> str:
        return self.origin
