"""What stands on the paper: the facts of a certificate as the template's data."""

import datetime as dt
import io
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from exams.certificates.models import Certificate


def verify_address(certificate: Certificate | None = None) -> str:
    """Where anyone can check a certificate, on the address the school is known by."""
    path = (
        reverse("verify_code", args=[certificate.printed_code])
        if certificate
        else reverse("verify")
    )
    return settings.PUBLIC_URL.rstrip("/") + path


def paper_data(certificate: Certificate) -> dict[str, Any]:
    """Certificates are Chinese, whatever language somebody reads the site in."""
    facts = certificate.said
    with translation.override(settings.LANGUAGE_CODE):
        # Its words are part of the document, as its facts are: not of the interface.
        earned = "、".join(
            f"{figure}{unit}"
            for figure, unit in ((facts.hours, "学时"), (facts.credits, "学分"))
            if figure != "0"
        )
        studied = f"修得{earned}。" if earned else ""
        return {
            "title": "结业证书",
            "number": certificate.number,
            "name": facts.name,
            "salutation": "同志",
            "member_line": f"党员编号 {facts.member_number}",
            "paragraphs": [
                f"于{chinese_day(facts.starts_on)}至{chinese_day(facts.ends_on)}参加"
                f"“{facts.class_title}”学习。{studied}",
                facts.words,
            ],
            "qr_svg": qr_svg(verify_address(certificate)),
            "number_line": f"证书编号：{certificate.number}",
            "code_line": f"查验码：{certificate.printed_code}",
            "verify_line": f"扫码，或打开 {verify_address()} 输入查验码",
            "issuer": facts.issuer,
            "issued_line": chinese_day(facts.issued_on),
            "stamp_line": "（盖章）",
        }


def chinese_day(iso: str) -> str:
    day = dt.date.fromisoformat(iso)
    return f"{day.year}年{day.month}月{day.day}日"


def qr_svg(address: str) -> str:
    """A QR code as SVG, without a border of its own."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=0, xmldecl=False, dark="#1d1b1a"
    )
    return drawn.getvalue().decode()
