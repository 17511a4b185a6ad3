"""What is asked in a class: polls, questions of the bank, roll calls; and who did not follow."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from live.classroom.models import LiveClass


class CheckKind(models.TextChoices):
    POLL = "poll", _("投票")
    QUIZ = "quiz", _("答题")
    ROLL = "roll", _("点名")


class Check(models.Model):
    """One thing everybody in a class was asked at once.

    A poll and a question of the bank are of a type of `exams.questions.types`; `content` is what
    may be shown, in the author's order, and `arrangement` the order on the screen. What is right
    stays with `version`. A roll call has no question; its second round names the `first`.
    """

    live_class = models.ForeignKey(LiveClass, models.CASCADE, related_name="checks")
    kind = models.CharField(_("形式"), max_length=4, choices=CheckKind.choices)
    question = models.CharField(_("题目"), max_length=1000, blank=True)
    type = models.CharField(max_length=12, blank=True)
    content = models.JSONField(default=dict)
    arrangement = models.JSONField(default=list)
    version = models.ForeignKey(
        "exams.QuestionVersion", models.PROTECT, null=True, related_name="+"
    )
    first = models.OneToOneField("self", models.CASCADE, null=True, related_name="second")
    opened_at = models.DateTimeField()
    # Until when a roll call takes answers, by the server's clock.
    closes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("课堂互动")
        verbose_name_plural = _("课堂互动")
        ordering = ("live_class", "opened_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["live_class"], condition=Q(closed_at=None), name="check_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(kind="roll") | Q(closes_at__isnull=False), name="check_roll_ends"
            ),
            models.CheckConstraint(
                condition=~Q(kind="quiz") | Q(version__isnull=False), name="check_quiz_has_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.get_kind_display()} · {self.pk}"


class CheckAnswer(models.Model):
    """What one member answered, once: in the class, or later when watching it again."""

    check_asked = models.ForeignKey(
        Check, models.CASCADE, related_name="answers", db_column="check_id", db_index=False
    )
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # In the author's terms, as the question's type reads it; {} for being there.
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()
    is_make_up = models.BooleanField(_("补答"), default=False)

    class Meta:
        verbose_name = _("课堂作答")
        verbose_name_plural = _("课堂作答")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["check_asked", "member"], name="check_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.check_asked_id} · {self.member_id}"


class Puzzled(models.Model):
    """Somebody did not follow, in that minute, before that slide; nobody can say who.

    `whose` is a keyed digest of the member and the minute: it tells the same press twice from two
    people's, and no two minutes of one person from those of two.
    """

    live_class = models.ForeignKey(
        LiveClass, models.CASCADE, related_name="puzzled", db_index=False
    )
    minute = models.DateTimeField()
    slide = models.CharField(max_length=40, blank=True)
    whose = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("没听懂")
        verbose_name_plural = _("没听懂")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["live_class", "minute", "whose"], name="puzzled_once_a_minute"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.minute:%H:%M}"
