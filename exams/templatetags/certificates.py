"""What other pages show of certificates: `{% load certificates %}`."""

from typing import Any

from django import template

from exams.certificates.queries import certificates_of
from exams.passing.queries import credits_of

register = template.Library()


@register.simple_tag
def earned_by(member: Any) -> dict[str, Any]:
    """The member's certificates and 学分, the latest first."""
    return {"certificates": list(certificates_of(member)), "credits": list(credits_of(member))}
