"""Filters of boards that somebody uses again and again."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """One narrowed list of one board under a name of its owner's, whom alone it is shown to.

    It says no year: it is asked of whatever year the board shows.
    """

    by = models.ForeignKey("members.Member", models.CASCADE, related_name="+")
    branch = models.ForeignKey("members.Branch", models.CASCADE, related_name="+")
    name = models.CharField(_("名称"), max_length=30)
    show = models.CharField(_("筛选"), max_length=12, blank=True)
    named = models.CharField(_("姓名含"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("常用筛选")
        verbose_name_plural = _("常用筛选")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["by", "name"], name="saved_filter_once_a_name")
        ]

    def __str__(self) -> str:
        return self.name
