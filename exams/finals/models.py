"""The live final of a contest: its teams, its players, and the ledger of what happened in it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.finals.course import Kind, Phase


class FinalState(models.TextChoices):
    """draft → lobby → running → finished; until then it can be cancelled."""

    DRAFT = Phase.DRAFT.value, _("准备中")
    LOBBY = Phase.LOBBY.value, _("候场")
    RUNNING = Phase.RUNNING.value, _("进行中")
    FINISHED = Phase.FINISHED.value, _("已结束")
    CANCELLED = Phase.CANCELLED.value, _("已取消")


class RoundKind(models.TextChoices):
    """The kinds of `course.Kind` as people call them."""

    TURN = Kind.TURN.value, _("必答题")
    ALL = Kind.ALL.value, _("共答题")
    BUZZ = Kind.BUZZ.value, _("抢答题")
    RISK = Kind.RISK.value, _("风险题")


class Final(models.Model):
    """One live final of a branch. What happens in it is in `FinalEvent`, and only there.

    `last_seq` is the number of the last event: whoever writes one holds this row.
    """

    # Names the room between processes, and what a process keeps of it.
    room = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("举办组织"), related_name="finals"
    )
    contest = models.ForeignKey(
        "exams.Contest",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("所属竞赛"),
        related_name="finals",
    )
    title = models.CharField(_("名称"), max_length=60)
    paper = models.ForeignKey(
        "exams.Paper", models.PROTECT, verbose_name=_("试卷"), related_name="finals"
    )
    by_team = models.BooleanField(_("分队比赛"), default=True)
    # How much of a slow line is allowed for at most; nothing where all are in one hall.
    cap_ms = models.PositiveSmallIntegerField(_("线路折算上限（毫秒）"), default=250)
    state = models.CharField(
        _("状态"), max_length=9, choices=FinalState.choices, default=FinalState.DRAFT
    )
    last_seq = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # The ranking as it was when the final ended: {"sides": [...], "persons": [...]}.
    result = models.JSONField(null=True)
    record = models.FileField(upload_to="finals/%Y/", blank=True)

    class Meta:
        verbose_name = _("竞赛决赛")
        verbose_name_plural = _("竞赛决赛")
        indexes: ClassVar = [models.Index(fields=["branch", "-made_at"], name="final_by_branch")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="finished") | Q(result__isnull=False, ended_at__isnull=False),
                name="final_finished_has_result",
            ),
            models.CheckConstraint(condition=Q(cap_ms__lte=250), name="final_cap"),
        ]

    def __str__(self) -> str:
        return self.title


class FinalRound(models.Model):
    """How the questions of one section of the paper are asked."""

    final = models.ForeignKey(Final, models.CASCADE, related_name="rounds")
    position = models.PositiveSmallIntegerField()
    section = models.CharField(_("大题"), max_length=60, blank=True)
    kind = models.CharField(_("方式"), max_length=4, choices=RoundKind.choices)
    seconds = models.PositiveSmallIntegerField(_("答题时间（秒）"), default=20)
    costs = models.BooleanField(_("抢答答错扣分"), default=False)

    class Meta:
        verbose_name = _("环节")
        verbose_name_plural = _("环节")
        ordering = ("final", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["final", "position"], name="round_once_a_position"),
            models.CheckConstraint(
                condition=Q(seconds__gte=5, seconds__lte=600), name="round_seconds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.final_id} · {self.position}"


class FinalTeam(models.Model):
    """One team; with a branch only its members can join it."""

    final = models.ForeignKey(Final, models.CASCADE, related_name="teams")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("队名"), max_length=30)
    branch = models.ForeignKey("members.Branch", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("参赛队")
        verbose_name_plural = _("参赛队")
        ordering = ("final", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["final", "name"], name="team_once_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FinalPlayer(models.Model):
    """One member who plays, bound to the account that joined; one who was removed has left.

    `is_listed` is the member's own choice: without it nobody else is shown name or place.
    """

    final = models.ForeignKey(Final, models.CASCADE, related_name="players")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("选手"), related_name="+"
    )
    team = models.ForeignKey(FinalTeam, models.PROTECT, null=True, related_name="players")
    number = models.PositiveSmallIntegerField(_("号码"))
    is_listed = models.BooleanField(_("公开个人成绩"), default=False)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("选手")
        verbose_name_plural = _("选手")
        ordering = ("final", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["final", "member"], name="player_once_a_final"),
            models.UniqueConstraint(fields=["final", "number"], name="player_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.final_id} · {self.number}"


class FinalEvent(models.Model):
    """One thing that happened, as `course.Event`; rows are added and never changed.

    Of several events with the same `once` the database takes one.
    """

    final = models.ForeignKey(Final, models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    body = models.JSONField(default=dict)
    once = models.CharField(max_length=40, null=True)  # noqa: DJ001  (many have none)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("决赛记录")
        verbose_name_plural = _("决赛记录")
        ordering = ("final", "seq")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["final", "seq"], name="event_in_order"),
            models.UniqueConstraint(fields=["final", "once"], name="event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.final_id} · {self.seq} {self.kind}"
