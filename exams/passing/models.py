"""学分: credits for passing, kept apart from the hours of the ledger."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CreditAward(models.Model):
    """The 学分 one member was given for passing one class; added once, never changed.

    The database refuses UPDATE, DELETE and TRUNCATE on this table.
    """

    enrolment = models.OneToOneField(
        "courses.Enrolment", models.PROTECT, related_name="credit_award"
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="credit_awards"
    )
    title = models.CharField(_("培训班"), max_length=80)
    credits = models.DecimalField(_("学分"), max_digits=4, decimal_places=1)
    awarded_on = models.DateField(_("日期"))
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("学分")
        verbose_name_plural = _("学分")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(credits__gt=0), name="credits_are_above_zero")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.title} · {self.credits}"
