"""What members are told in the application, and how each wants to be told."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeKind(models.TextChoices):
    ANSWER = "answer", _("有人回复我的主题或发言")
    MENTION = "mention", _("有人用 @ 叫我")
    ACCEPTED = "accepted", _("我的回答被采纳")
    MODERATION = "moderation", _("我的发言被隐藏或恢复，我的举报有结果")
    DESK = "desk", _("有举报或申诉等我处理")
    UNANSWERED = "unanswered", _("我负责的课程有提问 48 小时没有人回答")
    WRITING = "writing", _("学习心得和思想汇报有进展")
    CLASS = "class", _("直播课就要开始")
    CONFIRM = "confirm", _("会场名单等我确认，或被退回")


class Way(models.TextChoices):
    NOW = "now", _("随时")
    DAILY = "daily", _("每天一次")
    WEEKLY = "weekly", _("每周一次")
    OFF = "off", _("不要")


class Notice(models.Model):
    """One thing one member is told; of several with the same `once` the database takes one.

    From `due_at` on it counts as new: the end of quiet hours, or the hour of the round-up.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False
    )
    kind = models.CharField(_("类型"), max_length=12, choices=NoticeKind.choices)
    once = models.CharField(max_length=60)
    title = models.CharField(_("内容"), max_length=200)
    url = models.CharField(max_length=200)
    at = models.DateTimeField(_("时间"))
    due_at = models.DateTimeField()
    is_rounded_up = models.BooleanField(default=False)
    read_at = models.DateTimeField(_("已读"), null=True)

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        indexes: ClassVar = [
            models.Index(fields=["member", "-due_at"], name="notice_by_member"),
            models.Index(
                fields=["member", "due_at"], condition=models.Q(read_at=None), name="notice_new"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "once"], name="notice_once")
        ]

    def __str__(self) -> str:
        return self.title


class NoticeChoice(models.Model):
    """How one member wants to be told of one kind of thing; without a row: at any time."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choices", db_index=False
    )
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    way = models.CharField(max_length=6, choices=Way.choices, default=Way.NOW)

    class Meta:
        verbose_name = _("消息设置")
        verbose_name_plural = _("消息设置")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "kind"], name="notice_choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.kind}"


class QuietHours(models.Model):
    """When one member is not to be disturbed, in minutes of the day; without a row: 22:00–07:00."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="quiet_hours", primary_key=True
    )
    from_minute = models.PositiveSmallIntegerField()
    until_minute = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("免打扰时段")
        verbose_name_plural = _("免打扰时段")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(from_minute__lt=1440, until_minute__lt=1440),
                name="quiet_hours_of_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.from_minute}–{self.until_minute}"
