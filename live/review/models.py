"""Words that make a message wait until somebody has looked at it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewWord(models.Model):
    """One word of one school, whose `branch` has nobody above it; `folded` is what is compared."""

    branch = models.ForeignKey("members.Branch", models.CASCADE, related_name="+", db_index=False)
    word = models.CharField(_("提醒词"), max_length=60)
    folded = models.CharField(max_length=120)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("提醒词")
        verbose_name_plural = _("提醒词")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch", "folded"], name="review_word_once")
        ]

    def __str__(self) -> str:
        return self.word
