"""Proposals to change what the ledger says, and objections of those it is about."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.credit.models import StudyCategory


class CorrectionKind(models.TextChoices):
    REVERSAL = "reversal", _("冲销")
    ADDITION = "addition", _("更正补记")


class CorrectionState(models.TextChoices):
    PROPOSED = "proposed", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


class Correction(models.Model):
    """One proposal to take an entry of a member back, or to add hours the ledger lacks.

    It changes nothing until a second person approves it; then `posted` is the entry it became.
    """

    kind = models.CharField(_("方式"), max_length=10, choices=CorrectionKind.choices)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("党员"), related_name="corrections"
    )
    # Whose overseers propose and decide: the member's own branch when it was proposed.
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("党组织"), related_name="+"
    )
    entry = models.ForeignKey(
        "exams.StudyHourEntry", models.PROTECT, verbose_name=_("冲销的记录"), null=True,
        related_name="corrections", db_constraint=False,
    )  # fmt: skip
    # What is to be posted; of a reversal, what the entry says.
    category = models.CharField(_("类别"), max_length=20, choices=StudyCategory.choices)
    hours = models.DecimalField(_("学时"), max_digits=6, decimal_places=2)
    earned_on = models.DateField(_("日期"))
    title = models.CharField(_("内容"), max_length=255)
    reason = models.CharField(_("原因"), max_length=400)
    note = models.CharField(_("佐证"), max_length=400, blank=True)
    appeal = models.ForeignKey(
        "exams.Appeal", models.PROTECT, verbose_name=_("由申诉提出"), null=True,
        related_name="corrections",
    )  # fmt: skip
    # The exam whose new sums brought this about by themselves; other new sums may end it so.
    follows = models.ForeignKey(
        "exams.Exam", models.PROTECT, verbose_name=_("由考试重新计分提出"), null=True,
        related_name="+",
    )  # fmt: skip
    state = models.CharField(
        _("状态"), max_length=12, choices=CorrectionState.choices, default=CorrectionState.PROPOSED
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提出人"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("批准人"), null=True,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    answer = models.CharField(_("答复"), max_length=400, blank=True)
    posted = models.OneToOneField(
        "exams.StudyHourEntry", models.PROTECT, verbose_name=_("入账记录"), null=True,
        related_name="correction", db_constraint=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("学时更正")
        verbose_name_plural = _("学时更正")
        indexes: ClassVar = [
            models.Index(fields=["branch", "state"], name="correction_branch_state")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(by=F("member"))
                & (
                    Q(decided_by__isnull=True)
                    | (~Q(decided_by=F("by")) & ~Q(decided_by=F("member")))
                ),
                name="correction_has_two_people",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", entry__isnull=False)
                | Q(kind="addition", entry__isnull=True, hours__gt=0),
                name="correction_names_its_entry",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", posted__isnull=False)
                | (~Q(state="approved") & Q(posted__isnull=True)),
                name="correction_approved_is_posted",
            ),
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(state__in=["proposed", "approved"]),
                name="correction_once_an_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.get_kind_display()} · {self.hours}"


class AppealSubject(models.TextChoices):
    ENTRY = "entry", _("一条学时记录")
    LESSON = "lesson", _("一讲课程")
    GATHERING = "gathering", _("一次集体学习或集中培训")
    DAY = "day", _("某一天的学习")
    EXAM = "exam", _("一次考试的成绩")


class AppealState(models.TextChoices):
    OPEN = "open", _("待答复")
    ASKED_BACK = "asked_back", _("待本人补充")
    IN_CORRECTION = "in_correction", _("更正待批准")
    CONFIRMED = "confirmed", _("维持原记录")
    CORRECTED = "corrected", _("已更正")
    WITHDRAWN = "withdrawn", _("本人撤回")


OPEN_APPEALS = (AppealState.OPEN, AppealState.ASKED_BACK, AppealState.IN_CORRECTION)


class Appeal(models.Model):
    """One objection of a member to one entry, to hours missing for a lesson, meeting or day, or to
    the result of an exam, which the branch that holds the exam answers.

    What is said for and against stands in its answers (`AppealAnswer`).
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("申诉人"), related_name="appeals"
    )
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("党组织"), related_name="+"
    )
    subject = models.CharField(_("对什么申诉"), max_length=12, choices=AppealSubject.choices)
    subject_id = models.CharField(max_length=64)
    title = models.CharField(_("内容"), max_length=255)
    entry = models.ForeignKey(
        "exams.StudyHourEntry", models.PROTECT, null=True, related_name="appeals",
        db_constraint=False,
    )  # fmt: skip
    day = models.DateField(_("日期"), null=True)
    state = models.CharField(
        _("状态"), max_length=16, choices=AppealState.choices, default=AppealState.OPEN
    )
    filed_at = models.DateTimeField(_("申诉时间"))
    due_on = models.DateField(_("答复期限"))

    class Meta:
        verbose_name = _("申诉")
        verbose_name_plural = _("申诉")
        indexes: ClassVar = [
            models.Index(fields=["branch", "state", "due_on"], name="appeal_branch_due")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "subject", "subject_id"],
                condition=Q(state__in=["open", "asked_back", "in_correction"]),
                name="appeal_one_open_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(subject="entry", entry__isnull=False)
                | (~Q(subject="entry") & Q(entry__isnull=True)),
                name="appeal_names_its_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} · {self.title}"


class AnswerKind(models.TextChoices):
    FILED = "filed", _("提出申诉")
    ASKED_BACK = "asked_back", _("请本人补充")
    SUPPLEMENTED = "supplemented", _("本人补充")
    PROPOSED = "proposed", _("提出更正")
    NOT_CORRECTED = "not_corrected", _("更正未获批准")
    CONFIRMED = "confirmed", _("维持原记录")
    CORRECTED = "corrected", _("更正已入账")
    WITHDRAWN = "withdrawn", _("本人撤回")


class AppealAnswer(models.Model):
    """One thing said in an appeal, by whom and when, with what the entry said at that moment.

    The database refuses UPDATE, DELETE and TRUNCATE. Each row's hash covers its own facts and the
    hash of the appeal's row before it, as in the ledger.
    """

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="answers", db_index=False)
    seq = models.PositiveSmallIntegerField()
    kind = models.CharField(_("事项"), max_length=16, choices=AnswerKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("说明"))
    # The entry appealed against: its number, hours and hash; empty where there is none.
    stands = models.JSONField(_("当时的记录"))
    said_at = models.DateTimeField(_("时间"))
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("申诉答复")
        verbose_name_plural = _("申诉答复")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appeal", "seq"], name="appeal_answer_place")
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} · {self.seq} · {self.kind}"
