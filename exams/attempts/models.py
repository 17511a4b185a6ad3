"""Sitting an exam: the exam, who may sit it how, attempts, answers, marks."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ExamState(models.TextChoices):
    """draft → published → released; published → cancelled. Open and over are told by the clock."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    RELEASED = "released", _("已公布成绩")
    CANCELLED = "cancelled", _("已取消")


class Navigation(models.TextChoices):
    FREE = "free", _("可以前后翻看")
    FORWARD = "forward", _("逐题作答，不能返回")


class Fairness(models.TextChoices):
    """What is watched. It is shown to people; nothing fails anyone by itself."""

    NONE = "none", _("不记录")
    LOG = "log", _("记录离开答题窗口")
    ONE_DEVICE = "one_device", _("只能在一台设备上作答")
    ROOM = "room", _("考场监考，按座位表")


class Release(models.TextChoices):
    AT_ONCE = "at_once", _("交卷后立即公布")
    AFTER_CLOSE = "after_close", _("考试结束后自动公布")
    BY_HAND = "by_hand", _("人工公布")


class Exam(models.Model):
    """One exam: a sealed paper, a window, and the rules it is sat under."""

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("举办单位"), related_name="exams"
    )
    # Only the people of this class sit it; none: everybody of the branch and below.
    training_class = models.ForeignKey(
        "courses.TrainingClass",
        models.PROTECT,
        verbose_name=_("培训班"),
        null=True,
        blank=True,
        related_name="exams",
    )
    paper = models.ForeignKey(
        "exams.Paper", models.PROTECT, verbose_name=_("试卷"), related_name="exams"
    )
    title = models.CharField(_("考试名称"), max_length=120)
    instructions = models.TextField(_("考试说明"), blank=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=ExamState.choices, default=ExamState.DRAFT
    )
    opens_at = models.DateTimeField(_("开始时间"))
    closes_at = models.DateTimeField(_("结束时间"))
    allowed_seconds = models.PositiveIntegerField(_("答题时长（秒）"))
    attempts_allowed = models.PositiveSmallIntegerField(_("可考次数"), default=1)
    pass_percent = models.PositiveSmallIntegerField(_("及格线（百分比）"), default=60)
    navigation = models.CharField(
        _("答题方式"), max_length=8, choices=Navigation.choices, default=Navigation.FREE
    )
    shuffles_questions = models.BooleanField(_("打乱题目顺序"), default=False)
    shuffles_options = models.BooleanField(_("打乱选项顺序"), default=True)
    fairness = models.CharField(
        _("考风措施"), max_length=10, choices=Fairness.choices, default=Fairness.LOG
    )
    release = models.CharField(
        _("成绩公布"), max_length=12, choices=Release.choices, default=Release.AFTER_CLOSE
    )
    markers_per_answer = models.PositiveSmallIntegerField(_("每份主观题评卷人数"), default=1)
    is_marked_blind = models.BooleanField(_("匿名评卷"), default=True)
    # Given once to whoever passes, in the category of exams.
    study_hours = models.DecimalField(
        _("及格计学时"), max_digits=5, decimal_places=2, default=0, blank=True
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(_("取消原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("考试")
        verbose_name_plural = _("考试")
        indexes: ClassVar = [models.Index(fields=["branch", "-opens_at"], name="exam_by_branch")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="exam_closes_after_opening"
            ),
            models.CheckConstraint(condition=Q(allowed_seconds__gt=0), name="exam_has_time"),
            models.CheckConstraint(
                condition=Q(markers_per_answer__gte=1, markers_per_answer__lte=2),
                name="exam_one_or_two_markers",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Allowance(models.Model):
    """More time or more attempts for one member in one exam, given by somebody for a reason.

    Rows are added, not edited; what holds is the sum of extras and the highest multiplier. A row
    reaches an attempt that runs at once.
    """

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="allowances")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="exam_allowances"
    )
    extra_seconds = models.PositiveIntegerField(_("加时（秒）"), default=0)
    time_percent = models.PositiveSmallIntegerField(_("时长倍数（百分比）"), default=100)
    extra_attempts = models.PositiveSmallIntegerField(_("加考次数"), default=0)
    reason = models.CharField(_("原因"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("考试照顾")
        verbose_name_plural = _("考试照顾")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(time_percent__gte=100), name="allowance_adds_time"),
        ]

    def __str__(self) -> str:
        return f"{self.exam_id} · {self.member_id}"


class AttemptState(models.TextChoices):
    """open → finished → marked → released; finished → open only by a reopening with its reason.

    Whether time is up is read from the clock: an open attempt past its end is over for everybody,
    and becomes finished at its deadline by whoever looks first.
    """

    OPEN = "open", _("作答中")
    FINISHED = "finished", _("已交卷")
    MARKED = "marked", _("已评阅")
    RELEASED = "released", _("已公布")


class FinishedBy(models.TextChoices):
    MEMBER = "member", _("本人交卷")
    TIME = "time", _("到时交卷")
    SHEET = "sheet", _("纸质答卷")
    OFFICER = "room", _("监考人员代交")


class Attempt(models.Model):
    """One sitting of one member at one exam.

    `deadline_at` is stamped by the server when the first question is served, and moves only by an
    allowance or a reopening. `seed` decides which questions a random paper draws and in which
    order things stand; `items` is the result, frozen: [[item id, [arrangement]], …].
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="attempts")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="exam_attempts", db_index=False
    )
    number = models.PositiveSmallIntegerField(_("第几次"))
    state = models.CharField(
        _("状态"), max_length=8, choices=AttemptState.choices, default=AttemptState.OPEN
    )
    form = models.CharField(_("卷别"), max_length=1, blank=True)
    seed = models.BigIntegerField()
    items = models.JSONField()
    started_at = models.DateTimeField(_("开始作答"))
    deadline_at = models.DateTimeField(_("截止"))
    finished_at = models.DateTimeField(_("交卷时间"), null=True)
    finished_by = models.CharField(max_length=6, choices=FinishedBy.choices, blank=True)
    receipt = models.CharField(_("回执号"), max_length=20, blank=True)
    # The highest position served, where nobody may go back.
    reached = models.PositiveSmallIntegerField(default=1)
    # Which tab may write: a later one takes over, and the earlier is told so.
    tab = models.UUIDField(null=True)
    # Where only one device may write, the one it is bound to.
    device = models.CharField(max_length=64, blank=True)
    points = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True)
    out_of = models.DecimalField(_("满分"), max_digits=6, decimal_places=2)
    is_passed = models.BooleanField(_("是否及格"), null=True)
    marked_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("答卷")
        verbose_name_plural = _("答卷")
        indexes: ClassVar = [
            models.Index(fields=["exam", "state"], name="attempt_by_exam"),
            models.Index(
                fields=["deadline_at"], condition=Q(state="open"), name="attempt_open_until"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "exam", "number"], name="attempt_number"),
            models.UniqueConstraint(
                fields=["member", "exam"], condition=Q(state="open"), name="attempt_one_open"
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=~Q(receipt=""), name="attempt_receipt"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(finished_at__isnull=False),
                name="attempt_finished_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam_id} · {self.member_id} · {self.number}"


class Answer(models.Model):
    """The answer of one attempt to one item, as it stood at its last save.

    `revision` grows with each save: of two writers the one that has not seen the latest is
    refused. `answer` is in the author's terms (see `exams.questions.types`).
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers", db_index=False)
    item = models.ForeignKey("exams.PaperItem", models.PROTECT, related_name="+")
    answer = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    is_flagged = models.BooleanField(_("标记待查"), default=False)
    # What it earned; null: not marked yet.
    points = models.DecimalField(_("得分"), max_digits=5, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("作答")
        verbose_name_plural = _("作答")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "item"], name="answer_once_an_item"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} · {self.item_id} · {self.revision}"

    @property
    def is_on_paper(self) -> bool:
        """Written by hand: `answer` is {"paper": the number of its sheet}, and with it
        {"area": the question's number} if it stands on the sheet and not in the booklet.
        """
        return "paper" in self.answer


class AttemptEvent(models.Model):
    """Something that happened during an attempt, for people to read; it decides nothing."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    details = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("作答过程")
        verbose_name_plural = _("作答过程")

    def __str__(self) -> str:
        return f"{self.attempt_id} · {self.kind}"
