"""A live class: its plan and state, what happened in it, what was sent, and who was there."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.credit.models import StudyCategory

LIVE_CATEGORIES = [
    (each.value, each.label)
    for each in (StudyCategory.CONCENTRATED, StudyCategory.GROUP, StudyCategory.ONLINE)
]


# Of the time a class was held, what somebody has to be there for its hours.
USUAL_PERCENT = 85


class ClassState(models.TextChoices):
    """scheduled → waiting → on air ⇄ paused → closed; cancelled before it has been on air.

    Going on air may leave out the waiting room.
    """

    SCHEDULED = "scheduled", _("未开始")
    WAITING = "waiting", _("候课中")
    ON_AIR = "on_air", _("直播中")
    PAUSED = "paused", _("已暂停")
    CLOSED = "closed", _("已结束")
    CANCELLED = "cancelled", _("已取消")


class LiveClass(models.Model):
    """One class a teacher holds for a branch and all below it, or for one training class.

    `last_seq` is the number of the last event: whoever writes one holds this row. `shown` follows
    from the events and is as public as they are.
    """

    # Names the room between processes, and the folder of what was sent.
    room = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("举办组织"), related_name="live_classes"
    )
    training_class = models.ForeignKey(
        "courses.TrainingClass",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("培训班"),
        related_name="live_classes",
    )
    title = models.CharField(_("课题"), max_length=80)
    introduction = models.TextField(_("内容介绍"), blank=True, max_length=2000)
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("主讲"), related_name="live_taught"
    )
    co_hosts = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("协助人"), blank=True, related_name="live_assisted"
    )
    starts_at = models.DateTimeField(_("开始时间"))
    planned_minutes = models.PositiveSmallIntegerField(
        _("计划时长（分钟）"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(480)],
    )
    state = models.CharField(
        _("状态"), max_length=9, choices=ClassState.choices, default=ClassState.SCHEDULED
    )
    reason = models.CharField(_("取消原因"), max_length=100, blank=True)
    last_seq = models.PositiveIntegerField(default=0)
    # How the room stands now, by subject (slide, poll, …): what a late member is told first.
    shown = models.JSONField(default=dict)
    # Since when the teacher's line is gone; None while it stands or nobody was there yet.
    lost_at = models.DateTimeField(null=True)
    # What its hours are, and how much of it somebody has to be there for them.
    category = models.CharField(
        _("学时类别"),
        max_length=20,
        choices=LIVE_CATEGORIES,
        default=StudyCategory.ONLINE,
    )
    counts_percent = models.PositiveSmallIntegerField(
        _("在课达到多少计学时（%）"),
        default=USUAL_PERCENT,
        validators=[MinValueValidator(50), MaxValueValidator(100)],
    )
    # Nobody but who may hold it sees it, and it never counts.
    is_rehearsal = models.BooleanField(_("试讲"), default=False)
    # When the hours of who was there by own lines were posted.
    credited_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # The lecture made of what was sent; until it is ready the replay is what was served.
    recording = models.ForeignKey(
        "media_pipeline.Asset", models.SET_NULL, null=True, related_name="live_classes"
    )

    class Meta:
        verbose_name = _("直播课")
        verbose_name_plural = _("直播课")
        indexes: ClassVar = [models.Index(fields=["branch", "-starts_at"], name="live_by_branch")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state__in=["on_air", "paused"]) | Q(begun_at__isnull=False),
                name="live_on_air_has_begun",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(ended_at__isnull=False),
                name="live_closed_has_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_running(self) -> bool:
        return self.state in (ClassState.ON_AIR, ClassState.PAUSED)


class LiveEvent(models.Model):
    """One thing that happened in the room; rows are added and never changed, save that words
    somebody took back are taken out of them (`unsaying`).

    `at` says which moment of the picture it belongs to. Of several events with the same `once` the
    database takes one.
    """

    live_class = models.ForeignKey(LiveClass, models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    body = models.JSONField(default=dict)
    once = models.CharField(max_length=40, null=True)  # noqa: DJ001  (many have none)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("课堂记录")
        verbose_name_plural = _("课堂记录")
        ordering = ("live_class", "seq")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["live_class", "seq"], name="live_event_in_order"),
            models.UniqueConstraint(fields=["live_class", "once"], name="live_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.seq} {self.kind}"


class LiveTake(models.Model):
    """What one recorder of one browser sent without changing its stream: one part of the class.

    `key` is the recorder's own random name, by which it goes on after its line was cut.
    """

    live_class = models.ForeignKey(LiveClass, models.CASCADE, related_name="takes", db_index=False)
    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=32)
    mime = models.CharField(max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    # From then on no segment of it counts any more.
    ended_at = models.DateTimeField(null=True)
    # Who carries it among several machines, and since when its teacher's line is known to stand;
    # None where that line is gone, and where there is but one machine.
    carrier = models.UUIDField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("直播片段")
        verbose_name_plural = _("直播片段")
        ordering = ("live_class", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["live_class", "number"], name="live_take_in_order"),
            models.UniqueConstraint(fields=["live_class", "key"], name="live_take_once"),
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.number}"


class LiveSegment(models.Model):
    """One file of a take that members are given, where several machines serve the school.

    It is in the storage before the row is there. Rows are added in their order, and only while
    their take has not ended: so every machine makes the same playlist of them.
    """

    take = models.ForeignKey(LiveTake, models.CASCADE, related_name="segments", db_index=False)
    number = models.PositiveIntegerField()
    seconds = models.FloatField()
    # When its first picture came.
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("直播切片")
        verbose_name_plural = _("直播切片")
        ordering = ("take", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["take", "number"], name="live_segment_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.take_id} · {self.number}"


class LivePresence(models.Model):
    """One device of one member in the room, from `joined_at` on; kept for ever.

    `seen_at` is the last sign of life; `left_at` is None while the line stands, or for ever where
    the process that held it died.
    """

    live_class = models.ForeignKey(LiveClass, models.CASCADE, related_name="presences")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("学员"), related_name="+"
    )
    device = models.CharField(max_length=32)
    joined_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("到课记录")
        verbose_name_plural = _("到课记录")

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.member_id}"
