"""Contests: what is asked in one, its rounds, a day's practice, and who agreed to be named."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ContestState(models.TextChoices):
    """draft → open → closed; open → cancelled. Whether its days have come is told by the clock."""

    DRAFT = "draft", _("草稿")
    OPEN = "open", _("已发布")
    CLOSED = "closed", _("已结束")
    CANCELLED = "cancelled", _("已取消")


class DailyDraw(models.TextChoices):
    """Whether everybody practises the same questions on one day."""

    SAME = "same", _("当天所有人同一组题")
    OWN = "own", _("每人各抽一组题")


class TeamKind(models.TextChoices):
    """Which organisations stand against each other."""

    BRANCHES = "branches", _("各党支部（党员直接所在的组织）")
    PARTS = "parts", _("下一级组织（各含其下级）")


class Contest(models.Model):
    """One contest of a branch, open to everybody of its subtree."""

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("举办单位"), related_name="contests"
    )
    title = models.CharField(_("竞赛名称"), max_length=120)
    description = models.TextField(_("竞赛说明"), blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=ContestState.choices, default=ContestState.DRAFT
    )
    opens_on = models.DateField(_("开始日期"))
    closes_on = models.DateField(_("结束日期"))  # the last day
    # What the daily practice draws from: questions open for practice about these; none: all.
    topics = models.ManyToManyField(
        "exams.Topic", verbose_name=_("练习知识点"), blank=True, related_name="+"
    )
    daily_questions = models.PositiveSmallIntegerField(_("每日一练题数"), default=5)  # 0: none
    daily_draw = models.CharField(
        _("每日一练出题"), max_length=8, choices=DailyDraw.choices, default=DailyDraw.SAME
    )
    team_kind = models.CharField(
        _("参赛组织"), max_length=8, choices=TeamKind.choices, default=TeamKind.BRANCHES
    )
    # A team's score: the mean of its best so many, and its rate of taking part with this weight.
    best_of = models.PositiveSmallIntegerField(_("取前几名平均"), default=5)
    participation_percent = models.PositiveSmallIntegerField(_("参与率占比（%）"), default=20)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    closed_on = models.DateField(null=True)
    cancelled_reason = models.CharField(_("取消原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("知识竞赛")
        verbose_name_plural = _("知识竞赛")
        indexes: ClassVar = [models.Index(fields=["branch", "-opens_on"], name="contest_by_branch")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="contest_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(best_of__gte=1), name="contest_counts_somebody"),
            models.CheckConstraint(
                condition=Q(participation_percent__lte=100), name="contest_weighs_a_part"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ContestRound(models.Model):
    """One round: an exam of the same branch, and how much it weighs beside the others."""

    contest = models.ForeignKey(Contest, models.CASCADE, related_name="rounds")
    exam = models.OneToOneField(
        "exams.Exam", models.CASCADE, verbose_name=_("考试"), related_name="contest_round"
    )
    weight = models.PositiveSmallIntegerField(_("权重"), default=1)

    class Meta:
        verbose_name = _("轮次")
        verbose_name_plural = _("轮次")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weight__gte=1), name="round_weighs_something"),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id} · {self.exam_id}"


class RankingChange(models.Model):
    """The contest's ranking of persons was switched on, on a named ground, or off again.

    Off until somebody has named a ground; the latest row holds. Rows are added and never changed.
    """

    contest = models.ForeignKey(Contest, models.PROTECT, related_name="ranking_changes")
    is_on = models.BooleanField(_("开启"))
    ground = models.CharField(_("依据"), max_length=400)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("经办人"), related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("个人排名开关")
        verbose_name_plural = _("个人排名开关")

    def __str__(self) -> str:
        return f"{self.contest_id} · {self.is_on}"


class DailyPractice(models.Model):
    """One member's questions of one day: what was answered, and whether that was all of them.

    `answers` is {question id: answered right}; each question counts with its first answer.
    """

    contest = models.ForeignKey(
        Contest, models.PROTECT, related_name="daily_practices", db_index=False
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="daily_practices"
    )
    day = models.DateField(_("日期"))
    answers = models.JSONField(default=dict)
    is_complete = models.BooleanField(_("做完"), default=False)

    class Meta:
        verbose_name = _("每日一练")
        verbose_name_plural = _("每日一练")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contest", "member", "day"], name="daily_practice_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id} · {self.member_id} · {self.day}"


class NamedShowing(models.Model):
    """A member has agreed to stand on one contest's board by name; taken back, the row goes."""

    contest = models.ForeignKey(
        Contest, models.CASCADE, related_name="named_showings", db_index=False
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="named_showings"
    )
    at = models.DateTimeField(_("同意时间"))

    class Meta:
        verbose_name = _("同意公开姓名")
        verbose_name_plural = _("同意公开姓名")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contest", "member"], name="named_once_a_contest"),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id} · {self.member_id}"
