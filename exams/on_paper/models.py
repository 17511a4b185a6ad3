"""Exams sat on paper: how one is held, every sheet printed for it, what people decided."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.on_paper.standing import Problem


class SheetState(models.TextChoices):
    """printed → counted, or waiting for a person → counted or dismissed; each can be taken back."""

    PRINTED = "printed", _("已印")
    WAITING = "waiting", _("待分派")
    COUNTED = "counted", _("已计入")
    DISMISSED = "dismissed", _("不计")


PROBLEMS = [
    (Problem.NO_NUMBER, _("编号没有涂全")),
    (Problem.UNKNOWN, _("没有这个编号")),
    (Problem.NOT_ELIGIBLE, _("不在本场考试的人员里")),
    (Problem.SAT, _("本人已经有一份答卷")),
    (Problem.TWICE, _("同一个人有两张卡")),
    (Problem.DIFFERS, _("印的姓名和涂的编号不是同一人")),
    (Problem.REPLACED, _("这张卡已经换印过，是旧的一张")),
    (Problem.LATE, _("成绩公布以后才读到")),
    (Problem.TAKEN_BACK, _("撤回后待重新处理")),
]


class PaperPlan(models.Model):
    """An exam that is also held on paper: since when, and when people wrote.

    `number_digits` columns of boxes take the number on every sheet; it stays as it was when the
    first could be printed, because sheets printed before a change are not read.
    """

    exam = models.OneToOneField("exams.Exam", models.PROTECT, related_name="paper_plan")
    number_digits = models.PositiveSmallIntegerField()
    began_at = models.DateTimeField(_("开始答题"))
    ended_at = models.DateTimeField(_("收卷"))
    # What is no choice: in frames on the sheet, cut out for the marker; else in the booklet.
    writes_on_sheet = models.BooleanField(_("书面题写在答题卡上"), default=False)
    shows_pages = models.BooleanField(_("公布成绩后，本人可以看自己的答题卡"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("纸质考试")
        verbose_name_plural = _("纸质考试")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("began_at")), name="paper_plan_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return str(self.exam_id)


class PaperSheet(models.Model):
    """One printed answer sheet of an exam: for whom, which questions, what has come back.

    `member` is whose name is printed on it, nobody's on a spare one; `holder` is whose it counts
    as. `items` are those of an attempt, frozen when it was printed: [[item id, [arrangement]], …].
    `pages` is what was read, by page number: {"answers": {"q1": [0]}, "number": "040017"}.
    """

    exam = models.ForeignKey("exams.Exam", models.PROTECT, related_name="paper_sheets")
    serial = models.CharField(max_length=10)
    form = models.CharField(max_length=1)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # A later sheet printed for the same member takes its place.
    is_current = models.BooleanField(default=True)
    seed = models.BigIntegerField()
    items = models.JSONField()
    printed_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=SheetState.choices, default=SheetState.PRINTED)
    problem = models.CharField(max_length=12, choices=PROBLEMS, blank=True)
    pages = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    attempt = models.OneToOneField(
        "exams.Attempt", models.SET_NULL, null=True, related_name="paper_sheet"
    )
    # The merge of two records of one person by which it is the kept record's.
    carried_by = models.ForeignKey(
        "members.RecordMerge", models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("考试答题卡")
        verbose_name_plural = _("考试答题卡")
        indexes: ClassVar = [models.Index(fields=["exam", "state"], name="paper_sheet_state")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exam", "serial"], name="paper_sheet_serial"),
            models.UniqueConstraint(
                fields=["exam", "member"],
                condition=Q(is_current=True, member__isnull=False),
                name="paper_sheet_one_a_member",
            ),
            models.CheckConstraint(
                condition=~Q(state="counted") | Q(holder__isnull=False),
                name="paper_sheet_counted_for_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam_id} · {self.serial}"

    @property
    def number(self) -> str:
        """What the boxes of the number say; empty unless each column has one mark."""
        return str(self.pages.get("1", {}).get("number", ""))

    @property
    def spaced(self) -> str:
        """The sheet's own number as it stands at the foot of the paper."""
        return f"{self.serial[:5]} {self.serial[5:]}"


class NoteKind(models.TextChoices):
    ASSIGNED = "assigned", _("分派")
    DISMISSED = "dismissed", _("判定不计")
    TAKEN_BACK = "taken_back", _("撤回判定")


class PaperNote(models.Model):
    """One decision of a person about one sheet; rows are added, never edited."""

    sheet = models.ForeignKey(PaperSheet, models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=10, choices=NoteKind.choices)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("答题卡处理记录")
        verbose_name_plural = _("答题卡处理记录")

    def __str__(self) -> str:
        return f"{self.sheet_id} · {self.kind}"
