"""Study together in one room: gatherings, who was there, and the scanned sign-in sheets."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.credit.models import StudyCategory
from exams.gatherings.lengths import Length


class GatheringKind(models.TextChoices):
    SCREEN = "screen", _("集体学习")
    OFFLINE = "offline", _("线下学习")


class GatheringState(models.TextChoices):
    """planned → open → closed → confirmed; an offline one goes from planned to closed.

    Refused by the second person, it stays closed and says so until it is handed in again.
    """

    PLANNED = "planned", _("未开始")
    OPEN = "open", _("进行中")
    CLOSED = "closed", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    CANCELLED = "cancelled", _("已取消")


class LengthKind(models.TextChoices):
    """The kinds of `lengths.Length` as they are chosen."""

    MINUTES = Length.MINUTES.value, _("按分钟")
    HALF_DAY = Length.HALF_DAY.value, _("半天")
    DAY = Length.DAY.value, _("一天")


class How(models.TextChoices):
    """How somebody came on the list."""

    QR = "qr", _("扫码")
    CODE = "code", _("输入签到码")
    TICK = "tick", _("当面勾选")
    PAPER = "paper", _("纸质签到表")


class Gathering(models.Model):
    """One occasion on which a branch studied together: in front of a screen, or written down later.

    `minutes` is what is credited: entered for an offline one, taken from the server's clock when
    a screen one is closed. `hours` is frozen when the second person confirms.
    """

    kind = models.CharField(_("形式"), max_length=10, choices=GatheringKind.choices)
    category = models.CharField(_("类别"), max_length=20, choices=StudyCategory.choices)
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("主办组织"), related_name="gatherings"
    )
    title = models.CharField(_("主题"), max_length=120)
    lesson = models.ForeignKey(
        "courses.LessonPage",
        models.PROTECT,
        verbose_name=_("播放的课程"),
        null=True,
        blank=True,
        related_name="gatherings",
    )
    place = models.CharField(_("地点"), max_length=80)
    speaker = models.CharField(_("主讲人"), max_length=60, blank=True)
    starts_at = models.DateTimeField(_("开始时间"))
    length = models.CharField(
        _("时长"), max_length=10, choices=LengthKind.choices, default=LengthKind.MINUTES
    )
    minutes = models.PositiveSmallIntegerField(_("分钟"), default=0)
    reason = models.CharField(_("补登原因"), max_length=200, blank=True)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=GatheringState.choices,
        default=GatheringState.PLANNED,
    )
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("主持人"), related_name="+"
    )
    witness = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("见证人"),
        null=True,
        blank=True,
        related_name="witnessed_gatherings",
    )
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # How many the host saw in the room, in the middle and at the end.
    middle_count = models.PositiveSmallIntegerField(_("中途清点"), null=True, blank=True)
    middle_counted_at = models.DateTimeField(null=True)
    end_count = models.PositiveSmallIntegerField(_("结束清点"), null=True, blank=True)
    end_counted_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    refusal = models.CharField(_("退回原因"), max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    hours = models.DecimalField(_("学时"), max_digits=6, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("集体学习")
        verbose_name_plural = _("集体学习")
        indexes: ClassVar = [
            models.Index(fields=["branch", "-starts_at"], name="gathering_branch_start"),
            models.Index(
                fields=["opened_at"], condition=Q(state="open"), name="gathering_open_now"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | Q(confirmed_by__isnull=False, hours__isnull=False, closed_at__isnull=False),
                name="gathering_confirmed_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("host")),
                name="gathering_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(kind="offline") | Q(lesson__isnull=True, opened_at__isnull=True),
                name="gathering_offline_has_no_screen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} · {self.title} · {self.starts_at:%F}"

    @property
    def is_on_screen(self) -> bool:
        return self.kind == GatheringKind.SCREEN

    @property
    def began_at(self) -> dt.datetime:
        """When it really began, as far as that is known."""
        return self.opened_at or self.starts_at

    @property
    def is_settled(self) -> bool:
        """Nothing of it changes any more but late entries."""
        return self.state in (GatheringState.CONFIRMED, GatheringState.CANCELLED)


class Presence(models.Model):
    """One member was at one gathering, with how, when and by whom that was written down.

    `home_branch` is where the member belonged that day; for a guest it is not the host's.
    Confirmed, it stays: the hours follow from it.
    """

    gathering = models.ForeignKey(Gathering, models.PROTECT, related_name="presences")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="gatherings_attended"
    )
    home_branch = models.ForeignKey("members.Branch", models.PROTECT, related_name="+")
    how = models.CharField(_("登记方式"), max_length=10, choices=How.choices)
    at = models.DateTimeField(_("登记时间"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # 帮学: who sat beside the member and helped; both names go into the record.
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="helped_at"
    )
    late_reason = models.CharField(_("补登原因"), max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("到场记录")
        verbose_name_plural = _("到场记录")
        indexes: ClassVar = [
            models.Index(
                fields=["confirmed_at"],
                condition=Q(confirmed_at__isnull=False),
                name="presence_confirmed",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gathering", "member"], name="presence_once"),
            models.CheckConstraint(
                condition=Q(helper__isnull=True) | ~Q(helper=F("member")),
                name="presence_helped_by_another",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="presence_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gathering_id} · {self.member_id} · {self.get_how_display()}"

    @property
    def is_guest(self) -> bool:
        """Belongs to a branch that is neither the host's nor below it."""
        return not self.home_branch.path.startswith(self.gathering.branch.path)

    @property
    def is_late(self) -> bool:
        return bool(self.late_reason)


class Scan(models.Model):
    """One photograph or PDF of the signed sheet; its file has no address but our view's."""

    gathering = models.ForeignKey(Gathering, models.PROTECT, related_name="scans")
    file = models.FileField(upload_to="gatherings/%Y/")
    content_type = models.CharField(max_length=40)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("签到表扫描件")
        verbose_name_plural = _("签到表扫描件")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gathering", "sha256"], name="scan_once"),
        ]

    def __str__(self) -> str:
        return f"{self.gathering_id} · {self.content_type}"

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")
