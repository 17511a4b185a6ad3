"""What is said in writing during a class, under which rules, and who may not for a while."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_CHARS = 300


class MessageState(models.TextChoices):
    """waiting → shown or dropped; shown → removed. Without a review a message begins as shown."""

    WAITING = "waiting", _("待审核")
    SHOWN = "shown", _("已显示")
    DROPPED = "dropped", _("未通过")
    REMOVED = "removed", _("已删除")


class ChatMessage(models.Model):
    """One thing somebody said; kept for ever, also when nobody is shown it any more.

    `seq` is the number of the event that showed it, by which the room knows it.
    """

    live_class = models.ForeignKey(
        "live.LiveClass", models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.PositiveIntegerField(null=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("发言人"), related_name="+"
    )
    is_lead = models.BooleanField(default=False)
    text = models.CharField(_("内容"), max_length=MOST_CHARS)
    reply_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("状态"), max_length=7, choices=MessageState.choices)
    said_at = models.DateTimeField()
    once = models.CharField(max_length=40)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    reason = models.CharField(_("原因"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("课堂发言")
        verbose_name_plural = _("课堂发言")
        indexes: ClassVar = [
            models.Index(fields=["live_class", "author", "-said_at"], name="live_chat_by_author"),
            models.Index(
                fields=["live_class", "id"],
                condition=Q(state="waiting"),
                name="live_chat_waiting",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["live_class", "seq"], name="live_chat_in_order"),
            models.UniqueConstraint(fields=["live_class", "once"], name="live_chat_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["shown", "removed"]) | Q(seq__isnull=False),
                name="live_chat_shown_has_seq",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["dropped", "removed"])
                | Q(settled_by__isnull=False, settled_at__isnull=False),
                name="live_chat_settled_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.pk} {self.state}"


class ChatRules(models.Model):
    """How people may speak in one class; a class without a row is open to all at any pace."""

    live_class = models.OneToOneField(
        "live.LiveClass", models.CASCADE, primary_key=True, related_name="chat_rules"
    )
    is_open = models.BooleanField(default=True)
    is_reviewed = models.BooleanField(default=False)
    slow_seconds = models.PositiveSmallIntegerField(default=0)
    pinned = models.ForeignKey(ChatMessage, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("发言规则")
        verbose_name_plural = _("发言规则")

    def __str__(self) -> str:
        return f"{self.live_class_id}"


class ChatMute(models.Model):
    """One member may not speak in one class, until `until` or its end; lifted by whoever leads."""

    live_class = models.ForeignKey("live.LiveClass", models.CASCADE, related_name="mutes")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("学员"), related_name="+"
    )
    muted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    muted_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(_("原因"), max_length=60)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("暂停发言")
        verbose_name_plural = _("暂停发言")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["live_class", "member"],
                condition=Q(lifted_at__isnull=True),
                name="live_one_mute_each",
            )
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.member_id}"

    def holds_at(self, now: dt.datetime) -> bool:
        return self.lifted_at is None and (self.until is None or now < self.until)
