"""Official forms a school has brought in, to be filled with what it knows."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BlankKind(models.TextChoices):
    XLSX = "xlsx", "Excel"
    DOCX = "docx", "Word"


class BlankSubject(models.TextChoices):
    """`placeholders.Subject` as it is shown."""

    BRANCH = "branch", _("每个组织一份")
    MEMBER = "member", _("每位党员一份")


class Blank(models.Model):
    """One template with placeholders, for a branch and all below it; checked when it came in.

    The file lies in the row: it is small, and goes when the row goes.
    """

    branch = models.ForeignKey("members.Branch", models.CASCADE, related_name="+")
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("格式"), max_length=4, choices=BlankKind.choices)
    subject = models.CharField(_("用于"), max_length=10, choices=BlankSubject.choices)
    content = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("上传于"))

    class Meta:
        verbose_name = _("套表模板")
        verbose_name_plural = _("套表模板")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch", "name"], name="blank_once_a_name")
        ]

    def __str__(self) -> str:
        return self.name
