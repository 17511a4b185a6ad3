"""The key by which somebody sends a class its picture from OBS, and how that stream stands."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StreamKey(models.Model):
    """What one person may send one class with; the key itself is known to that person alone.

    `client` is the number nginx gave the connection that sends, "" while there is none; `seen_at`
    is when nginx last said so. `gave_way_at` is set while another source has the class.
    """

    live_class = models.ForeignKey(
        "live.LiveClass", models.CASCADE, related_name="stream_keys", db_index=False
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("主讲"), related_name="+"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    client = models.CharField(max_length=20, blank=True)
    published_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    gave_way_at = models.DateTimeField(null=True)
    # Why the stream is not on the air, in words for whoever sends it.
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("推流密钥")
        verbose_name_plural = _("推流密钥")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["live_class", "member"], name="live_one_stream_key")
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.member_id}"

    def is_sending(self, now: dt.datetime, patience: dt.timedelta) -> bool:
        """Whether nginx has said within `patience` that something comes by this key."""
        return self.client != "" and self.seen_at is not None and now - self.seen_at < patience
