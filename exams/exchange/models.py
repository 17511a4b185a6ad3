"""A file of questions between its upload and the decision what of it is kept."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FileFormat(models.TextChoices):
    TEXT = "text", _("文字粘贴")
    WORD = "word", _("Word 文档")
    SHEET = "sheet", _("Excel 表格")
    MOODLE_XML = "moodle_xml", _("Moodle XML")
    GIFT = "gift", _("GIFT")
    AIKEN = "aiken", _("Aiken")


class ImportState(models.TextChoices):
    """read → kept or dropped. What nobody decides about is dropped after a week."""

    READ = "read", _("待确认")
    KEPT = "kept", _("已入库")
    DROPPED = "dropped", _("已放弃")


class QuestionImport(models.Model):
    """One upload: the bytes as they came, read anew whenever they are looked at.

    Once decided about, only the counts stay.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="question_imports"
    )
    branch = models.ForeignKey("members.Branch", models.PROTECT, related_name="+")
    file_name = models.CharField(_("文件"), max_length=255)
    format = models.CharField(_("格式"), max_length=12, choices=FileFormat.choices)
    content = models.BinaryField()
    state = models.CharField(
        _("状态"), max_length=8, choices=ImportState.choices, default=ImportState.READ
    )
    found = models.PositiveIntegerField(_("读出"), default=0)
    faulty = models.PositiveIntegerField(_("有误"), default=0)
    kept = models.PositiveIntegerField(_("入库"), default=0)
    made_at = models.DateTimeField(_("上传于"))
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("题目导入")
        verbose_name_plural = _("题目导入")
        ordering = ("-pk",)
        indexes: ClassVar = [
            models.Index(fields=["made_at"], condition=Q(state="read"), name="import_waiting"),
        ]

    def __str__(self) -> str:
        return self.file_name
