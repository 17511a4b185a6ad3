"""How far statements have been posted."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LrsProgress(models.Model):
    """One learning record store: the place up to which it has taken our statements, and what it
    said when it last refused.
    """

    endpoint = models.URLField(max_length=500, unique=True)
    position = models.BigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    try_again_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("xAPI 推送进度")
        verbose_name_plural = _("xAPI 推送进度")

    def __str__(self) -> str:
        return f"{self.endpoint} · {self.position}"
