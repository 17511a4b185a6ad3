"""Marks people give, the queue they take answers from, corrections of keys and of marks."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

ADJUDICATION = 3


class PlaceState(models.TextChoices):
    """waiting ⇄ done: a changed answer, after a reopening, is read again."""

    WAITING = "waiting", _("待评")
    DONE = "done", _("已评")


class MarkingPlace(models.Model):
    """One answer waiting for one marker: a first, a second, or the third who settles.

    Whoever takes it holds it until `leased_until`; after that anybody else may take it, and
    whoever saves first has marked it. No two places of an answer are of one marker.
    """

    answer = models.ForeignKey(
        "exams.Answer", models.CASCADE, related_name="places", db_index=False
    )
    exam = models.ForeignKey("exams.Exam", models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=PlaceState.choices, default=PlaceState.WAITING)
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    leased_until = models.DateTimeField(null=True)
    # Skipping puts a place at the end.
    queued_at = models.DateTimeField()
    # Who gave it back for good, and the last reason ("看出是谁写的").
    returned_by = ArrayField(models.BigIntegerField(), default=list)
    return_reason = models.CharField(_("退回原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("待评答案")
        verbose_name_plural = _("待评答案")
        indexes: ClassVar = [
            models.Index(
                fields=["exam", "queued_at"], condition=Q(state="waiting"), name="place_waiting"
            ),
            models.Index(fields=["exam", "marker"], name="place_of_marker"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["answer", "number"], name="place_once_an_answer"),
            models.UniqueConstraint(
                fields=["answer", "marker"],
                condition=Q(marker__isnull=False),
                name="place_other_marker",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=ADJUDICATION), name="place_number"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(marker__isnull=False), name="place_done_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} · {self.number}"


class Mark(models.Model):
    """One marker's word on one answer at one time; the last of a marker at a place counts.

    The database refuses UPDATE, DELETE and TRUNCATE: who thinks again adds a row.
    """

    place = models.ForeignKey(MarkingPlace, models.PROTECT, related_name="marks")
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Which of the answer's revisions was read.
    revision = models.PositiveIntegerField()
    points = models.DecimalField(_("给分"), max_digits=5, decimal_places=2)
    # Points by line of the rubric, as strings; empty: given as a whole.
    rubric = models.JSONField(default=list)
    comment = models.TextField(_("评语"), blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("评分")
        verbose_name_plural = _("评分")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(points__gte=0), name="mark_takes_nothing_away"),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} · {self.points}"


class RulingKind(models.TextChoices):
    """The rulings of `scoring.Ruling` with the words people use."""

    ACCEPT = "accept", _("接受这些答案")
    EVERYBODY = "everybody", _("所有人给满分")
    DROP = "drop", _("本题不计分")


class KeyCorrection(models.Model):
    """One decision about a question of one exam whose key was wrong; the last one holds.

    The database refuses UPDATE, DELETE and TRUNCATE. The version keeps the key it had.
    """

    exam = models.ForeignKey("exams.Exam", models.PROTECT, related_name="key_corrections")
    version = models.ForeignKey("exams.QuestionVersion", models.PROTECT, related_name="+")
    ruling = models.CharField(_("处理"), max_length=10, choices=RulingKind.choices)
    keys = models.JSONField(default=list)
    reason = models.CharField(_("原因"), max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("答案更正")
        verbose_name_plural = _("答案更正")
        indexes: ClassVar = [models.Index(fields=["exam", "version"], name="correction_of_key")]

    def __str__(self) -> str:
        return f"{self.exam_id} · {self.version_id} · {self.ruling}"


class Regrade(models.Model):
    """What one correction of a key did to one attempt. The database refuses UPDATE and DELETE."""

    correction = models.ForeignKey(KeyCorrection, models.PROTECT, related_name="regrades")
    attempt = models.ForeignKey("exams.Attempt", models.PROTECT, related_name="regrades")
    points_before = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    points_after = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    out_of_before = models.DecimalField(max_digits=6, decimal_places=2)
    out_of_after = models.DecimalField(max_digits=6, decimal_places=2)
    passed_before = models.BooleanField(null=True)
    passed_after = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("重新计分")
        verbose_name_plural = _("重新计分")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["correction", "attempt"], name="regrade_once_a_correction"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.correction_id} · {self.attempt_id}"


class MarkCorrectionState(models.TextChoices):
    """proposed → approved | refused | withdrawn"""

    PROPOSED = "proposed", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


class MarkCorrection(models.Model):
    """One proposal to change what people gave for one answer whose result is out.

    It changes nothing until a second person approves it. The marks stay as they were given; the
    database refuses UPDATE of what is decided, DELETE and TRUNCATE.
    """

    answer = models.ForeignKey("exams.Answer", models.PROTECT, related_name="mark_corrections")
    points_before = models.DecimalField(_("原给分"), max_digits=5, decimal_places=2)
    points_after = models.DecimalField(_("更正为"), max_digits=5, decimal_places=2)
    reason = models.CharField(_("原因"), max_length=400)
    state = models.CharField(
        _("状态"), max_length=10, choices=MarkCorrectionState.choices,
        default=MarkCorrectionState.PROPOSED,
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reply = models.CharField(_("答复"), max_length=400, blank=True)
    # What the approval did to the attempt.
    passed_before = models.BooleanField(null=True)
    passed_after = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("评分更正")
        verbose_name_plural = _("评分更正")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["answer"], condition=Q(state="proposed"), name="mark_correction_one_open"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["proposed", "withdrawn"]) & Q(decided_by__isnull=True))
                | (Q(state__in=["approved", "refused"]) & ~Q(decided_by=F("by"))),
                name="mark_correction_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} · {self.points_before} → {self.points_after}"
