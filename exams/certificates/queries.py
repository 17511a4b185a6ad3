"""Which certificates there are, for whom, and what a stranger with a code may know."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from courses.training.models import Enrolment, EnrolmentState
from courses.training.queries import led_classes, managed_classes
from exams.certificates.models import Certificate, CertificateState
from lms.core import clock
from lms.members.queries import visible_members


def certificates_of(member: Any) -> QuerySet[Certificate]:
    """The member's certificates, the latest first; replaced ones are in their successors."""
    return (
        Certificate.objects.filter(member_id=member.pk)
        .exclude(state=CertificateState.REPLACED)
        .order_by("-issued_at", "-pk")
    )


def visible_certificates(by: Any) -> QuerySet[Certificate]:
    """One's own, those of the members one looks after, and those of the classes one leads."""
    if not by.is_authenticated or not by.is_active:
        return Certificate.objects.none()
    return Certificate.objects.filter(
        Q(member__in=visible_members(by).order_by().values("pk"))
        | Q(enrolment__training_class__in=led_classes(by).order_by().values("pk"))
    ).select_related("replaces", "replaced_by")


def managed_certificates(by: Any) -> QuerySet[Certificate]:
    """Those of the classes `by` administers, the latest first."""
    return (
        Certificate.objects.filter(
            enrolment__training_class__in=managed_classes(by).order_by().values("pk")
        )
        .select_related("replaces", "replaced_by", "ended_by")
        .order_by("-pk")
    )


def certificate_by_code(code: str) -> Certificate | None:
    """The certificate with this code, as kept."""
    return Certificate.objects.filter(code=code).first() if code else None


def certificate_of(enrolment: Enrolment) -> Certificate | None:
    """The latest certificate of an enrolment, whatever became of it."""
    return Certificate.objects.filter(enrolment=enrolment).order_by("-pk").first()


def without_certificate() -> QuerySet[Enrolment]:
    """Who has passed a class that gives certificates and was never given one."""
    given = Certificate.objects.filter(enrolment=OuterRef("pk"))
    return Enrolment.objects.filter(
        ~Exists(given), state=EnrolmentState.PASSED, training_class__gives_certificate=True
    ).order_by("pk")


def without_pdf() -> QuerySet[Certificate]:
    """Valid certificates issued a minute ago whose PDF is not there and not known to fail."""
    since = clock.now() - dt.timedelta(minutes=1)
    return Certificate.objects.filter(
        state=CertificateState.VALID, pdf="", pdf_problem="", issued_at__lt=since
    ).order_by("pk")
