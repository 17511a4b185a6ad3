"""Issuing a certificate once, making its PDF, revoking it and giving a new one for it."""

import secrets
from decimal import Decimal

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from courses.training.models import Enrolment, EnrolmentState
from exams.certificates import queries
from exams.certificates.facts import (
    ALPHABET,
    CODE_LENGTH,
    Facts,
    certificate_number,
    masked_number,
)
from exams.certificates.models import Certificate, CertificateState, CertificateYear
from exams.certificates.paper import paper_data
from exams.certificates.rules import can_manage_certificate
from exams.passing.queries import class_hours
from lms.core import clock
from lms.core.documents.fonts import UnprintableCharacterError
from lms.core.documents.pdf import render_pdf
from lms.core.errors import DomainError
from lms.core.states import advance_or_raise
from lms.core.tasks import enqueue
from lms.members.models import Member

TEMPLATE = "certificate.typ"


class CertificateError(DomainError):
    """A certificate cannot be revoked or replaced like this."""


@transaction.atomic
def issue_certificate(*, enrolment_id: int) -> Certificate | None:
    """The certificate of a passed class; the one there is if there is one, whatever its state.

    None if the member has not passed or the class gives none. Those who issue for one member at
    once wait for each other, so there is one certificate.
    """
    enrolment = (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("member", "training_class__branch")
        .get(pk=enrolment_id)
    )
    if enrolment.state != EnrolmentState.PASSED or not enrolment.training_class.gives_certificate:
        return None
    return queries.certificate_of(enrolment) or _write(enrolment)


def _write(enrolment: Enrolment, *, replaces: Certificate | None = None) -> Certificate:
    today = clock.today()
    certificate = Certificate.objects.create(
        enrolment=enrolment,
        member_id=enrolment.member_id,
        number=_next_number(today.year),
        code="".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH)),
        facts=_facts(enrolment).as_json(),
        issued_at=clock.now(),
        replaces=replaces,
    )
    enqueue("exams.render_certificate", certificate_id=certificate.pk)
    return certificate


def _next_number(year: int) -> str:
    """The year's next number; a transaction that is taken back takes its number back."""
    CertificateYear.objects.bulk_create([CertificateYear(year=year)], ignore_conflicts=True)
    counted = CertificateYear.objects.select_for_update().get(pk=year)
    counted.last += 1
    counted.save(update_fields=["last"])
    return certificate_number(year, counted.last)


def _facts(enrolment: Enrolment) -> Facts:
    training_class = enrolment.training_class
    return Facts(
        name=enrolment.member.name,
        member_number=masked_number(enrolment.member.number),
        class_title=training_class.title,
        starts_on=training_class.starts_on.isoformat(),
        ends_on=training_class.ends_on.isoformat(),
        hours=_plain(class_hours(enrolment)),
        credits=_plain(training_class.credits),
        words=training_class.certificate_words,
        issuer=training_class.branch.name,
        issued_on=clock.today().isoformat(),
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, by: Member, reason: str) -> None:
    """It no longer holds; the verify page says so from now on."""
    _end(certificate, CertificateState.REVOKED, [CertificateState.VALID], by, reason)


@transaction.atomic
def reissue_certificate(*, certificate: Certificate, by: Member, reason: str) -> Certificate:
    """A new certificate with the facts as they are now, in place of this one."""
    enrolment = (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("member", "training_class__branch")
        .get(pk=certificate.enrolment_id)
    )
    _end(
        certificate,
        CertificateState.REPLACED,
        [CertificateState.VALID, CertificateState.REVOKED],
        by,
        reason,
    )
    return _write(enrolment, replaces=certificate)


def _end(
    certificate: Certificate,
    state: CertificateState,
    from_: list[CertificateState],
    by: Member,
    reason: str,
) -> None:
    if not can_manage_certificate(by, certificate):
        raise CertificateError(_("这份证书不在您管理的范围内，请联系颁发单位的管理员。"))
    if not reason.strip():
        raise CertificateError(_("请写明原因，以便日后查考。"))
    advance_or_raise(
        certificate,
        to=state,
        from_=from_,
        ended_at=clock.now(),
        ended_by=by,
        reason=reason.strip()[:300],
        message=_("这份证书已经撤销或换发过了，刷新页面可看现在的状态。"),
    )


# --- The PDF ------------------------------------------------------------------------------------


def render_certificate(*, certificate_id: int) -> bool:
    """Make the PDF and keep it; True if this call did. Runs outside transactions.

    A character no font here has is told on the certificate's page, for somebody to mend.
    """
    certificate = Certificate.objects.get(pk=certificate_id)
    if certificate.pdf:
        return False
    rows = Certificate.objects.filter(pk=certificate_id, pdf="")
    try:
        made = render_pdf(TEMPLATE, paper_data(certificate))
    except UnprintableCharacterError as refused:
        rows.update(pdf_problem=refused.message[:500])
        return False
    name = default_storage.save(
        f"certificates/{certificate.number[:4]}/{certificate.number}-{secrets.token_hex(8)}.pdf",
        ContentFile(made),
    )
    if not rows.update(pdf=name, pdf_problem=""):
        default_storage.delete(name)  # another worker was first
        return False
    return True


@transaction.atomic
def render_again(*, certificate: Certificate) -> None:
    """Try once more after the font was installed."""
    Certificate.objects.filter(pk=certificate.pk, pdf="").update(pdf_problem="")
    enqueue("exams.render_certificate", certificate_id=certificate.pk)


def send_unissued(*, limit: int = 1000) -> int:
    """Queue what a lost signal or a lost worker left behind; how many there were."""
    unissued = list(queries.without_certificate().values_list("pk", flat=True)[:limit])
    for enrolment_id in unissued:
        enqueue("exams.issue_certificate", enrolment_id=enrolment_id)
    unprinted = list(queries.without_pdf().values_list("pk", flat=True)[:limit])
    for certificate_id in unprinted:
        enqueue("exams.render_certificate", certificate_id=certificate_id)
    return len(unissued) + len(unprinted)
