"""Certificates: what was issued to whom, with the facts of that day."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.certificates.facts import Facts, grouped


class CertificateState(models.TextChoices):
    VALID = "valid", _("有效")
    REVOKED = "revoked", _("已撤销")
    REPLACED = "replaced", _("已换发")


class CertificateYear(models.Model):
    """How many certificates one year has; locked while the next one is issued."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("证书编号")
        verbose_name_plural = _("证书编号")

    def __str__(self) -> str:
        return f"{self.year} · {self.last}"


class Certificate(models.Model):
    """One certificate for one passed class; of one enrolment at most one is valid.

    VALID → REVOKED | REPLACED, REVOKED → REPLACED. Facts, number and code never change: the
    database refuses it, and refuses DELETE.
    """

    enrolment = models.ForeignKey(
        "courses.Enrolment", models.PROTECT, related_name="certificates", verbose_name=_("学员")
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="certificates"
    )
    number = models.CharField(_("证书编号"), max_length=20, unique=True)
    code = models.CharField(_("查验码"), max_length=20, unique=True)
    facts = models.JSONField()
    state = models.CharField(
        _("状态"), max_length=20, choices=CertificateState.choices, default=CertificateState.VALID
    )
    issued_at = models.DateTimeField(_("颁发于"))
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("换发自")
    )
    ended_at = models.DateTimeField(_("撤销或换发于"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    pdf = models.CharField(max_length=200, blank=True)
    pdf_problem = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("证书")
        verbose_name_plural = _("证书")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(state="valid"), name="certificate_one_valid"
            ),
            models.CheckConstraint(
                condition=Q(state="valid", ended_at__isnull=True)
                | (~Q(state="valid") & Q(ended_at__isnull=False)),
                name="certificate_ended_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def said(self) -> Facts:
        return Facts.from_json(self.facts)

    @property
    def printed_code(self) -> str:
        return grouped(self.code)

    @property
    def is_valid(self) -> bool:
        return self.state == CertificateState.VALID

    @property
    def name(self) -> str:
        return self.said.name

    @property
    def class_title(self) -> str:
        return self.said.class_title
