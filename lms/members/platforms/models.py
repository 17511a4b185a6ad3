"""Which other systems may read what of which branches."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lms.core import clock


class Scope(models.TextChoices):
    """What a token opens. Each API view names the one it asks for."""

    STUDY_HOURS = "study-hours", _("学时记录")
    YEARS = "years", _("年度汇总")
    LEDGER_HEADS = "ledger-heads", _("学时账首")
    XAPI = "xapi", _("xAPI 学习记录")


class PlatformToken(models.Model):
    """One platform may read, with one token, what `scopes` name of a branch and all below it.

    The token itself is shown once and kept nowhere. It belongs to the branch and not to whoever
    issued it: it ends by its date or by being revoked.
    """

    name = models.CharField(_("平台名称"), max_length=60)
    branch = models.ForeignKey(
        "members.Branch", models.PROTECT, verbose_name=_("数据范围"), related_name="+"
    )
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("可读内容")
    )
    prefix = models.CharField(_("令牌开头"), max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("签发人"), related_name="+"
    )
    created_at = models.DateTimeField(_("签发于"))
    expires_at = models.DateTimeField(_("有效至"))
    revoked_at = models.DateTimeField(_("吊销于"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("吊销人"),
        null=True,
        blank=True,
        related_name="+",
    )
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        verbose_name=_("换发自"),
        null=True,
        blank=True,
        related_name="replaced_by",
    )

    class Meta:
        verbose_name = _("平台令牌")
        verbose_name_plural = _("平台令牌")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="token_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="token_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.prefix}"

    def is_live(self, moment: dt.datetime) -> bool:
        return self.revoked_at is None and moment < self.expires_at

    @property
    def last_day(self) -> dt.date:
        """The last day on which it opens something."""
        return clock.local_date(self.expires_at - dt.timedelta(microseconds=1))

    @property
    def scope_names(self) -> str:
        return gettext("、").join(str(Scope(scope).label) for scope in self.scopes)

    @property
    def state_name(self) -> str:
        """How it stands with the token, in a word."""
        if self.revoked_at is not None:
            return gettext("已吊销")
        return gettext("有效") if self.is_live(clock.now()) else gettext("已到期")
