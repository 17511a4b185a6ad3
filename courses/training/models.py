"""Training classes (培训班): a plan, people, dates and what it takes to pass."""

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ClassState(models.TextChoices):
    DRAFT = "draft", _("筹备中")
    OPEN = "open", _("已开班")


class TrainingClass(models.Model):
    """One training class of one branch, from `starts_on` to `ends_on`, both included.

    `pass_rule` is the JSON of `exams.passing.pass_rules`; courses only keep it.
    """

    title = models.CharField(_("班名"), max_length=80)
    branch = models.ForeignKey(
        "members.Branch",
        models.PROTECT,
        verbose_name=_("举办单位"),
        related_name="training_classes",
        help_text=_("证书由举办单位颁发。"),
    )
    introduction = models.TextField(_("培训说明"), blank=True, max_length=2000)
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("班主任"),
        null=True,
        blank=True,
        related_name="classes_taught",
    )
    starts_on = models.DateField(_("开班日期"))
    ends_on = models.DateField(_("结班日期"))
    minimum_electives = models.PositiveSmallIntegerField(
        _("至少选修几门"), default=0, help_text=_("选修内容里至少学完几门才算完成学习安排。")
    )
    pass_rule = models.JSONField(default=dict, editable=False)
    gives_certificate = models.BooleanField(_("结业后颁发证书"), default=True)
    certificate_words = models.CharField(
        _("证书上的评语"), max_length=60, default="完成规定学习，考核合格，准予结业。"
    )
    credits = models.DecimalField(
        _("学分"),
        max_digits=4,
        decimal_places=1,
        default=0,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=_("结业时给的学分。学分与学时分开记，不计入年度学时。"),
    )
    state = models.CharField(
        _("状态"), max_length=20, choices=ClassState.choices, default=ClassState.DRAFT
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("创建于"))

    class Meta:
        verbose_name = _("培训班")
        verbose_name_plural = _("培训班")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="class_ends_after_starting",
                violation_error_message=_("结班日期不能早于开班日期。"),
            )
        ]

    def __str__(self) -> str:
        return self.title


class PlanItem(models.Model):
    """One course or one lesson of a class's plan: required, or one of the electives."""

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, related_name="plan")
    course = models.ForeignKey(
        "courses.CoursePage", models.PROTECT, null=True, blank=True, related_name="+"
    )
    lesson = models.ForeignKey(
        "courses.LessonPage", models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_required = models.BooleanField(_("必修"), default=True)

    class Meta:
        verbose_name = _("学习安排")
        verbose_name_plural = _("学习安排")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(course__isnull=False, lesson__isnull=True)
                | Q(course__isnull=True, lesson__isnull=False),
                name="plan_item_is_course_or_lesson",
            ),
            models.UniqueConstraint(fields=["training_class", "course"], name="plan_once_a_course"),
            models.UniqueConstraint(fields=["training_class", "lesson"], name="plan_once_a_lesson"),
        ]

    def __str__(self) -> str:
        return f"{self.training_class_id} · {self.course_id or self.lesson_id}"


class EnrolmentState(models.TextChoices):
    ENROLLED = "enrolled", _("学习中")
    PASSED = "passed", _("已结业")
    FAILED = "failed", _("未结业")
    WITHDRAWN = "withdrawn", _("已退班")


class Enrolment(models.Model):
    """One member in one class since `enrolled_on`.

    ENROLLED → PASSED (and stays) | FAILED at the end, with what was missing | WITHDRAWN; the last
    two go back to ENROLLED when somebody opens them again.
    """

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="enrolments")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrolments")
    enrolled_on = models.DateField(_("入班日期"))
    enrolled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    extended_until = models.DateField(_("延期至"), null=True, blank=True)
    state = models.CharField(
        _("状态"), max_length=20, choices=EnrolmentState.choices, default=EnrolmentState.ENROLLED
    )
    passed_at = models.DateTimeField(_("结业于"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    confirmed_at = models.DateTimeField(_("班主任确认于"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("学员")
        verbose_name_plural = _("学员")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training_class", "member"], name="enrolled_once"),
            models.CheckConstraint(
                condition=Q(state="passed", passed_at__isnull=False)
                | (~Q(state="passed") & Q(passed_at__isnull=True)),
                name="enrolment_passed_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class_id} · {self.member_id} · {self.state}"

    @property
    def until(self) -> dt.date:
        """The last day that counts for this member."""
        return self.extended_until or self.training_class.ends_on


class EssayState(models.TextChoices):
    SUBMITTED = "submitted", _("待审阅")
    ACCEPTED = "accepted", _("已通过")
    RETURNED = "returned", _("已退回")


class Essay(models.Model):
    """One 学习心得 as it was handed in; a returned one is answered by a new one."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="essays")
    text = models.TextField(_("学习心得"), max_length=20_000)
    state = models.CharField(
        _("状态"), max_length=20, choices=EssayState.choices, default=EssayState.SUBMITTED
    )
    comment = models.CharField(_("审阅意见"), max_length=500, blank=True)
    submitted_at = models.DateTimeField(_("提交于"))
    reviewed_at = models.DateTimeField(_("审阅于"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("学习心得")
        verbose_name_plural = _("学习心得")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=~Q(state="returned"),
                name="essay_one_waiting_or_accepted",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.state}"

    @property
    def tone(self) -> str:
        """How its state looks."""
        return {EssayState.ACCEPTED: "ok", EssayState.RETURNED: "attention"}.get(self.state, "info")  # type: ignore[call-overload]
