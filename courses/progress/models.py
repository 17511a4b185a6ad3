"""Watch sessions and what they add up to per member and lesson."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.progress.editions import Step
from courses.progress.fields import SpansField
from courses.progress.intervals import Policy, Watch
from media_pipeline.editing import as_mapping


class WatchSession(models.Model):
    """One sitting of one member at one lesson, on one device, from opening until another opens.

    A beat changes this row and adds none: what it claims is joined to sets. No index may hold a
    column that beats change, so that PostgreSQL can update the row in place (HOT).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="watch_sessions", db_index=False
    )
    lesson = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="watch_sessions")
    opened_at = models.DateTimeField()  # whole milliseconds, as closed_at
    closed_at = models.DateTimeField(null=True, blank=True)
    # Which browser, as a number that means something for this year only (see browsers.py).
    browser = models.CharField(max_length=32, blank=True, default="")
    # The content that was shown (see editions.py): what is claimed are moments of it.
    edition = models.PositiveSmallIntegerField(default=0)
    # What the session was opened with; a later change of the course does not reach back.
    duration_ms = models.PositiveIntegerField()
    allowed_percent = models.PositiveSmallIntegerField()
    # What earlier sessions had verified of this lesson when this one was opened.
    earlier_covered = SpansField()
    earlier_budget_ms = models.BigIntegerField(default=0)
    # Sets: content claimed, time stood for (since opened_at), sequence numbers taken.
    covered = SpansField()
    present = SpansField()
    seen = SpansField()
    position_ms = models.PositiveIntegerField(default=0)
    last_beat_at = models.DateTimeField(null=True, blank=True)
    # For the record: they decide nothing.
    beats = models.PositiveIntegerField(default=0)
    hidden_beats = models.PositiveIntegerField(default=0)
    refused_beats = models.PositiveIntegerField(default=0)
    highest_percent = models.PositiveSmallIntegerField(default=0)
    # How many beats had been counted into the member's progress.
    settled_beats = models.PositiveIntegerField(default=0)
    # Presence checks, in milliseconds since opened_at (see checks.py); no check_due_ms: none.
    check_due_ms = models.PositiveIntegerField(null=True, blank=True)
    answer_by_ms = models.PositiveIntegerField(null=True, blank=True)
    held_ms = models.PositiveIntegerField(null=True, blank=True)
    counted_from_ms = models.PositiveIntegerField(default=0)
    checks_asked = models.PositiveSmallIntegerField(default=0)
    checks_answered = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("学习会话")
        verbose_name_plural = _("学习会话")
        indexes: ClassVar = [
            models.Index(fields=["member", "lesson"], name="watch_member_lesson"),
            models.Index(fields=["opened_at"], name="watch_opened"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(closed_at__isnull=True), name="watch_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="watch_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.lesson_id} · {self.opened_at:%F %T}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_asked(self) -> bool:
        """A presence check waits for its answer."""
        return self.answer_by_ms is not None

    def as_watch(self) -> Watch:
        """The facts of this row for the pure functions."""
        return Watch(
            opened_ms=round(self.opened_at.timestamp() * 1000),
            closed_ms=round(self.closed_at.timestamp() * 1000) if self.closed_at else None,
            policy=Policy(self.duration_ms, self.allowed_percent),
            covered=self.covered,
            present=self.present,
            seen=self.seen,
            position_ms=self.position_ms,
            beats=self.beats,
            hidden_beats=self.hidden_beats,
            highest_percent=self.highest_percent,
            counted_from_ms=self.counted_from_ms,
            check_due_ms=self.check_due_ms,
            answer_by_ms=self.answer_by_ms,
            held_ms=self.held_ms,
            checks_asked=self.checks_asked,
        )


class LessonProgress(models.Model):
    """What one member has verified of one lesson so far.

    Nothing in it ever goes down as long as the lesson shows the same content; a completion stays
    for ever.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="lesson_progress", db_index=False
    )
    lesson = models.ForeignKey("courses.LessonPage", models.PROTECT, related_name="progress")
    covered = SpansField()
    covered_ms = models.PositiveIntegerField(default=0)
    wall_ms = models.BigIntegerField(default=0)
    required_ms = models.PositiveIntegerField()
    duration_ms = models.PositiveIntegerField()
    # The content all of this is about.
    edition = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("学习进度")
        verbose_name_plural = _("学习进度")
        indexes: ClassVar = [
            models.Index(
                fields=["completed_at"],
                condition=Q(completed_at__isnull=False),
                name="progress_completed",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "lesson"], name="progress_once_a_lesson")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.lesson_id} · {self.covered_ms}/{self.required_ms}"

    @property
    def is_completed(self) -> bool:
        return self.completed_at is not None


class Edition(models.Model):
    """One content of a lesson after the first, which has number 0 and no row.

    Rows are never changed but for which of them is shown; taking a replacement back shows an
    earlier one again (the first: none is shown).
    """

    lesson = models.ForeignKey("courses.LessonPage", models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    parent = models.PositiveSmallIntegerField()
    # Where the parent's moments lie in it: `media_pipeline.editing.Mapping` as lists.
    moments = models.JSONField(editable=False)
    duration_ms = models.PositiveIntegerField()
    is_shown = models.BooleanField()
    # Everybody's progress has followed; also of a content that is shown no more.
    is_settled = models.BooleanField(default=True)
    # Which replacement of the lecture, and which showing of it: the same one announced twice is
    # one edition.
    replacement_id = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("视频内容版本")
        verbose_name_plural = _("视频内容版本")
        ordering: ClassVar = ["lesson", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lesson", "number"], name="edition_once_a_number"),
            models.UniqueConstraint(
                fields=["lesson"], condition=Q(is_shown=True), name="edition_one_shown"
            ),
            models.CheckConstraint(
                condition=Q(parent__lt=F("number")), name="edition_after_its_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} · {self.number}"

    def as_step(self) -> Step:
        """The facts of this row for the pure functions."""
        return Step(self.number, self.parent, as_mapping(self.moments))
