"""The PDF of an accepted text: what was accepted, and what was said in each round."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from live.writings.models import Attachment, Round, Writing
from lms.core.documents.fonts import UNDRAWN, UnprintableCharacterError, shipped_face
from lms.core.documents.pdf import render_pdf

_MISSING = "□"


def archive_pdf(
    writing: Writing, rounds: Sequence[Round], attachments: Sequence[Attachment]
) -> bytes:
    """The same text gives the same bytes. Signs no font has are printed as an empty box."""
    data = paper_data(writing, rounds, attachments)
    try:
        return render_pdf("writing.typ", data)
    except UnprintableCharacterError:
        return render_pdf("writing.typ", _plain(data))


def paper_data(
    writing: Writing, rounds: Sequence[Round], attachments: Sequence[Attachment]
) -> dict[str, Any]:
    """In Chinese whatever language somebody reads the site in: it is a document of the branch."""
    last = rounds[-1]
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "kind": str(writing.get_kind_display()),
            "title": last.title,
            "author": f"{writing.author.name}（{writing.author.number}）",
            "branch": writing.branch.name if writing.branch else "",
            "handed": _day(last.handed_at),
            "accepted": _day(writing.accepted_at),
            "paragraphs": [line.strip() for line in last.text.split("\n") if line.strip()],
            "attachments": [f"{each.name}（SHA-256 {each.sha256[:16]}）" for each in attachments],
            "rounds": [
                [
                    f"第 {each.number} 次",
                    _day(each.handed_at),
                    str(each.get_decision_display()),
                    each.reviewed_by.name if each.reviewed_by else "",
                    each.comment,
                ]
                for each in rounds
            ],
        }


def _day(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _plain(value: Any) -> Any:
    """With a box for every sign our own font does not draw."""
    if isinstance(value, str):
        return "".join(sign if _is_usual(sign) else _MISSING for sign in value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {name: _plain(each) for name, each in value.items()}


def _is_usual(sign: str) -> bool:
    return ord(sign) in shipped_face().characters or unicodedata.category(sign) in UNDRAWN
