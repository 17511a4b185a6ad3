"""The picture that stands for a lecture: found by each run, chosen or brought by its people."""

import contextlib
import io
import uuid

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from lms.core import clock
from lms.core.errors import DomainError
from lms.members.models import Member
from media_pipeline import files
from media_pipeline.errors import NotYourLectureError
from media_pipeline.models import Asset, Stills
from media_pipeline.rules import can_handle_asset
from media_pipeline.storage import StorageUnavailableError, media_storage

MOST_BYTES = 10 * 1024**2
MOST_PIXELS = 50_000_000
PICTURES = ("JPEG", "PNG", "WEBP")
LEAST_WIDTH, LEAST_HEIGHT = 320, 180
# As large as it is shown anywhere.
WIDTH, HEIGHT = 1280, 720
QUALITY = 85


class PosterRefusedError(DomainError):
    """The picture or the choice cannot be taken; the message says why."""


def choose_poster(*, asset: Asset, number: int, by: Member) -> Stills:
    """Show a candidate; nought leaves the choice to the measure again."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    stills = Stills.objects.filter(asset=asset).first()
    known = [0, *(one[0] for one in stills.candidates)] if stills else [0]
    if stills is None or number not in known:
        raise PosterRefusedError(_("这张画面已经没有了。请刷新页面后再选。"))
    return _changed(asset, by, chosen=number, own_picture="")


def bring_poster(*, asset: Asset, content: bytes, by: Member) -> Stills:
    """Show a picture of one's own: drawn anew, without place, camera or whatever lay hidden."""
    if not can_handle_asset(by, asset):
        raise NotYourLectureError
    picture = _drawn_anew(content)
    name = uuid.uuid4().hex
    files.ensure_room(len(picture))
    media_storage().put_bytes(picture, files.own_poster_key(asset.pk, name))
    return _changed(asset, by, chosen=0, own_picture=name)


@transaction.atomic
def _changed(asset: Asset, by: Member, *, chosen: int, own_picture: str) -> Stills:
    Stills.objects.get_or_create(asset=asset)
    stills = Stills.objects.select_for_update().get(asset=asset)
    before = stills.own_picture
    stills.chosen, stills.own_picture = chosen, own_picture
    stills.changed_by, stills.changed_at = by, clock.now()
    stills.save()
    if before and before != own_picture:
        key = files.own_poster_key(asset.pk, before)

        def drop() -> None:
            with contextlib.suppress(StorageUnavailableError):
                media_storage().delete(key)

        transaction.on_commit(drop)
    return stills


def _drawn_anew(content: bytes) -> bytes:
    if not content:
        raise PosterRefusedError(_("请先选择一张图片。"))
    if len(content) > MOST_BYTES:
        raise PosterRefusedError(
            _("图片超过 %(most)d MB。请压缩后再上传。") % {"most": MOST_BYTES // 1024**2}
        )
    try:
        with Image.open(io.BytesIO(content), formats=PICTURES) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise PosterRefusedError(_("图片尺寸过大。请缩小到 1280×720 左右再上传。"))
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
        if upright.width < LEAST_WIDTH or upright.height < LEAST_HEIGHT:
            raise PosterRefusedError(
                _("图片太小，放大后会模糊。请选择不小于 %(width)d×%(height)d 的图片。")
                % {"width": LEAST_WIDTH, "height": LEAST_HEIGHT}
            )
        upright.thumbnail((WIDTH, HEIGHT))
        paper = Image.new("RGB", upright.size, "white")
        paper.paste(upright, mask=upright.getchannel("A"))
        out = io.BytesIO()
        paper.save(out, "JPEG", quality=QUALITY)
    # Pillow's decoders raise what they like on a damaged file.
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as damage:
        raise PosterRefusedError(
            _("这个文件打不开。请选择 JPG、PNG 或 WebP 格式的图片。")
        ) from damage
    return out.getvalue()
