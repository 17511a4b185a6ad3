"""Keeping photographs and PDFs of signed sheets: checked by content, without hidden data."""

import hashlib
import io

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from exams.gatherings import rules
from exams.gatherings.errors import UnusableScanError
from exams.gatherings.models import Gathering, Scan
from exams.gatherings.services import hold, require_host
from lms.core import clock
from lms.core.states import StateMovedError
from lms.members.models import Member

MOST_SCANS = 6
PICTURES = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2400  # a sheet of A4 is well read at this


def keep_scan(*, by: Member, gathering: Gathering, content: bytes) -> Scan:
    """Keep one file with the gathering; the same file a second time is the one already kept."""
    if len(content) > settings.GATHERING_SCAN_BYTES:
        raise UnusableScanError(
            _("文件超过 %(most)s MB。请压缩或重新拍照后再上传。")
            % {"most": settings.GATHERING_SCAN_BYTES // 1024**2}
        )
    if content.startswith(b"%PDF-"):
        kept, content_type, suffix = content, "application/pdf", "pdf"
    else:
        kept, content_type, suffix = _picture(content), "image/jpeg", "jpg"
    digest = hashlib.sha256(kept).hexdigest()
    with transaction.atomic():
        held = hold(gathering)
        require_host(by, held)
        if not rules.can_be_corrected(held):
            raise StateMovedError(_("这次学习已经确认或取消，不能再上传。"))
        there = list(Scan.objects.filter(gathering=held))
        if len(there) >= MOST_SCANS:
            raise UnusableScanError(_("最多上传 %(most)s 份。") % {"most": MOST_SCANS})
        for scan in there:
            if scan.sha256 == digest:
                return scan
        return Scan.objects.create(
            gathering=held,
            file=ContentFile(kept, name=f"{digest[:32]}.{suffix}"),
            content_type=content_type,
            size_bytes=len(kept),
            sha256=digest,
            by=by,
            at=clock.now(),
        )


def _picture(content: bytes) -> bytes:
    """The picture drawn anew: upright, not larger than needed, without place or camera."""
    try:
        with Image.open(io.BytesIO(content), formats=PICTURES) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise UnusableScanError(_("照片尺寸过大。请用普通拍照模式重新拍一张。"))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=82)
    # Pillow's decoders raise what they like on a damaged file.
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as damage:
        raise UnusableScanError(
            _("这个文件打不开。请上传签到表的照片（JPG、PNG、WebP）或 PDF。")
        ) from damage
    return out.getvalue()
