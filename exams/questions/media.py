"""Pictures and recordings in a stem: named in it by a code, delivered by a link of one member.

`[图片 12]` is a picture of Wagtail's library, `[音视频 <id>]` a recording of the media library.
Who is shown a question gets links that only they can open, for as long as any exam lasts; to ask
for another picture needs another signature.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

PICTURE, RECORDING = "图片", "音视频"
LINK_SECONDS = 6 * 3600
_CODE = re.compile(rf"\[({PICTURE}|{RECORDING}) ([0-9a-f-]{{1,36}})\]")
_signer = TimestampSigner(salt="exams.questions.media")


@dataclass(frozen=True, slots=True)
class Named:
    """A picture or recording a stem names."""

    kind: str
    key: str


def named_in(stem: str) -> list[Named]:
    """The pictures and recordings named, in their order."""
    return [Named(match[1], match[2]) for match in _CODE.finditer(stem)]


def code_for(kind: str, key: Any) -> str:
    return f"[{kind} {key}]"


def shown_stem(stem: str, member_id: Any) -> str:
    """A kept stem with links for this member in the place of its codes."""

    def address(named: Named) -> str:
        return reverse("question_media", args=[media_token(member_id, named.kind, named.key)])

    return with_addresses(stem, address)


def with_addresses(stem: str, address: Callable[[Named], str]) -> str:
    """A kept stem with what its codes name, each at its address."""

    def element(match: re.Match[str]) -> str:
        where = address(Named(match[1], match[2]))
        if match[1] == PICTURE:
            return format_html(
                '<img class="question__picture" src="{}" alt="{}">', where, _("题目的图片")
            )
        return format_html(
            '<video class="question__recording" controls preload="none" src="{}"'
            ' aria-label="{}"></video>',
            where, _("题目的录音或录像"),
        )  # fmt: skip

    return _CODE.sub(element, stem)


def media_token(member_id: Any, kind: str, key: Any) -> str:
    """What stands in a link of this member."""
    return _signer.sign(f"{member_id}.{kind}.{key}")


def opened(token: str, member_id: Any) -> Named | None:
    """What a link leads to, if it is this member's and not over."""
    try:
        whose, kind, key = _signer.unsign(token, max_age=LINK_SECONDS).split(".")
    except (BadSignature, ValueError):
        return None
    return Named(kind, key) if whose == str(member_id) else None
