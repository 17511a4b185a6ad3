"""The slides of a class: decks in order, and their pages in order."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DeckState(models.TextChoices):
    """making → ready or failed."""

    MAKING = "making", _("正在转换")
    READY = "ready", _("可用")
    FAILED = "failed", _("没有成功")


class SlideDeck(models.Model):
    """One PDF or one bunch of pictures somebody brought to a class; or its whiteboard.

    `key` names the folder of what was handed in until pages are made of it. A removed deck is kept:
    what was shown of it belongs to the replay.
    """

    live_class = models.ForeignKey("live.LiveClass", models.CASCADE, related_name="decks")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("标题"), max_length=80)
    is_board = models.BooleanField(default=False)
    state = models.CharField(
        _("状态"), max_length=6, choices=DeckState.choices, default=DeckState.MAKING
    )
    reason = models.CharField(max_length=200, blank=True)
    place = models.PositiveSmallIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("课件")
        verbose_name_plural = _("课件")
        ordering = ("live_class", "place", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["live_class"],
                condition=models.Q(is_board=True),
                name="live_one_board_a_class",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Slide(models.Model):
    """One page. `key` names its two pictures and cannot be guessed; a blank page has none."""

    deck = models.ForeignKey(SlideDeck, models.CASCADE, related_name="slides", db_index=False)
    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=32, blank=True)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = _("课件页")
        verbose_name_plural = _("课件页")
        ordering = ("deck", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "number"], name="live_slide_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.deck_id} · {self.number}"
