"""How much may be kept, what was taken away again, and what came in from an archive's folder."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.members.models import Branch, Member


class StorageQuota(models.Model):
    """How many bytes of lectures a branch and all below it keep, and each person there.

    A branch's limit holds together with those of the branches above. For the person's the nearest
    on the way up counts.
    """

    branch = models.OneToOneField(
        Branch, models.CASCADE, related_name="storage_quota", verbose_name=_("党组织")
    )
    limit_bytes = models.PositiveBigIntegerField(_("总限额（字节）"), null=True, blank=True)
    member_limit_bytes = models.PositiveBigIntegerField(
        _("每人限额（字节）"), null=True, blank=True
    )
    set_by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", verbose_name=_("设定人")
    )
    set_at = models.DateTimeField(_("设定于"))

    class Meta:
        verbose_name = _("存储限额")
        verbose_name_plural = _("存储限额")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(limit_bytes__isnull=False) | Q(member_limit_bytes__isnull=False),
                name="quota_limits_something",
            )
        ]

    def __str__(self) -> str:
        return self.branch.name


class Removal(models.Model):
    """One lecture that was deleted: by whom, and whether its files have gone as well."""

    asset_id = models.UUIDField(editable=False, db_index=True)
    title = models.CharField(_("标题"), max_length=200)
    original_name = models.CharField(_("原文件名"), max_length=255)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    size_bytes = models.PositiveBigIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64, blank=True)
    removed_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(_("删除于"))
    files_gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("已删除的讲课视频")
        verbose_name_plural = _("已删除的讲课视频")
        indexes: ClassVar = [
            models.Index(
                fields=["removed_at"],
                condition=Q(files_gone_at__isnull=True),
                name="removal_files_left",
            )
        ]

    def __str__(self) -> str:
        return self.title


class ArchivedFile(models.Model):
    """One recording a branch has taken in from a folder, known again by its SHA-256.

    `path`, `size_bytes` and `modified_ns` are of the file as it was last read: one that has not
    changed since need not be read again. `times` counts how often it was taken in.
    """

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    path = models.TextField()
    size_bytes = models.PositiveBigIntegerField()
    modified_ns = models.BigIntegerField()
    chapter = models.CharField(_("章节"), max_length=200, blank=True)
    notes = models.TextField(_("备注"), blank=True)
    asset = models.OneToOneField(
        "media_pipeline.Asset", models.SET_NULL, null=True, related_name="archived_file"
    )
    times = models.PositiveSmallIntegerField(default=1)
    taken_at = models.DateTimeField(_("导入于"))

    class Meta:
        verbose_name = _("归档文件")
        verbose_name_plural = _("归档文件")
        indexes: ClassVar = [models.Index(fields=["branch", "size_bytes"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch", "sha256"], name="archived_once_a_branch")
        ]

    def __str__(self) -> str:
        return self.path
