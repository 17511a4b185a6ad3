"""Making the PDFs, and what the clock starts: certificates a lost signal left behind."""

from exams.certificates import services
from lms.core.tasks import task


@task(name="exams.issue_certificate", queue="default")
def issue_certificate(enrolment_id: int) -> None:
    """The certificate of one who has passed."""
    services.issue_certificate(enrolment_id=enrolment_id)


@task(name="exams.render_certificate", queue="default")
def render_certificate(certificate_id: int) -> None:
    """The PDF of one certificate."""
    services.render_certificate(certificate_id=certificate_id)


@task(name="exams.issue_certificates", queue="default")
def issue_certificates() -> None:
    """Each few minutes: whoever passed and has none, and PDFs that were not made."""
    services.send_unissued()
