"""Meeting rooms in which a class is shown on one screen, and who sat in them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exams.gatherings.models import How
from live.classroom.models import LiveClass


class Venue(models.Model):
    """One branch's meeting room of one class, from `opened_at` until its list is handed in.

    The screen is there as long as its host's own lines to the class are. `heads` is how many the
    host saw in the room. Open → handed in → confirmed by a second person; refused by that person
    it stays handed in and says so until it is handed in again. Empty, it waits for nobody.
    """

    live_class = models.ForeignKey(LiveClass, models.PROTECT, related_name="venues", db_index=False)
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("党组织"), related_name="+"
    )
    place = models.CharField(_("地点"), max_length=80)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("主持人"), related_name="+"
    )
    heads = models.PositiveSmallIntegerField(_("清点人数"), null=True, blank=True)
    heads_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # None for a list nobody handed in: it was taken as it was.
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    times_handed_in = models.PositiveSmallIntegerField(default=0)
    # Of those present, who may confirm where there is no other secretary.
    witness = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("见证人"),
        null=True,
        blank=True,
        related_name="+",
    )
    refused_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    refusal = models.CharField(_("退回原因"), max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # When the hours of its list were posted.
    credited_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("会场")
        verbose_name_plural = _("会场")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["live_class", "branch"], name="venue_once_a_branch"),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | models.Q(
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                    closed_at__isnull=False,
                ),
                name="venue_confirmed_says_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True)
                | ~models.Q(confirmed_by=models.F("host")),
                name="venue_confirmed_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["live_class"],
                condition=models.Q(credited_at__isnull=True),
                name="venue_uncredited",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.live_class_id} · {self.branch_id} · {self.place}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_settled(self) -> bool:
        """Nothing of it changes any more; lists of before there was a second person counted."""
        return self.confirmed_at is not None or self.credited_at is not None


class VenuePresence(models.Model):
    """One member was in a meeting room of a class from `since` on, until `until` or its end."""

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="presences")
    live_class = models.ForeignKey(LiveClass, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    how = models.CharField(_("登记方式"), max_length=10, choices=How.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    at = models.DateTimeField(_("登记时间"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("会场签到")
        verbose_name_plural = _("会场签到")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["live_class", "member"], name="venue_presence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.venue_id} · {self.member_id}"
