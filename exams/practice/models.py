"""Practice: what one member knows of one question, and when to ask it again."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PracticeCard(models.Model):
    """One member's practice of one question: see `exams.practice.leitner` for the boxes.

    The last answer is kept with the version and the order it was given to, so that what is shown
    afterwards is what was asked.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="practice_cards", db_index=False
    )
    question = models.ForeignKey("exams.Question", models.CASCADE, related_name="+")
    version = models.ForeignKey("exams.QuestionVersion", models.CASCADE, related_name="+")
    box = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField(_("下次复习"))
    # In the book of wrong answers, until it is known again.
    is_in_book = models.BooleanField(_("在错题本"), default=False)
    times = models.PositiveIntegerField(_("练习次数"), default=0)
    times_wrong = models.PositiveIntegerField(_("答错次数"), default=0)
    answer = models.JSONField(default=dict)
    arrangement = models.JSONField(default=list)
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("练习")
        verbose_name_plural = _("练习")
        indexes: ClassVar = [models.Index(fields=["member", "due_on"], name="practice_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "question"], name="practice_once_a_question"),
            models.CheckConstraint(condition=Q(times__gte=1), name="practice_was_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.question_id} · {self.box}"
