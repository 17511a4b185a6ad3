"""学习心得 and 思想汇报: what one member writes for the branch to read, round by round."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_TEXT = 20_000


class WritingKind(models.TextChoices):
    REFLECTION = "reflection", _("学习心得")
    REPORT = "report", _("思想汇报")


class WritingState(models.TextChoices):
    """draft → handed in → returned → handed in … → accepted."""

    DRAFT = "draft", _("草稿")
    HANDED_IN = "handed_in", _("待审阅")
    RETURNED = "returned", _("退回修改")
    ACCEPTED = "accepted", _("已通过")


class Writing(models.Model):
    """One text as its author has it now; nobody else sees it before it is handed in.

    `branch` is the one whose secretary reads it: the author's, when it was handed in.
    """

    kind = models.CharField(_("类别"), max_length=10, choices=WritingKind.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("作者"), related_name="writings"
    )
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("党组织"), null=True, related_name="+"
    )
    title = models.CharField(_("标题"), max_length=80)
    text = models.TextField(_("正文"), max_length=LONGEST_TEXT)
    state = models.CharField(
        _("状态"), max_length=9, choices=WritingState.choices, default=WritingState.DRAFT
    )
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField(_("最近修改"))
    handed_at = models.DateTimeField(_("提交时间"), null=True)
    accepted_at = models.DateTimeField(_("通过时间"), null=True)
    # The PDF of what was accepted with all its rounds; made a moment later.
    archive = models.FileField(upload_to="writings/archive/", blank=True)

    class Meta:
        verbose_name = _("学习心得和思想汇报")
        verbose_name_plural = _("学习心得和思想汇报")
        indexes: ClassVar = [
            models.Index(fields=["author", "-changed_at"], name="writing_by_author"),
            models.Index(fields=["branch", "state"], name="writing_by_branch"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="draft")
                | models.Q(branch__isnull=False, handed_at__isnull=False),
                name="writing_handed_in_somewhere",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Decision(models.TextChoices):
    RETURNED = "returned", _("退回修改")
    ACCEPTED = "accepted", _("通过")


class Round(models.Model):
    """The text as it was handed in once, and what was said to it; the text is never changed."""

    writing = models.ForeignKey(Writing, models.PROTECT, related_name="rounds", db_index=False)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    text = models.TextField()
    handed_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    comment = models.TextField(_("意见"), max_length=1000, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("审阅")
        verbose_name_plural = _("审阅")
        ordering = ("writing", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["writing", "number"], name="writing_round_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.writing_id} · {self.number}"


class Attachment(models.Model):
    """One file with a text; from the round it was handed in with it stays."""

    writing = models.ForeignKey(Writing, models.PROTECT, related_name="attachments")
    name = models.CharField(_("文件"), max_length=120)
    file = models.FileField(upload_to="writings/files/")
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    handed_in = models.ForeignKey(Round, models.PROTECT, null=True, related_name="attachments")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["writing", "sha256"], name="attachment_once")
        ]

    def __str__(self) -> str:
        return self.name
