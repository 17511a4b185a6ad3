"""Where a lecture stands, in sentences."""

from django.utils.translation import gettext as _

from media_pipeline.models import Asset, AssetState


def status_words(asset: Asset) -> str:
    """Where a lecture stands, in a sentence for its uploader."""
    if asset.state == AssetState.FAILED:
        return asset.reason
    if asset.state == AssetState.READY:
        return _("转码完成，可以放进课程了。")
    if asset.state == AssetState.RUNNING:
        words = _("正在转码（%(percent)d%%）。") % {"percent": asset.percent}
        return words + (_("流畅画质已可预览。") if asset.playable_at else "")
    if asset.state == AssetState.QUEUED:
        return _("检查通过，正在排队等待转码。")
    return _("文件已收到，正在检查。")
