"""The editor's form for a lesson: what depends on the person who saves."""

from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm

from media_pipeline.queries import visible_assets


class LessonForm(WagtailAdminPageForm):
    """Nobody puts a lecture on a page that the chooser would not have offered."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        chosen = {block.value for block in cleaned.get("body") or () if block.block_type == "video"}
        there_before = {self.instance.asset}
        for asset in chosen - there_before - {None}:
            if not visible_assets(self.for_user).filter(pk=asset.pk).exists():
                self.add_error("body", _("不能使用这个视频，请点“换一个视频”重新选择。"))
        return cleaned
