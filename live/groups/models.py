"""Groups of a class: rounds, who sits where, what they said and wrote; kept with the class."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class GroupRound(models.Model):
    """One time the class was divided; over when `closed_at` is set, at `ends_at` at the latest."""

    live_class = models.ForeignKey("live.LiveClass", models.CASCADE, related_name="rounds")
    topic = models.CharField(_("讨论题"), max_length=200, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("分组讨论")
        verbose_name_plural = _("分组讨论")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["live_class"], condition=Q(closed_at=None), name="live_one_open_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.pk}"


class Group(models.Model):
    """One group of a round."""

    round = models.ForeignKey(GroupRound, models.CASCADE, related_name="groups", db_index=False)
    number = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("小组")
        verbose_name_plural = _("小组")
        ordering = ("round", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "number"], name="live_group_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.round_id} · {self.number}"


class GroupSeat(models.Model):
    """One member in one group of a round."""

    round = models.ForeignKey(GroupRound, models.CASCADE, related_name="seats", db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="seats")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("小组成员")
        verbose_name_plural = _("小组成员")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "member"], name="live_one_seat_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.group_id} · {self.member_id}"


class GroupMessage(models.Model):
    """Something said in a group; of several with the same `once` the database takes one."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="messages")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    at = models.DateTimeField()
    once = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("小组发言")
        verbose_name_plural = _("小组发言")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "once"], name="live_group_message_once")
        ]

    def __str__(self) -> str:
        return f"{self.group_id} · {self.text[:20]}"


class GroupNote(models.Model):
    """One revision of the note a group writes together; rows are added and never changed."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="notes", db_index=False)
    revision = models.PositiveIntegerField()
    text = models.TextField(max_length=4000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("小组记录")
        verbose_name_plural = _("小组记录")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "revision"], name="live_note_revision_once")
        ]

    def __str__(self) -> str:
        return f"{self.group_id} · {self.revision}"
