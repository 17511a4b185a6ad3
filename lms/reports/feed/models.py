"""In which order other systems are given the entries of the ledger."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EntryPlace(models.Model):
    """One ledger entry's place in that order; without one until its transaction is seen to have
    committed.

    A trigger adds the row in the entry's own transaction, `place_entries` gives the places. An
    entry's id would not do: ids are drawn before the commit, so a lower one may appear after a
    higher one has been handed out.
    """

    # Without a constraint: entries are never deleted, and their own triggers say so best.
    entry = models.OneToOneField(
        "exams.StudyHourEntry",
        models.DO_NOTHING,
        primary_key=True,
        related_name="place",
        db_constraint=False,
    )
    # What entries are chosen by, copied so that a page is found without touching the ledger.
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, null=True, related_name="+", db_index=False
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    is_lesson = models.BooleanField()  # or takes one back
    position = models.BigIntegerField(null=True, unique=True)
    # Each later than the one before by a thousandth of a second at least.
    placed_at = models.DateTimeField(null=True, unique=True)

    class Meta:
        verbose_name = _("学时记录的读取次序")
        verbose_name_plural = _("学时记录的读取次序")
        indexes: ClassVar = [
            models.Index(fields=["branch", "position"], name="entry_place_of_branch"),
            models.Index(
                fields=["entry"], name="entry_place_waiting", condition=Q(position__isnull=True)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(position__isnull=True, placed_at__isnull=True)
                | Q(position__isnull=False, placed_at__isnull=False),
                name="entry_place_both_or_neither",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position or '-'} · {self.entry_id}"
