"""What certificates listen to: one line for each."""

from typing import Any

from exams.certificates.services import issue_certificate


def class_is_passed(*, enrolment_id: int, **_kwargs: Any) -> None:
    issue_certificate(enrolment_id=enrolment_id)
