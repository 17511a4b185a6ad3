"""学习心得 for tests."""

import io
import zipfile
from typing import Any

from live.writings import services
from live.writings.models import Writing
from lms.members.models import Member

TEXT = "学习党章，重在对照。" * 8
PDF = b"%PDF-1.4\n%%EOF\n"


def make_writing(by: Member, **fields: Any) -> Writing:
    """A draft."""
    return services.begin_writing(
        by=by,
        kind=fields.pop("kind", "reflection"),
        title=fields.pop("title", "学习党章的体会"),
        text=fields.pop("text", TEXT),
        **fields,
    )


def make_handed_in(by: Member, **fields: Any) -> Writing:
    made = make_writing(by, **fields)
    services.hand_in(by=by, writing=made)
    return made


def zipped(*names: str) -> bytes:
    """A file of Office, as far as its parts go."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return out.getvalue()
