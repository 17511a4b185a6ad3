"""Who may do what with certificates."""

from typing import Any

from exams.certificates.models import Certificate
from exams.certificates.queries import managed_certificates


def can_manage_certificate(by: Any, certificate: Certificate) -> bool:
    """Administrators of the branch that issued it; nobody their own."""
    if certificate.member_id == by.pk and not by.is_superuser:
        return False
    return managed_certificates(by).filter(pk=certificate.pk).exists()
