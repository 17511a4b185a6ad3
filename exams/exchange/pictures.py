"""Pictures of a file become those of the library, and the other way round."""

import hashlib
import html
import io
import re
from collections.abc import Mapping

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError
from wagtail.images import get_image_model

from exams.questions.errors import QuestionError
from exams.questions.media import PICTURE, code_for, named_in
from exams.questions.media_queries import picture as picture_named
from lms.members.models import Member

_TAG = re.compile(r'<img\b[^>]*?\bsrc="([^"]*)"[^>]*>')
MOST_PIXELS = 40_000_000


def with_codes(markup: str, pictures: Mapping[str, bytes], *, by: Member) -> str:
    """The markup with a code for each picture the file brought; others fall away.

    The same picture is put into the library once.
    """

    def code(match: re.Match[str]) -> str:
        content = pictures.get(html.unescape(match[1]))
        return code_for(PICTURE, _kept(content, by=by)) if content else ""

    return _TAG.sub(code, markup)


def _kept(content: bytes, *, by: Member) -> int:
    model = get_image_model()
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()  # Wagtail's own
    there = model.objects.filter(file_hash=digest, uploaded_by_user=by).first()
    if there is not None:
        return int(there.pk)
    try:
        with Image.open(io.BytesIO(content)) as opened:
            width, height = opened.size
            form = (opened.format or "").lower()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as damage:
        raise QuestionError(_("文件里有一张图片打不开，请换一张再导入。")) from damage
    if width * height > MOST_PIXELS or form not in ("png", "jpeg", "gif", "webp"):
        raise QuestionError(_("文件里有一张图片太大或格式不对，请改为 PNG 或 JPEG 再导入。"))
    made = model.objects.create(
        title=_("题目的图片"),
        file=ContentFile(content, name=f"question-{digest[:12]}.{form}"),
        width=width,
        height=height,
        file_size=len(content),
        file_hash=digest,
        uploaded_by_user=by,
    )
    return int(made.pk)


def with_tags(stem: str) -> tuple[str, dict[str, bytes]]:
    """The stem with a tag for each picture it names, and their bytes; recordings fall away."""
    pictures: dict[str, bytes] = {}
    for named in named_in(stem):
        code = code_for(named.kind, named.key)
        image = picture_named(named) if named.kind == PICTURE else None
        if image is None:
            stem = stem.replace(code, "")
            continue
        name = f"picture-{image.pk}.{image.file.name.rpartition('.')[2]}"
        with image.file.storage.open(image.file.name) as held:
            pictures[name] = held.read()
        stem = stem.replace(code, f'<img src="{name}" alt="">')
    return stem, pictures
