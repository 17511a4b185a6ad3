"""What must be right before the school opens."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext as _

from media_pipeline.storage import UnknownStorageError, storage_at


@register()
def storage_is_known(app_configs: Any, **_about: Any) -> list[CheckMessage]:
    """MEDIA_STORAGE_URL names a storage we can speak to; whether it answers is not asked here."""
    if not settings.MEDIA_STORAGE_URL:
        return []
    try:
        storage_at(settings.MEDIA_STORAGE_URL)
    except (UnknownStorageError, ValueError):
        words = _("MEDIA_STORAGE_URL 写法不对，应为 s3://存储桶?endpoint=https://地址。")
        return [Error(words, id="media_pipeline.E001")]
    return []
