"""Papers: which questions, in which order, for how many points."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PaperKind(models.TextChoices):
    FIXED = "fixed", _("固定卷")
    AB = "ab", _("A、B 卷")
    RANDOM = "random", _("每人随机抽题")


class PaperState(models.TextChoices):
    """draft → sealed; a sealed paper is never changed, only copied."""

    DRAFT = "draft", _("草稿")
    SEALED = "sealed", _("已封卷")


class Paper(models.Model):
    """One paper. Sealing freezes its items, so that a start reads them and decides nothing."""

    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("所属组织"), related_name="papers"
    )
    title = models.CharField(_("试卷名称"), max_length=120)
    kind = models.CharField(
        _("组卷方式"), max_length=8, choices=PaperKind.choices, default=PaperKind.FIXED
    )
    state = models.CharField(
        _("状态"), max_length=8, choices=PaperState.choices, default=PaperState.DRAFT
    )
    # `blueprint.Blueprint` as JSON; empty for a paper put together by hand.
    blueprint = models.JSONField(default=dict, blank=True)
    # With the same bank the same seed gives the same paper.
    seed = models.BigIntegerField(default=0)
    points = models.DecimalField(_("总分"), max_digits=6, decimal_places=2, default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("试卷")
        verbose_name_plural = _("试卷")

    def __str__(self) -> str:
        return self.title


class PaperItem(models.Model):
    """One question on a paper: on form A or B, or in the pool a random paper is drawn from.

    `cell` is the cell of the blueprint it fills; a random paper draws the cell's number of items
    from those that share it.
    """

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="items")
    form = models.CharField(_("卷别"), max_length=1, blank=True)
    position = models.PositiveSmallIntegerField(_("题号"))
    section = models.CharField(_("大题"), max_length=60, blank=True)
    cell = models.PositiveSmallIntegerField(default=0)
    version = models.ForeignKey("exams.QuestionVersion", models.PROTECT, related_name="paper_items")
    points = models.DecimalField(_("分值"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("试题")
        verbose_name_plural = _("试题")
        ordering = ("paper", "form", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["paper", "form", "position"], name="item_once_a_position"
            ),
            models.UniqueConstraint(
                fields=["paper", "form", "version"], name="item_question_once_a_form"
            ),
            models.CheckConstraint(condition=Q(points__gt=0), name="item_has_points"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} · {self.form}{self.position}"


class Seat(models.Model):
    """Where one member sits in the room of an invigilated exam."""

    exam = models.ForeignKey("exams.Exam", models.CASCADE, related_name="seats", db_index=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("考生"), related_name="exam_seats"
    )
    room = models.CharField(_("考场"), max_length=40)
    number = models.PositiveSmallIntegerField(_("座位号"))

    class Meta:
        verbose_name = _("座位")
        verbose_name_plural = _("座位表")
        ordering = ("room", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exam", "member"], name="seat_once_a_member"),
            models.UniqueConstraint(fields=["exam", "room", "number"], name="seat_for_one"),
        ]

    def __str__(self) -> str:
        return f"{self.exam_id} · {self.room}{self.number}"
